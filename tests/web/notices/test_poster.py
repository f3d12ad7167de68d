"""A village's classes on one sheet: how large, how many, and no day that is wrong tomorrow."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from nightschool.database import Database
from nightschool.models.teaching import SessionStatus
from tests.factories import SHIWAN, TODAY, Cast, make_course, make_session

POSTER = f"/v/{SHIWAN}/poster"


def fill(database: Database, cast: Cast, many: int, **columns: Any) -> None:
    with database.writing() as db:
        course = make_course(db, venue_id=cast.venue)
        for number in range(many):
            day = TODAY + timedelta(days=7 * number)
            make_session(db, course, day, teachers=(cast.teacher,), **columns)


@pytest.mark.parametrize(
    ("many", "title", "scale", "rows", "more"),
    [
        (1, "防诈骗", "vast rows-vast", 0, False),
        (3, "防诈骗", "large rows-large", 2, False),
        (5, "防诈骗", "usual rows-usual", 4, False),
        (24, "防诈骗", "tight rows-tight", 5, True),
        (24, "防诈骗和反传销" * 8, "tightest rows-tightest", 3, True),
    ],
)
def test_the_type_is_as_large_as_the_classes_allow(
    client: FlaskClient,
    database: Database,
    cast: Cast,
    many: int,
    title: str,
    scale: str,
    rows: int,
    more: bool,
) -> None:
    fill(database, cast, many, title=title)
    page = client.get(POSTER).text
    assert re.search(r'class="poster (\w+ rows-\w+)"', page)[1] == scale  # type: ignore[index]
    assert 'class="print' in page and "回到网页" in page
    assert page.count("<li>") == rows
    assert ("后面还有课，扫码看。" in page) == more


def test_a_sheet_knows_no_tonight(client: FlaskClient, database: Database, cast: Cast) -> None:
    fill(database, cast, 2, summary="带上剪刀。")
    with database.writing() as db:
        make_session(
            db, make_course(db), TODAY + timedelta(days=1), title="防诈骗",
            status=SessionStatus.CANCELLED, reason="weather",
        )  # fmt: skip
    page = client.get(POSTER).text
    sheet = page.partition('<div class="poster')[2]
    assert not re.search("今|明", sheet)
    assert "周二 11月24日（十月十六）" in sheet and "19:00–20:30" in sheet
    assert "取消：天气不好" in sheet
    assert sheet.count("带上剪刀。") == 2
    assert '<span class="nobr">0832-5550101</span>' in sheet
    assert sheet.index("qr.svg") < sheet.index("<h1>")


def test_a_village_without_classes_has_a_sheet_that_says_so(client: FlaskClient, cast: Cast) -> None:
    assert "现在还没有排好的课。" in client.get(POSTER).text
    assert client.get("/v/511002105999/poster").status_code == 404
