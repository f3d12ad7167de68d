"""In the browser: a course is held again with everything in it, goes on some weeks longer, or a class becomes a series."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from nightschool.actions.courses.labelling import set_course_labels, set_session_labels
from nightschool.database import Database
from nightschool.models.teaching import Booking, ClassSession, ClassSessionTeacher, Course, SessionStatus
from nightschool.queries.courses.labels import Borne, labels_of, labels_of_course
from nightschool.rules.courses.labels import LabelKind, Labels
from tests.factories import (
    JIANLI,
    NOW,
    SHIWAN,
    TODAY,
    Cast,
    make_course,
    make_label,
    make_session,
    make_teacher,
    make_venue,
)

WEEK = timedelta(days=7)
SPRING = date(2026, 3, 3)  # a Tuesday
WEEKLY = {
    "kind": "weekly",
    "weekdays": [1],
    "every": 1,
    "first": SPRING.isoformat(),
    "until": None,
    "times": 4,
}


@pytest.fixture
def spring(cast: Cast, database: Database) -> str:
    """A cohort of four evenings in spring: one with a title, a place, a teacher and a unit of its own, one rained out."""
    with database.writing() as db:
        bureau, union = make_label(db, "县农业农村局").id, make_label(db, "县总工会").id
        gone = make_label(db, "县扶贫办", retired_at=NOW.instant).id
        campaign = make_label(db, "感恩奋进", kind=LabelKind.CAMPAIGN).id
        yard, ma = make_venue(db, name="院坝"), make_teacher(db, name="马老师")
        course = make_course(
            db,
            teachers=(cast.teacher,),
            venue_id=cast.venue,
            kind="cohort",
            capacity=24,
            graduation_percent=60,
            summary="带上剪刀",
            audience="果农",
            expected=20,
            recurrence=WEEKLY,
            delivery_mode="demo",
        )
        set_course_labels(db, course.id, Labels((bureau,), (gone,), (campaign,)))
        own = {"title": "第二课：嫁接", "venue_id": yard.id, "starts": 18 * 60, "delivery_mode": "field"}
        as_course = {"teachers": (cast.teacher,), "delivery_mode": "demo"}
        made = [
            make_session(db, course, SPRING, status=SessionStatus.HELD, **as_course),
            make_session(db, course, SPRING + WEEK, teachers=(ma.id,), **own),
            make_session(db, course, SPRING + WEEK * 2, status=SessionStatus.CANCELLED, **as_course),
            make_session(db, course, SPRING + WEEK * 3, **{**as_course, "delivery_mode": None}),
        ]
        borne = {one.id: Labels((bureau,), (gone,), (campaign,)) for one in made}
        set_session_labels(db, borne | {made[1].id: Labels((union, bureau))})
        return course.public_id


def filled(page: str) -> dict[str, Any]:
    """Every field of the form as the page shows it."""
    sent: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if not name or (('type="radio"' in tag or 'type="checkbox"' in tag) and " checked" not in tag):
            continue
        sent.setdefault(name[1], []).append(value[1] if value else "")
    for name, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>([^<]*)</textarea>', page):
        sent[name] = text.strip()
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        sent[name] = re.findall(r'<option[^>]*selected[^>]*value="([^"]*)"', options)
    return sent


def told(labels: Labels[Borne]) -> str:
    return "|".join("、".join(one.name for one in borne) for borne in labels.by_role.values())


def bearing(database: Database, found: list[ClassSession]) -> list[str]:
    """Who organises each of these, who helps, and its campaigns."""
    with database.reading() as db:
        borne = labels_of(db, [one.id for one in found])
    return [told(borne[one.id]) for one in found]


def sessions(database: Database, but: str = "") -> list[ClassSession]:
    with database.reading() as db:
        rows = select(ClassSession).join(Course).where(Course.public_id != but)
        return list(db.scalars(rows.order_by(ClassSession.day)))


@pytest.mark.both_databases
def test_last_terms_course_is_held_again_with_everything_in_it_on_new_dates(
    chen: FlaskClient, spring: str, database: Database
) -> None:
    path = f"/desk/{SHIWAN}/courses/new?like={spring}"
    assert path.replace("&", "&amp;") in chen.get(f"/courses/{spring}").text
    page = chen.get(path).text
    sent = filled(page)
    assert sent["first"] == [(TODAY + WEEK).isoformat()]
    assert sent["repeat"] == ["weekly"]
    assert sent["times"] == ["4"]
    looked = chen.post(path, data={**sent, "do": "look"}).text
    assert "第二课：嫁接" in looked
    made = chen.post(path, data={**sent, "do": "publish"})
    assert made.status_code == 303
    new = sessions(database, but=spring)
    assert [(one.day, one.title, one.starts, one.delivery_mode, one.status) for one in new] == [
        (TODAY + WEEK, "柑橘冬季管护", 1140, "demo", "scheduled"),
        (TODAY + WEEK * 2, "第二课：嫁接", 1080, "field", "scheduled"),
        (TODAY + WEEK * 3, "柑橘冬季管护", 1140, "demo", "scheduled"),
        (TODAY + WEEK * 4, "柑橘冬季管护", 1140, None, "scheduled"),
    ]
    usual = "县农业农村局||感恩奋进"  # what was put away since is left out
    assert bearing(database, new) == [usual, "县总工会、县农业农村局||", usual, usual]
    with database.reading() as db:
        old = db.scalars(select(Course).where(Course.public_id == spring)).one()
        course = db.scalars(select(Course).where(Course.public_id != spring)).one()
        assert told(labels_of_course(db, course.id)) == usual
        for name in (
            "kind",
            "delivery_mode",
            "capacity",
            "graduation_percent",
            "summary",
            "audience",
            "expected",
            "venue_id",
        ):
            assert getattr(course, name) == getattr(old, name)
        of_second = (
            select(ClassSession.venue_id, ClassSessionTeacher.teacher_id)
            .join(ClassSessionTeacher)
            .where(ClassSession.title == "第二课：嫁接")
        )
        assert len(set(db.execute(of_second))) == 1  # the same place and teacher as in spring
        assert db.scalars(select(Booking).where(Booking.day == TODAY + WEEK * 2)).all()


def test_goes_on_with_the_units_and_the_form_of_the_course_or_of_the_class_it_goes_on_from(
    chen: FlaskClient, spring: str, database: Database
) -> None:
    second = sessions(database)[1].public_id
    for of, mode, borne in (
        ("", "demo", "县农业农村局||感恩奋进"),
        (second, "field", "县总工会、县农业农村局||"),
    ):
        path = f"/courses/{spring}/more?of={of}"
        sent = {**filled(chen.get(path).text), "repeat": "once", "do": "draft"}
        assert chen.post(path, data=sent).status_code == 303
        [made] = [one for one in sessions(database) if one.status == "draft"]
        assert (made.delivery_mode, bearing(database, [made])) == (mode, [borne])
        back = re.findall(r'action="(/changes/[^"]+/undo)"', chen.get(f"/courses/{spring}").text)
        chen.post(back[0])


def test_a_copy_is_checked_like_a_new_course(
    chen: FlaskClient, spring: str, cast: Cast, database: Database
) -> None:
    with database.writing() as db:
        other = make_course(db, JIANLI, "养猪", venue_id=cast.other_venue)
        make_session(db, other, TODAY + WEEK * 3, teachers=(cast.teacher,))
    path = f"/desk/{SHIWAN}/courses/new?like={spring}"
    sent = filled(chen.get(path).text)
    clash = chen.post(path, data={**sent, "do": "publish"})
    assert clash.status_code == 409
    assert "周老师已经在建立村上课：养猪" in clash.text
    assert not [one for one in sessions(database, but=spring) if one.title != "养猪"]


def test_dates_pasted_in_come_back_as_many_weeks_later(
    chen: FlaskClient, cast: Cast, database: Database
) -> None:
    days = [date(2026, 11, 3), date(2026, 11, 5), date(2026, 11, 12)]
    with database.writing() as db:
        listed = {"kind": "listed", "days": [day.isoformat() for day in days]}
        course = make_course(db, recurrence=listed)
        for day in days:
            make_session(db, course, day)
        key = course.public_id
    path = f"/desk/{SHIWAN}/courses/new?like={key}"
    sent = filled(chen.get(path).text)
    assert sent["dates"] == "2026-12-01\n2026-12-03\n2026-12-10"
    assert chen.post(path, data={**sent, "do": "draft"}).status_code == 303
    assert [one.day for one in sessions(database, but=key)] == [day + WEEK * 4 for day in days]


@pytest.mark.both_databases
def test_a_series_goes_on_some_weeks_longer_and_that_is_taken_back(
    chen: FlaskClient, cast: Cast, database: Database
) -> None:
    with database.writing() as db:
        course = make_course(
            db,
            teachers=(cast.teacher,),
            venue_id=cast.venue,
            recurrence={**WEEKLY, "every": 2, "first": TODAY.isoformat(), "times": 2},
        )
        for number in (0, 2):
            make_session(db, course, TODAY + WEEK * number, teachers=(cast.teacher,))
        key = course.public_id
    path = f"/courses/{key}/more"
    assert path in chen.get(f"/courses/{key}").text
    sent = filled(chen.get(path).text)
    assert sent["first"] == [(TODAY + WEEK * 4).isoformat()]
    assert sent["every"] == ["2"]
    saved = chen.post(path, data={**sent, "times": "3", "do": "publish"}, follow_redirects=True)
    assert "接着排好了 3 次，村里人已经看得到。" in saved.text
    assert [(one.day - TODAY).days // 7 for one in sessions(database)] == [0, 2, 4, 6, 8]
    assert {one.status for one in sessions(database)} == {"scheduled"}
    back = re.findall(r'action="(/changes/[^"]+/undo)"', saved.text)
    assert "柑橘冬季管护接着排的 3 次不上了" in chen.post(back[0], follow_redirects=True).text
    assert [one.status for one in sessions(database)] == ["scheduled"] * 2 + ["cancelled"] * 3
    with database.reading() as db:
        assert db.scalars(select(Course.recurrence)).one()["times"] == 2


@pytest.mark.both_databases
def test_a_single_class_becomes_a_series_as_it_is_itself(
    chen: FlaskClient, cast: Cast, database: Database
) -> None:
    with database.writing() as db:
        course = make_course(db, teachers=(cast.teacher,), venue_id=cast.venue, published=False)
        single = make_session(
            db,
            course,
            TODAY,
            teachers=(cast.teacher,),
            starts=18 * 60,
            ends=19 * 60,
            status=SessionStatus.DRAFT,
        ).public_id
        key = course.public_id
    path = f"/courses/{key}/more"
    assert f"{path}?of={single}" in chen.get(f"/sessions/{single}").text
    sent = filled(chen.get(f"{path}?of={single}").text)
    assert sent["starts"] == ["18:00"]
    assert sent["repeat"] == ["weekly"]
    assert sent["weekdays"] == ["1"]
    same = chen.post(path, data={**sent, "first": TODAY.isoformat(), "times": "2", "do": "draft"})
    assert "这门课这一天这个时间已经有一次了" in same.text
    assert chen.post(path, data={**sent, "times": "2", "do": "draft"}).status_code == 303
    assert [(one.day, one.starts, one.status) for one in sessions(database)] == [
        (TODAY + WEEK * number, 1080, "draft") for number in range(3)
    ]
    # Taken back, only what was added goes; the single class stays.
    page = chen.get(f"/courses/{key}").text
    back = re.findall(r'action="(/changes/[^"]+/undo)"', page)
    chen.post(back[0])
    assert [one.day for one in sessions(database)] == [TODAY]


@pytest.mark.both_databases
def test_a_course_of_another_village_is_not_copied(chen: FlaskClient, database: Database) -> None:
    with database.writing() as db:
        far = make_course(db, JIANLI, "养猪").public_id
    assert chen.get(f"/desk/{SHIWAN}/courses/new?like={far}").status_code == 404
