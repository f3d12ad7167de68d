"""Five lists look and work alike: found by name and sound, narrowed, ordered, paged, at a cost that does not grow."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from nightschool.models.people import Teacher
from nightschool.models.places import Venue
from nightschool.queries.courses import courses, sessions
from nightschool.queries.people import rosters
from nightschool.queries.places import venues
from nightschool.rules.listings import Asked, Listing
from nightschool.rules.names import sort_key
from nightschool.rules.slots import Moment
from tests.factories import (
    NOW,
    SHIWAN,
    TODAY,
    Cast,
    make_course,
    make_learner,
    make_session,
    make_teacher,
    make_venue,
)

AT = Moment(TODAY, 600)
TOWNSHIP = "511002105000"


def names(listing: Listing[Any]) -> list[str]:
    return [getattr(line, "name", "") or line.title for line in listing.lines]


def chosen(query: str = "", page: int = 1, **values: str) -> Asked:
    return Asked(query, values, page)


def options(listing: Listing[Any], name: str) -> list[str]:
    return next(list(choice.options) for choice in listing.choices if choice.name == name)


@pytest.fixture
def roster(cast: Cast, db: Session) -> None:
    make_learner(db, name="张桂花", group_name="二组")
    make_learner(db, name="单小红", group_name="2组", group_number=2)
    make_learner(db, name="仇国富", group_name="一组")
    make_learner(db, name="区大秀", group_name="一组", retired_at=NOW.instant)
    kept = make_learner(db, name="任秀英", group_name="上湾", group_number=0)
    make_learner(
        db, name="任秀英", group_name="上湾", group_number=0, retired_at=NOW.instant, merged_into_id=kept.id
    )


@pytest.mark.usefixtures("roster")
def test_learners_in_use_stand_by_group_and_all_by_name(db: Session) -> None:
    found = rosters.learners(db, SHIWAN)
    assert [line.group for line in found.lines] == ["一组", "二组", "二组", "上湾"]
    by_name = rosters.learners(db, SHIWAN, chosen(sort="name", state="all"))
    assert names(by_name) == ["区大秀", "仇国富", "任秀英", "单小红", "张桂花"]


@pytest.mark.usefixtures("roster")
def test_learners_are_narrowed(db: Session) -> None:
    for asked, expected in [
        (chosen(group="二组"), ["单小红", "张桂花"]),
        (chosen(group="没有的组"), ["仇国富", "单小红", "张桂花", "任秀英"]),
        (chosen(state="retired"), ["区大秀"]),
        (chosen("qiu"), ["仇国富"]),
        (chosen("odx", state="retired"), ["区大秀"]),
        (chosen("odx"), []),
        (chosen("桂", group="二组"), ["张桂花"]),
        (chosen("桂", group="一组"), []),
    ]:
        assert names(rosters.learners(db, SHIWAN, asked)) == expected


@pytest.mark.usefixtures("roster")
def test_how_many_fit_of_how_many_and_how_many_were_put_away(db: Session) -> None:
    found = rosters.learners(db, SHIWAN, chosen("o"))
    assert (found.found, found.total, found.elsewhere) == (0, 4, 1)
    assert options(found, "group") == ["", "一组", "二组", "上湾"]


def test_a_list_goes_on_over_pages_in_one_order(cast: Cast, db: Session) -> None:
    for n in range(120):
        make_learner(db, name=f"村民{n:03}", group_name="一组")
    pages = [rosters.learners(db, SHIWAN, chosen(page=page)) for page in (1, 2, 3, 99)]
    assert [len(page.lines) for page in pages] == [50, 50, 20, 20]
    every = [line.public_id for page in pages[:3] for line in page.lines]
    assert len(set(every)) == 120
    assert (pages[3].page, pages[3].pages) == (3, 3)


def test_teachers_are_narrowed_and_ordered(cast: Cast, db: Session) -> None:
    wu = make_teacher(db, SHIWAN, "吴医生", name_key=sort_key("吴医生"), kind="doctor", unit="卫生院")
    make_teacher(db, SHIWAN, "单老师", name_key=sort_key("单老师"), retired_at=NOW.instant)
    db.get_one(Teacher, cast.teacher).specialities = "柑橘"
    course = make_course(db)
    make_session(db, course, date(2026, 11, 20), teachers=(cast.teacher,), status="held")  # type: ignore[arg-type]
    make_session(db, course, date(2026, 11, 13), teachers=(wu.id,), status="held")  # type: ignore[arg-type]
    for asked, expected in (
        (chosen(), ["吴医生", "周老师"]),
        (chosen(kind="doctor"), ["吴医生"]),
        (chosen(kept=TOWNSHIP), ["周老师"]),
        (chosen(state="retired"), ["单老师"]),
        (chosen(sort="taught"), ["周老师", "吴医生"]),
        (chosen("卫生院"), ["吴医生"]),
        (chosen("柑橘"), ["周老师"]),
        (chosen("shan", state="all"), ["单老师"]),
    ):
        assert names(rosters.teachers(db, SHIWAN, asked)) == expected, asked
    assert [line.last_taught for line in rosters.teachers(db, SHIWAN).lines] == [
        date(2026, 11, 13),
        date(2026, 11, 20),
    ]
    assert options(rosters.teachers(db, TOWNSHIP), "sort") == ["", "name"]


def test_venues_are_narrowed(cast: Cast, db: Session) -> None:
    make_venue(db, name="文化院坝")
    db.get_one(Venue, cast.venue).retired_at = NOW.instant
    db.flush()
    assert names(venues.venues(db, SHIWAN)) == ["文化院坝"]
    assert names(venues.venues(db, SHIWAN, chosen(state="retired"))) == ["村活动室"]
    assert names(venues.venues(db, SHIWAN, chosen("whyb"))) == ["文化院坝"]
    assert names(venues.venues(db, SHIWAN, chosen(state="all", sort="name"))) == ["村活动室", "文化院坝"]


def test_courses_are_told_by_what_is_left_of_them(cast: Cast, db: Session) -> None:
    over, coming = make_course(db, title="柑橘管护"), make_course(db, title="养兔", category_code="policy")
    draft, away = (
        make_course(db, title="医保", published=False),
        make_course(db, title="旧课", retired_at=NOW.instant),
    )
    make_session(db, over, TODAY - timedelta(days=7))
    make_session(db, coming, TODAY + timedelta(days=7))
    make_session(db, draft, TODAY + timedelta(days=9), status="draft")  # type: ignore[arg-type]
    make_session(db, away, TODAY - timedelta(days=70))
    for asked, expected in (
        (chosen(), ["医保", "养兔", "柑橘管护"]),
        (chosen(state="coming"), ["养兔"]),
        (chosen(state="draft"), ["医保"]),
        (chosen(state="over"), ["柑橘管护"]),
        (chosen(state="retired"), ["旧课"]),
        (chosen(sort="name"), ["柑橘管护", "养兔", "医保"]),
        (chosen("gjgh"), ["柑橘管护"]),
        (chosen(category="policy"), ["养兔"]),
    ):
        assert names(courses.courses(db, SHIWAN, asked, at=AT)) == expected, asked
    [line] = courses.courses(db, SHIWAN, chosen("养"), at=AT).lines
    assert (line.next, line.drafts, line.sessions) == (TODAY + timedelta(days=7), 0, 1)


def test_past_sessions_are_narrowed(cast: Cast, db: Session) -> None:
    orange, rabbit = make_course(db, title="柑橘管护"), make_course(db, title="养兔", category_code="policy")
    for course, day, status in (
        (orange, date(2026, 11, 20), "held"),
        (orange, date(2026, 10, 9), "scheduled"),
        (rabbit, date(2025, 11, 21), "cancelled"),
        (rabbit, date(2026, 12, 1), "scheduled"),
    ):
        make_session(db, course, day, status=status)  # type: ignore[arg-type]
    for asked, expected in (
        (chosen(), [20, 9, 21]),
        (chosen(sort="oldest"), [21, 9, 20]),
        (chosen(status="scheduled"), [9]),
        (chosen(status="cancelled"), [21]),
        (chosen(when="2026"), [20, 9]),
        (chosen(when="2026-10"), [9]),
        (chosen(category="policy"), [21]),
        (chosen(course=orange.public_id), [20, 9]),
        (chosen("yangtu"), [21]),
        (chosen("柑", status="held"), [20]),
        (chosen("xyz"), []),
    ):
        found = sessions.past(db, SHIWAN, asked, at=AT)
        assert [line.slot.day.day for line in found.lines] == expected, asked
        assert found.total == 3
    assert options(sessions.past(db, SHIWAN, at=AT), "when") == [
        "",
        "2026",
        "2026-11",
        "2026-10",
        "2025",
        "2025-11",
    ]


@pytest.mark.parametrize("items", [1, 30])
def test_lists_cost_the_same_however_long_they_are(
    cast: Cast, db: Session, statements: list[str], items: int
) -> None:
    for n in range(items):
        make_learner(db, name=f"村民{n}")
        teacher = make_teacher(db, SHIWAN, f"老师{n}")
        make_venue(db, name=f"场地{n}")
        course = make_course(db, title=f"课{n}")
        make_session(db, course, TODAY - timedelta(days=n + 1), teachers=(teacher.id,), status="held")  # type: ignore[arg-type]
    for cost, look in (
        (2, lambda: rosters.learners(db, SHIWAN)),
        (3, lambda: rosters.teachers(db, SHIWAN)),
        (2, lambda: rosters.teachers(db, TOWNSHIP)),
        (1, lambda: venues.venues(db, SHIWAN)),
        (3, lambda: courses.courses(db, SHIWAN, at=AT)),
        (3, lambda: sessions.past(db, SHIWAN, at=AT)),
        (1, lambda: venues.offered(db, SHIWAN)),
    ):
        db.flush()
        db.expire_all()
        statements.clear()
        look()
        assert len(statements) == cost, statements


def test_phones_are_opened_for_the_page_alone(
    cast: Cast, db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    for n in range(60):
        make_learner(db, name=f"村民{n:02}", phone="sealed")
    monkeypatch.setitem(db.info, "sealer", Looking(opened))
    rosters.learners(db, SHIWAN, chosen(page=2))
    assert len(opened) == 10


class Looking:
    """Says whatever it is asked to open, and remembers for whom."""

    def __init__(self, opened: list[str]) -> None:
        self.opened = opened

    def open(self, sealed: str, *, about: str) -> str:
        self.opened.append(about)
        return "13800005678"
