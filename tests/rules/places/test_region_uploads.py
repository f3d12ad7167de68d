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
    ("errand", "has_content", "age", "stands"),
    [
        (None, True, HOUR, UploadStage.WAITING),
        (None, True, DAY - MOMENT, UploadStage.WAITING),
        (None, True, DAY, UploadStage.EXPIRED),
        (None, False, HOUR, UploadStage.EXPIRED),
        ("open", True, HOUR, UploadStage.GOING_ON),
        ("open", True, 2 * DAY, UploadStage.GOING_ON),
        (None, True, -900 * DAY, UploadStage.EXPIRED),  # a clock was years ahead when it was noted
        ("done", False, 9 * DAY, UploadStage.DONE),
        ("failed", True, HOUR, UploadStage.FAILED),
        ("failed", False, HOUR, UploadStage.EXPIRED),
    ],
)
def test_where_an_upload_stands(errand, has_content, age, stands) -> None:
    assert stands == upload_stage(errand, has_content=has_content, made_at=NOW.instant - age, now=NOW)


@pytest.mark.parametrize(
    "code", ["upload_expired", "upload_going_on", "other_going_on", "upload_done", "bad_rows"]
)
def test_every_refusal_has_its_sentence(code: str) -> None:
    assert tell_upload_refusal(Refused(code)).endswith("。")


def test_another_refusal_is_not_told_as_one_of_these() -> None:
    with pytest.raises(KeyError):
        tell_upload_refusal(Refused("something_else"))


def test_what_was_withdrawn_is_told_with_its_numbers() -> None:
    told = tell_withdrawn(date(2026, 11, 24), restored=12, gone=3, kept=1)
    assert told.startswith("2026年11月24日 的名单撤回了：12 处回到导入以前，去掉 3 处，1 处已经有人在用")
