"""The register entered from paper: row numbers or a list of names tick people, are looked at, and then saved."""

import re
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from nightschool.actions.registers.sign_in_sheets import number_rows
from nightschool.database import Database
from nightschool.models.people import Learner
from tests.factories import NOW, SOON, TODAY, Cast, make_course, make_learner, make_session
from tests.web.registers.test_attendance import Village, errors, marks, submissions, textarea, ticked, value

SIXTY = [
    f"{'陈刘张李王'[number % 5]}{'大富桂秀明芳'[number % 6]}{'一二三四五六七八九十'[number // 6]}"
    for number in range(60)
]


@pytest.fixture
def village(database: Database, cast: Cast, browser_of: Callable[[int], FlaskClient]) -> Village:
    """Sixty people in two groups, and a printed sheet."""
    with database.writing() as db:
        learners = {
            name: make_learner(db, name=name, group_name="一组" if number < 30 else "二组").public_id
            for number, name in enumerate(SIXTY)
        }
        assert len(learners) == 60
        session = make_session(db, make_course(db, venue_id=cast.venue), TODAY, **SOON).public_id
    with database.writing() as db:
        number_rows(db, class_sessions=[session], by=cast.chen_actor, now=NOW)
    return Village(browser_of(cast.chen), session, learners)


def numbered(page: str) -> dict[int, str]:
    """Row number -> learner, as the page shows them."""
    return {int(row): key for key, row in re.findall(r'<li id="([^"]+)"[^>]* data-row="(\d+)"', page)}


def test_the_register_stands_in_the_order_of_the_paper_with_its_numbers(village: Village) -> None:
    rows = numbered(village.browser.get(village.url).text)
    assert list(rows) == list(range(1, 61))
    assert set(rows.values()) == set(village.learners.values())


def test_row_numbers_tick_people_and_nothing_is_saved_before_it_was_looked_at(
    database: Database, village: Village
) -> None:
    rows = numbered(village.browser.get(village.url).text)
    page = village.send(p="1-14，十七、22 +3").text
    wanted = [rows[number] for number in (*range(1, 15), 17, 22)]
    assert set(ticked(page, "m")) == set(wanted)
    assert "认出来了，还没有存。" in page
    assert "名单上的 16 人" in page
    assert (value(page, "gn"), textarea(page)) == ("3", "")
    assert submissions(database) == 0
    assert village.send(m=wanted, gn="3", p="").status_code == 303
    assert len(marks(database)) == 16


def test_a_number_that_is_not_on_the_sheet_is_told_at_its_field_and_stays_there(village: Village) -> None:
    answer = village.send(p="1-14 99")
    assert answer.status_code == 422
    assert errors(answer.text) == ["签到簿上是 1 到 72 号，没有 99 号。看看是不是写错了。"]
    assert "1-14 99" in answer.text
    assert ticked(answer.text, "m") == []


def test_a_pasted_list_ticks_people_and_the_others_walk_in(database: Database, village: Village) -> None:
    text = f"#接龙\n今晚的课\n1. {SIXTY[0]}\n2. {SIXTY[59]} 二组\n3. 周远客 建立村\n4. {SIXTY[5]}+1"
    page = village.send(p=text, do="paper").text
    assert set(ticked(page, "m")) == {village.learners[SIXTY[number]] for number in (0, 59, 5)}
    assert value(page, "gn") == "1"
    assert "周远客 建立村" in page
    assert submissions(database) == 0


def test_namesakes_are_asked_about_and_nobody_is_ticked_for_them(
    database: Database, village: Village
) -> None:
    with database.writing() as db:
        other = make_learner(db, name=SIXTY[0], group_name="三组").public_id
    page = village.send(p=SIXTY[0], do="paper").text
    assert ticked(page, "m") == []
    assert f"「{SIXTY[0]}」是哪一个？" in page
    assert f'href="#{other}"' in page
    assert f'href="#{village.learners[SIXTY[0]]}"' in page


def test_what_the_paper_ticked_can_be_taken_back(village: Village) -> None:
    first = village.learners[SIXTY[3]]
    page = village.send(SIXTY[3], p="1-10", do="paper").text
    assert len(ticked(page, "m")) >= 10
    back = village.browser.post(
        village.url,
        data={**village.open(), "m": ticked(page, "m"), "b": [first], "u": "1", "do": "undo"},
    ).text
    assert ticked(back, "m") == [first]


def test_without_a_printed_sheet_numbers_mean_nobody_and_names_still_do(
    database: Database, village: Village, cast: Cast
) -> None:
    with database.writing() as db:
        course = make_course(db, venue_id=cast.other_venue)
        other = make_session(db, course, TODAY, **SOON).public_id
    here = Village(village.browser, other, village.learners)
    assert errors(here.send(p="1-3").text) == ["这节课还没打过签到簿，序号对不上人。先打签到簿，或者写名字。"]
    assert ticked(here.send(p=SIXTY[7]).text, "m") == [village.learners[SIXTY[7]]]


def test_who_has_left_the_roster_since_the_sheet_was_printed_is_written_as_a_guest(
    database: Database, village: Village
) -> None:
    rows = numbered(village.browser.get(village.url).text)
    name = next(name for name, key in village.learners.items() if key == rows[5])
    with database.writing() as db:
        gone = db.scalars(select(Learner).where(Learner.public_id == rows[5])).one()
        gone.retired_at, gone.left_on = NOW.instant, TODAY
    page = village.send(p="5 6").text
    assert ticked(page, "m") == [rows[6]]
    assert textarea(page) == name


def test_a_sheet_of_sixty_goes_out_in_less_than_four_kilobytes(village: Village) -> None:
    form = {**village.open(), "m": list(village.learners.values()), "do": "save", "once": "x" * 22}
    assert len(urlencode(form, doseq=True)) < 4096
