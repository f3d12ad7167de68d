"""Who came by the kind of their household: by the day of the class, of whole months, and never fewer than five."""

import random
from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy.orm import Session

from nightschool.actions.people.household_status import note_status
from nightschool.actions.people.merges import merge_people
from nightschool.models.attendance import Mark
from nightschool.models.people import HouseholdStatus, Learner
from nightschool.models.places import NightSchool, RegionSettings
from nightschool.queries.household_status import holder_of, status_sealed_for, write_status
from nightschool.queries.oversight.household_kinds import KindCount, kinds_by_region, kinds_of_parts
from nightschool.queries.oversight.overview import Narrowed, overview_of
from nightschool.rules.people.household_status import Status
from tests.factories import (
    NOW,
    SEALER,
    SHIWAN,
    TODAY,
    Cast,
    make_course,
    make_household_status,
    make_learner,
    make_region,
    make_register,
    make_school,
    make_session,
)
from tests.rules.oversight.test_suppression import worked_out

TOWNSHIP, COUNTY = "511002105000", "511002000000"
OCTOBER = (date(2026, 10, 1), date(2026, 10, 31))
EXITED = Status("exited", date(2021, 1, 1))
MONITORED = Status("monitored", date(2021, 1, 1))
HIDDEN = KindCount(None, None)


def a_class(db: Session, cast: Cast, village: str, day: date, learners: list[Learner]) -> None:
    held = make_session(db, make_course(db, village), day, booked=False)
    make_register(db, held, cast.chen, present=tuple(one.id for one in learners))


def people(db: Session, village: str, number: int, status: Status | None = None) -> list[Learner]:
    made = [make_learner(db, village, name=f"学员{n}") for n in range(number)]
    for one in made if status else ():
        make_household_status(db, one, status or EXITED)
    return made


@pytest.fixture
def purpose(db: Session, cast: Cast) -> None:
    db.add(RegionSettings(region_code=COUNTY, household_purpose="看培训到没到户"))
    db.flush()


def october(db: Session, region: str = SHIWAN, *, today: date = TODAY) -> dict[str, KindCount]:
    return kinds_by_region(db, region, *OCTOBER, today=today).get(region, {})


@pytest.mark.usefixtures("purpose")
def test_people_are_counted_by_the_kind_of_the_day(db: Session, cast: Cast) -> None:
    six = people(db, SHIWAN, 6, EXITED)
    others = people(db, SHIWAN, 4)
    a_class(db, cast, SHIWAN, date(2026, 10, 8), six + others)
    a_class(db, cast, SHIWAN, date(2026, 10, 20), six[:5])
    assert october(db) == {"exited": KindCount(11, 6), "monitored": HIDDEN}
    # One of them was of no kind until the middle of the month.
    row = db.query(HouseholdStatus).filter_by(holder=holder_of(db, six[0].public_id)).one()
    late = Status("exited", date(2026, 10, 15))
    row.sealed = SEALER.seal(write_status(late), about=status_sealed_for(row.holder, row.public_id))
    db.flush()
    assert october(db)["exited"] == KindCount(10, 6)
    db.query(Mark).filter_by(learner_id=six[5].id).update({"status": "substitute"})
    assert october(db)["exited"] == KindCount(9, 5)
    db.query(Mark).filter_by(learner_id=six[4].id).delete()
    assert october(db)["exited"] == HIDDEN


@pytest.mark.usefixtures("purpose")
def test_it_is_told_of_a_whole_month_that_is_over_and_of_all_classes(db: Session, cast: Cast) -> None:
    a_class(db, cast, SHIWAN, date(2026, 10, 8), people(db, SHIWAN, 6, EXITED))
    assert october(db, today=date(2026, 11, 1)) and not october(db, today=date(2026, 10, 31))
    for first, last in (
        (date(2026, 10, 1), date(2026, 10, 30)),
        (date(2026, 10, 5), date(2026, 10, 11)),
        (date(2026, 7, 1), date(2026, 12, 31)),
        (date(2026, 1, 1), date(2026, 12, 31)),
    ):
        assert kinds_by_region(db, SHIWAN, first, last, today=date(2027, 5, 1)) == {}
    assert kinds_by_region(db, "511000000000", *OCTOBER, today=TODAY) == {}
    asked = {"first": OCTOBER[0], "last": OCTOBER[1], "today": TODAY, "counts_households": True}
    for narrowed, told in ((Narrowed(), True), (Narrowed(category="skill"), False)):
        found = overview_of(db, TOWNSHIP, narrowed=narrowed, **asked)  # type: ignore[arg-type]
        assert found is not None and bool(found.parts[0].kinds) == told
        assert found.total.households == 6


