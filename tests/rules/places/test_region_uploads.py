"""Where an uploaded list stands, told from what is stored and what this process is at."""

from datetime import date, timedelta

import pytest

from nightschool.errors import Refused
from nightschool.rules.places.region_uploads import (
    UploadStage,
    tell_upload_refusal,
    tell_withdrawn,
    upload_stage,
)
from tests.factories import NOW

MOMENT, HOUR, DAY = timedelta(microseconds=1), timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("state", "has_content", "age", "silent_for", "is_running", "stands"),
    [
        ("previewed", True, HOUR, HOUR, False, UploadStage.WAITING),
        ("previewed", True, DAY - MOMENT, DAY, False, UploadStage.WAITING),
        ("previewed", True, DAY, DAY, False, UploadStage.EXPIRED),
        ("previewed", True, DAY + HOUR, DAY + HOUR, False, UploadStage.EXPIRED),
        ("previewed", False, HOUR, HOUR, False, UploadStage.EXPIRED),
        ("applying", True, HOUR, timedelta(seconds=30), False, UploadStage.GOING_ON),
        ("applying", True, HOUR, timedelta(minutes=3), False, UploadStage.BROKEN_OFF),
        ("applying", True, HOUR, timedelta(minutes=30), True, UploadStage.GOING_ON),
        # A clock was years ahead when it was noted.
        ("previewed", True, -900 * DAY, -900 * DAY, False, UploadStage.EXPIRED),
        ("applying", True, -900 * DAY, -900 * DAY, False, UploadStage.BROKEN_OFF),
        ("done", False, 9 * DAY, 9 * DAY, False, UploadStage.DONE),
        ("failed", True, HOUR, HOUR, False, UploadStage.FAILED),
        ("failed", False, HOUR, HOUR, False, UploadStage.EXPIRED),
    ],
)
def test_where_an_upload_stands(state, has_content, age, silent_for, is_running, stands) -> None:
    assert stands == upload_stage(
        state,
        has_content=has_content,
        made_at=NOW.instant - age,
        changed_at=NOW.instant - silent_for,
        is_running=is_running,
        now=NOW,
    )


@pytest.mark.parametrize("code", ["upload_expired", "upload_going_on", "upload_done", "bad_rows"])
def test_every_refusal_has_its_sentence(code: str) -> None:
    assert tell_upload_refusal(Refused(code)).endswith("。")


def test_another_refusal_is_not_told_as_one_of_these() -> None:
    with pytest.raises(KeyError):
        tell_upload_refusal(Refused("something_else"))


def test_what_was_withdrawn_is_told_with_its_numbers() -> None:
    told = tell_withdrawn(date(2026, 11, 24), restored=12, gone=3, kept=1)
    assert told.startswith("2026年11月24日 的名单撤回了：12 处回到导入以前，去掉 3 处，1 处已经有人在用")
