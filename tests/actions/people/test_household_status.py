"""Kinds of households are noted by the village's coordinator alone, stay with the learner, and stand nowhere open."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.actions.people.household_status import (
    change_status,
    forget_statuses,
    look_at_statuses,
    note_status,
    take_status_away,
)
from nightschool.actions.people.lists import undo_list
from nightschool.actions.people.merges import merge_people, undo_merge
from nightschool.actions.places.region_settings import change_settings
from nightschool.errors import NotAllowed, NotFound, Refused, StaleRecord
from nightschool.models.people import HouseholdStatus, Learner
from nightschool.models.places import RegionSettings
from nightschool.models.trust import AuditEvent
from nightschool.queries.household_status import status_sealed_for, statuses_of
from nightschool.queries.places.region_settings import purpose_for
from nightschool.queries.trust.keys import unreadable
from nightschool.rules.access import SYSTEM, Actor, Post, Role
from nightschool.rules.people.household_status import Status
from tests.factories import JIANLI, NOW, SEALER, SHIWAN, Cast, make_learner, make_people_list

TOWNSHIP, COUNTY = "511002105000", "511002000000"
EXITED = Status("exited", date(2021, 1, 1))


@pytest.fixture
def settled(db: Session, cast: Cast) -> Learner:
    """A learner of a village whose county says for what kinds of households are noted."""
    db.add(RegionSettings(region_code=COUNTY, household_purpose="看培训到没到户"))
    return make_learner(db, name="陈大秀")


def noted(db: Session, cast: Cast, learner: Learner, status: Status = EXITED) -> str:
    note_status(db, learner=learner.public_id, status=status, by=cast.chen_actor, now=NOW)
    return next(
        one.public_id for one in statuses_of(db, learner.public_id) if one.status.first == status.first
    )


def kinds(db: Session, learner: Learner) -> list[str]:
    return [one.kind for one in statuses_of(db, learner.public_id)]


def test_it_is_noted_changed_and_taken_away_and_each_step_and_look_is_on_the_trail(
    db: Session, cast: Cast, settled: Learner
) -> None:
    by: dict[str, Any] = {"learner": settled.public_id, "by": cast.chen_actor, "now": NOW}
    kept = noted(db, cast, settled)
    [shown] = look_at_statuses(db, **by)
    assert (shown.public_id, shown.status) == (kept, EXITED)
    ended = Status("exited", EXITED.first, date(2022, 12, 31))
    change_status(db, kept=kept, status=ended, version=1, **by)
    with pytest.raises(StaleRecord):
        take_status_away(db, kept=kept, version=1, **by)
    noted(db, cast, settled, Status("monitored", date(2023, 1, 1)))
    assert kinds(db, settled) == ["exited", "monitored"]
    take_status_away(db, kept=kept, version=2, **by)
    assert kinds(db, settled) == ["monitored"]
    lines = db.execute(select(AuditEvent.action, AuditEvent.record, AuditEvent.region_code)).all()
    assert [line.action.partition("_")[2] for line in lines] == [
        "noted",
        "seen",
        "changed",
        "noted",
        "removed",
    ]
    assert {line.region_code for line in lines} == {SHIWAN}
    # Of whom something is noted the trail does not say.
    assert [line.record for line in lines if "learner" in line.record] == [f"learner {settled.id}"]


def test_the_row_says_neither_whose_nor_what_and_opens_for_nobody_else(
    db: Session, cast: Cast, settled: Learner
) -> None:
    kept = noted(db, cast, settled)
    noted(
        db,
        cast,
        make_learner(db, name="刘国富"),
        Status("registered_poor", date(2016, 1, 1), date(2018, 1, 1)),
    )
    one, other = db.scalars(select(HouseholdStatus).order_by(HouseholdStatus.id))
    assert len(one.sealed) == len(other.sealed), "its length would tell what it says"
    assert settled.public_id not in one.holder + one.sealed and one.holder != other.holder
    assert "exited" in SEALER.open(one.sealed, about=status_sealed_for(one.holder, kept))
    assert unreadable(db) == {}
    one.sealed, other.sealed = other.sealed, one.sealed
    db.flush()
    assert kinds(db, settled) == [] and unreadable(db) == {"household_status": 2}


def test_it_is_for_the_villages_own_coordinator_where_a_purpose_is_written_down(
    db: Session, cast: Cast, settled: Learner
) -> None:
    others = [
        cast.luo_actor,
        cast.region_administrator_actor,
        Actor(cast.township_supervisor, "督导", (Post(Role.SUPERVISOR, TOWNSHIP),)),
        Actor(cast.system_administrator, "管理员", (Post(Role.SYSTEM_ADMINISTRATOR, None),)),
    ]
    for by in others:
        with pytest.raises(NotAllowed):
            look_at_statuses(db, learner=settled.public_id, by=by, now=NOW)
        with pytest.raises(NotAllowed):
            note_status(db, learner=settled.public_id, status=EXITED, by=by, now=NOW)
    unsettled = make_learner(db, JIANLI)
    with pytest.raises(NotFound):
        look_at_statuses(db, learner=unsettled.public_id, by=cast.luo_actor, now=NOW)
    other = make_learner(db, name="刘国富")
    kept = noted(db, cast, settled)
    for change in (take_status_away, change_status):
        more: dict[str, Any] = {"status": EXITED} if change is change_status else {}
        with pytest.raises(NotFound):
            change(db, learner=other.public_id, kept=kept, version=1, by=cast.chen_actor, now=NOW, **more)


def test_two_records_of_one_person_have_what_was_noted_of_both_until_they_are_apart_again(
    db: Session, cast: Cast, settled: Learner
) -> None:
    other = make_learner(db, name="陈大绣")
    noted(db, cast, settled)
    noted(db, cast, other, Status("registered_poor", date(2016, 1, 1), date(2018, 1, 1)))
    merge_people(
        db,
        kind="learner",
        kept=settled.public_id,
        merged=other.public_id,
        seen=(1, 1),
        by=cast.chen_actor,
        now=NOW,
    )
    assert kinds(db, settled) == ["registered_poor", "exited"]
    with pytest.raises(NotFound):
        look_at_statuses(db, learner=other.public_id, by=cast.chen_actor, now=NOW)
    undo_merge(db, kind="learner", merged=other.public_id, by=cast.chen_actor, now=NOW)
    assert (kinds(db, settled), kinds(db, other)) == (["exited"], ["registered_poor"])


def test_who_is_in_another_village_takes_it_along_and_there_its_own_purpose_counts(
    db: Session, cast: Cast, settled: Learner
) -> None:
    noted(db, cast, settled)
    settled.region_code = JIANLI
    db.flush()
    with pytest.raises(NotFound):
        look_at_statuses(db, learner=settled.public_id, by=cast.luo_actor, now=NOW)
    db.add(RegionSettings(region_code="511024000000", household_purpose="也要看"))
    db.flush()
    assert len(look_at_statuses(db, learner=settled.public_id, by=cast.luo_actor, now=NOW)) == 1
    with pytest.raises(NotAllowed):
        look_at_statuses(db, learner=settled.public_id, by=cast.chen_actor, now=NOW)


def test_a_list_that_is_taken_back_leaves_whom_something_is_noted_of(
    db: Session, cast: Cast, settled: Learner
) -> None:
    other = make_learner(db, name="刘国富")
    noted(db, cast, settled)
    row = make_people_list(db, cast.chen)
    row.added, row.taken_at = [settled.public_id, other.public_id], NOW.instant
    db.flush()
    gone = undo_list(db, row.public_id, kind="learner", region=SHIWAN, by=cast.chen_actor, now=NOW)
    assert gone == (1, 1)
    assert kinds(db, settled) == ["exited"]


def test_a_purpose_ends_with_what_was_noted_for_it_once_that_is_said(
    db: Session, cast: Cast, settled: Learner
) -> None:
    noted(db, cast, settled)
    values: dict[str, Any] = {"approves_plans": False, "travel_kmh": None, "by": SYSTEM, "now": NOW}
    db.flush()
    change_settings(db, region=TOWNSHIP, household_purpose="镇上也要", seen_version=0, **values)
    assert purpose_for(db, SHIWAN) is not None and purpose_for(db, SHIWAN).text == "镇上也要"  # type: ignore[union-attr]
    # The county still says for what: nothing goes.
    change_settings(db, region=TOWNSHIP, seen_version=1, **values)
    assert kinds(db, settled) == ["exited"]
    with pytest.raises(Refused, match="statuses_kept"), db.begin_nested():
        change_settings(db, region=COUNTY, seen_version=1, **values)
    assert kinds(db, settled) == ["exited"]
    change_settings(db, region=COUNTY, forgets_statuses=True, seen_version=1, **values)
    assert db.scalars(select(HouseholdStatus.id)).all() == []
    assert purpose_for(db, SHIWAN) is None
    forget_statuses(db, COUNTY, confirmed=False)