def test_the_share_of_households_is_of_the_villages_that_have_said_how_many_they_have(
    db: Session, cast: Cast
) -> None:
    sibling = "511002105202"
    make_region(db, sibling)
    beside = make_school(db, sibling)
    a_class(db, cast, SHIWAN, date(2026, 10, 8), people(db, SHIWAN, 6) + people(db, sibling, 9))

    def shares() -> list[int | None]:
        found = overview_of(
            db, TOWNSHIP, first=OCTOBER[0], last=OCTOBER[1], today=TODAY, counts_households=True
        )
        assert found is not None
        return [found.total.households_percent, *(one.households_percent for one in found.parts)]

    assert shares() == [None, None, None]
    db.query(NightSchool).filter_by(region_code=SHIWAN).one().households = 300
    db.flush()
    assert shares() == [2, 2, None], (
        "whose village has not said counts neither way, and nobody for a neighbour's"
    )
    beside.households = 100
    db.flush()
    assert shares() == [3, 2, 0]


def test_where_no_purpose_is_written_down_nothing_is_counted(db: Session, cast: Cast) -> None:
    six = people(db, SHIWAN, 6, EXITED)
    a_class(db, cast, SHIWAN, date(2026, 10, 8), six)
    assert october(db) == {}
    other = "511002106201"
    make_region(db, "511002106000", "朝阳镇")
    make_region(db, other)
    a_class(db, cast, other, date(2026, 10, 9), six)
    db.add(RegionSettings(region_code="511002106000", household_purpose="镇上要"))
    db.flush()
    assert october(db) == {}
    assert october(db, other)["exited"] == KindCount(6, 6)
    assert october(db, COUNTY)["exited"] == KindCount(6, 6)


@pytest.mark.usefixtures("purpose")
def test_who_was_merged_or_moved_counts_once_where_the_class_was(db: Session, cast: Cast) -> None:
    six = people(db, SHIWAN, 6, EXITED)
    twin = make_learner(db, name="学员0")
    a_class(db, cast, SHIWAN, date(2026, 10, 8), [twin, *six[1:]])
    assert october(db)["exited"] == KindCount(5, 5)
    merge_people(
        db,
        kind="learner",
        kept=twin.public_id,
        merged=six[0].public_id,
        seen=(1, 1),
        by=cast.chen_actor,
        now=NOW,
    )
    assert october(db)["exited"] == KindCount(6, 6)
    make_region(db, "511002105203")
    six[1].region_code = "511002105203"
    db.flush()
    assert october(db)["exited"] == KindCount(6, 6)


def test_what_is_noted_by_its_action_is_what_is_counted(db: Session, cast: Cast, purpose: None) -> None:
    five = people(db, SHIWAN, 5)
    a_class(db, cast, SHIWAN, date(2026, 10, 8), five)
    for one in five:
        note_status(db, learner=one.public_id, status=MONITORED, by=cast.chen_actor, now=NOW)
    assert october(db) == {"exited": HIDDEN, "monitored": KindCount(5, 5)}


@pytest.mark.one_database
@pytest.mark.usefixtures("purpose")
@pytest.mark.parametrize("seed", range(8))
def test_no_hidden_count_follows_from_the_papers_of_a_county_and_all_its_townships(
    db: Session, cast: Cast, seed: int
) -> None:
    chance = random.Random(seed)
    villages = []
    for township in range(1, 5):
        make_region(db, f"51100220{township}000", f"测试{township}镇")
        for village in range(1, chance.randint(2, 6)):
            villages.append(f"51100220{township}20{village}")
            make_region(db, villages[-1])
    for village in villages:
        there = [
            *people(db, village, chance.choice((0, 1, 3, 4, 6, 9)), EXITED),
            *people(db, village, chance.choice((0, 0, 2, 5)), MONITORED),
            *people(db, village, chance.choice((0, 3, 8))),
        ]
        for day in range(1, chance.randint(1, 3)):
            a_class(
                db, cast, village, date(2026, 10, day), chance.sample(there, chance.randint(0, len(there)))
            )
    papers = {
        region: kinds_of_parts(db, region, *OCTOBER, today=TODAY)
        for region in (COUNTY, *sorted({f"{village[:9]}000" for village in villages}))
    }
    told = kinds_by_region(db, COUNTY, *OCTOBER, today=TODAY)
    assert told
    for kind in ("exited", "monitored"):
        hidden = {code for code, kinds in told.items() if kinds[kind].people is None}

        def equations(hidden: set[str] = hidden) -> Iterator[dict[str, int]]:
            for region in papers:
                if region in told:
                    parts = [code for code in told if code != region and _above(code) == region]
                    yield {code: 1 for code in (region, *parts) if code in hidden}

        assert worked_out(equations(), hidden) == set()
    for region, rows in papers.items():
        assert [row.kinds for row in rows[-1:]] == ([told[region]] if region in told else [])
        shown = [count for row in rows for count in row.kinds.values() if count.people is not None]
        assert all(count.people >= 5 and count.attendances >= count.people for count in shown)  # type: ignore[operator]


def _above(code: str) -> str:
    return COUNTY if code.endswith("000") else f"{code[:9]}000"
