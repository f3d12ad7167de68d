"""Sheets written without signal: whatever happened meanwhile, each counts or waits, and none is lost."""

import itertools
import random
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.actions.courses.sessions import cancel_session
from nightschool.actions.registers.attendance import void_register
from nightschool.actions.registers.deliveries import (
    BroughtSheet,
    Delivered,
    Fate,
    bring_in,
    leave_waiting,
)
from nightschool.errors import NotAllowed, NotFound
from nightschool.models.attendance import Mark, Submission, WaitingSheet
from nightschool.models.people import Learner
from nightschool.models.teaching import ClassSession, SessionStatus
from nightschool.queries.registers.waiting import sheets_waiting, standing_sheet
from nightschool.rules.access import Actor
from nightschool.rules.registers.attendance import NewLearner, Sheet, WrittenGuest
from nightschool.rules.registers.waiting import read_sheet, write_sheet
from tests.actions.registers.test_attendance import save
from tests.factories import (
    NOW,
    SHIWAN,
    SOON,
    TODAY,
    Cast,
    later,
    make_course,
    make_learner,
    make_session,
)


def bring(
    cast: Cast, db: Session, session: ClassSession, sheet: Sheet, *, minute: int = 0, **given: Any
) -> Delivered:
    """A sheet written so many minutes after seven comes in at eight."""
    by, now = given.pop("by", cast.chen_actor), given.pop("now", later(hours=1))
    defaults: dict[str, Any] = {
        "submission_id": uuid4(),
        "class_session": session.public_id,
        "device": "Android · Chrome",
        "taken_at": NOW.instant + timedelta(minutes=minute),
        "based_on": 0,
    }
    replaces = tuple(given.pop("replaces", ()))
    return bring_in(db, BroughtSheet(sheet=sheet, replaces=replaces, **{**defaults, **given}), by=by, now=now)


def came(*people: Learner, **more: Any) -> Sheet:
    return Sheet(marks={person.public_id: "present" for person in people}, **more)


def standing(db: Session, session: ClassSession) -> Sheet:
    found = standing_sheet(db, session.id)
    return found[1] if found else Sheet()


def waits(db: Session) -> list[tuple[UUID, str]]:
    rows = db.execute(
        select(WaitingSheet.submission_id, WaitingSheet.why).where(WaitingSheet.settled_at.is_(None))
    )
    return sorted((one, why) for one, why in rows)


def test_a_sheet_written_without_signal_counts_when_it_arrives(
    cast: Cast, db: Session, tonight: ClassSession, learners: dict[str, Learner]
) -> None:
    sheet = came(learners["陈大秀"], headcount=3, guests=(WrittenGuest("李远客", "建立村"),))
    brought = bring(cast, db, tonight, sheet, minute=5)
    assert brought.outcome == Fate.COUNTS
    assert tonight.status == SessionStatus.HELD
    assert standing(db, tonight) == sheet
    assert waits(db) == []


def test_sent_again_after_a_lost_answer_it_has_the_same_receipt(
    cast: Cast, db: Session, tonight: ClassSession, learners: dict[str, Learner]
) -> None:
    mine, sheet = uuid4(), came(*learners.values())
    first = bring(cast, db, tonight, sheet, submission_id=mine)
    again = bring(cast, db, tonight, sheet, submission_id=mine, now=later(hours=30))
    assert again == first
    assert len(db.scalars(select(Submission)).all()) == 1


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_of_sheets_that_knew_nothing_of_each_other_the_one_written_last_counts_however_they_arrive(
    cast: Cast, db: Session, tonight: ClassSession, learners: dict[str, Learner], order: tuple[int, ...]
) -> None:
    ids = [uuid4() for _one in range(3)]
    people = list(learners.values())
    for which in order:
        bring(cast, db, tonight, came(people[which]), minute=which, submission_id=ids[which])
    assert standing(db, tonight) == came(people[2])
    assert waits(db) == sorted([(ids[0], "outranked"), (ids[1], "outranked")])
    kept = {one.public_id: one.sheet for one in sheets_waiting(db, SHIWAN)}
    assert sorted(map(write_sheet, kept.values())) == sorted(map(write_sheet, map(came, people[:2])))


def test_a_clock_that_is_years_ahead_gains_nothing_once_its_device_has_met_ours(
    cast: Cast, db: Session, tonight: ClassSession, learners: dict[str, Learner]
) -> None:
    first, second, _third = learners.values()
    years = 3 * 365 * 24 * 60
    bring(cast, db, tonight, came(first), minute=years + 1, clock_offset=-years * 60)
    bring(cast, db, tonight, came(second), minute=2)
    assert standing(db, tonight) == came(second)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_what_one_phone_wrote_instead_of_its_own_sheet_is_no_disagreement(
    cast: Cast, db: Session, tonight: ClassSession, learners: dict[str, Learner], order: tuple[int, ...]
) -> None:
    ids, people = [uuid4() for _one in range(3)], list(learners.values())
    for which in order:
        bring(
            cast,
            db,
            tonight,
            came(*people[: which + 1]),
            minute=which,
            submission_id=ids[which],
            replaces=ids[:which],
        )
    assert standing(db, tonight) == came(*people)
    assert waits(db) == []


def test_whoever_has_seen_the_register_may_put_it_right_whatever_the_clock_says(
    cast: Cast, db: Session, tonight: ClassSession, learners: dict[str, Learner]
) -> None:
    first, second, _third = learners.values()
    bring(cast, db, tonight, came(first), minute=30)
    bring(cast, db, tonight, came(second), minute=-20, based_on=1)
    assert standing(db, tonight) == came(second)
    assert waits(db) == []


def test_a_sheet_that_its_own_phone_has_replaced_speaks_for_nobody(
    cast: Cast, db: Session, tonight: ClassSession, learners: dict[str, Learner]
) -> None:
    first, second, third = learners.values()
    mine, later_one = uuid4(), uuid4()
    bring(cast, db, tonight, came(first, second), submission_id=later_one, minute=-9, replaces=[mine])
    bring(cast, db, tonight, came(first), submission_id=mine, minute=40)  # its clock was put back in between
    bring(cast, db, tonight, came(third), minute=20)
    assert standing(db, tonight) == came(third)
    assert waits(db) == [(later_one, "outranked")]


def test_two_who_wrote_the_same_do_not_disagree(
    cast: Cast, db: Session, tonight: ClassSession, learners: dict[str, Learner]
) -> None:
    for minute in (5, 3, 9):
        bring(cast, db, tonight, came(*learners.values()), minute=minute)
    assert waits(db) == []


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_what_two_wrote_alike_waits_for_both_when_it_counts_no_more(
    cast: Cast, db: Session, tonight: ClassSession, learners: dict[str, Learner], order: tuple[int, ...]
) -> None:
    """One of the two takes it back: what the other said is still there to be looked at."""
    first, second, third = learners.values()
    sheets = [came(first, second), came(first, second), came(third)]
    ids = [uuid4() for _one in sheets]
    for which in order:
        bring(cast, db, tonight, sheets[which], minute=which, submission_id=ids[which])
    assert standing(db, tonight) == came(third)
    assert waits(db) == sorted([(ids[0], "outranked"), (ids[1], "outranked")])
    bring(cast, db, tonight, came(third), minute=1, replaces=[ids[1]])
    assert waits(db) == [(ids[0], "outranked")]
    assert [one.sheet for one in sheets_waiting(db, SHIWAN) if one.settled_at is None] == [sheets[0]]


def test_what_another_wrote_alike_waits_when_the_first_writes_its_own_anew(
    cast: Cast, db: Session, tonight: ClassSession, learners: dict[str, Learner]
) -> None:
    first, second, _third = learners.values()
    mine, yours = uuid4(), uuid4()
    bring(cast, db, tonight, came(first), minute=5, submission_id=mine)
    bring(cast, db, tonight, came(first), minute=3, submission_id=yours)
    bring(cast, db, tonight, came(second), minute=9, replaces=[mine])
    assert standing(db, tonight) == came(second)
    assert waits(db) == [(yours, "outranked")]


def test_what_waits_waits_no_more_while_another_that_says_the_same_counts(
    cast: Cast, db: Session, tonight: ClassSession, learners: dict[str, Learner]
) -> None:
    first, second, _third = learners.values()
    bring(cast, db, tonight, came(second), minute=2)
    bring(cast, db, tonight, came(first), minute=1)
    bring(cast, db, tonight, came(first), minute=3)
    assert standing(db, tonight) == came(first)
    assert [one.sheet for one in sheets_waiting(db, SHIWAN)] == [came(second)]


def test_the_same_id_with_another_content_is_kept_beside_and_shown_once(
    cast: Cast, db: Session, tonight: ClassSession, learners: dict[str, Learner]
) -> None:
    mine = uuid4()
    first, second, _third = learners.values()
    bring(cast, db, tonight, came(first), submission_id=mine)
    for _twice in range(2):
        other = bring(cast, db, tonight, came(second), submission_id=mine)
        assert (other.outcome, other.why, other.receipt.submission_id) == ("waits", "other_content", mine)
    assert standing(db, tonight) == came(first)
    assert [one.sheet for one in sheets_waiting(db, SHIWAN)] == [came(second)]


def test_a_sheet_for_a_class_that_was_called_off_waits_and_is_not_dropped(
    cast: Cast, db: Session, tonight: ClassSession, learners: dict[str, Learner]
) -> None:
    cancel_session(
        db,
        class_session=tonight.public_id,
        seen_revision=tonight.revision,
        reason="weather",
        reason_text="",
        by=cast.chen_actor,
        now=NOW,
    )
    brought = bring(cast, db, tonight, came(*learners.values(), headcount=40))
    assert (brought.outcome, brought.why) == (Fate.WAITS, "is_cancelled")
    [kept] = sheets_waiting(db, SHIWAN)
    assert kept.sheet == came(*learners.values(), headcount=40)
    assert db.scalars(select(Mark)).all() == []


def test_a_sheet_written_before_a_voiding_waits(
    cast: Cast, db: Session, tonight: ClassSession, learners: dict[str, Learner]
) -> None:
    save(cast, db, tonight)
    void_register(
        db,
        class_session=tonight.public_id,
        reason="没开成",
        submission_id=uuid4(),
        device="",
        by=cast.chen_actor,
        now=later(hours=1),
    )
    brought = bring(cast, db, tonight, came(*learners.values()), minute=1, now=later(hours=2))
    assert (brought.outcome, brought.why) == (Fate.WAITS, "outranked")
    assert tonight.status == SessionStatus.SCHEDULED


def test_a_sheet_of_somebody_whose_posting_has_ended_waits(
    cast: Cast, db: Session, tonight: ClassSession, learners: dict[str, Learner]
) -> None:
    gone = Actor(cast.chen_actor.account_id, "陈书记", ())
    brought = bring(cast, db, tonight, came(*learners.values()), by=gone)
    assert (brought.outcome, brought.why) == (Fate.WAITS, "posting_ended")
    assert standing(db, tonight) == Sheet()


def test_who_was_never_posted_to_the_village_brings_nothing(
    cast: Cast, db: Session, tonight: ClassSession
) -> None:
    with pytest.raises(NotAllowed):
        bring(cast, db, tonight, Sheet(headcount=3), by=cast.luo_actor)
    with pytest.raises(NotFound):
        bring(cast, db, tonight, Sheet(headcount=3), class_session="unknown")
    assert db.scalars(select(Submission)).all() == []


def test_a_newcomer_who_may_be_somebody_known_waits_to_be_asked_about(
    cast: Cast, db: Session, tonight: ClassSession, learners: dict[str, Learner]
) -> None:
    known = learners["陈大秀"]
    sheet = came(learners["刘国富"], new_learners=(NewLearner(known.name, known.group_name),))
    brought = bring(cast, db, tonight, sheet)
    assert (brought.outcome, brought.why) == (Fate.WAITS, "newcomers")
    assert [one.sheet for one in sheets_waiting(db, SHIWAN)] == [sheet]
    assert db.scalars(select(Learner).where(Learner.name == known.name)).all() == [known]


def test_what_was_looked_at_and_left_waits_no_more_and_stays_on_record(
    cast: Cast, db: Session, tonight: ClassSession, learners: dict[str, Learner]
) -> None:
    first, second, _third = learners.values()
    bring(cast, db, tonight, came(first), minute=1)
    bring(cast, db, tonight, came(second), minute=2)
    [kept] = sheets_waiting(db, SHIWAN)
    leave_waiting(db, waiting_sheet=kept.public_id, by=cast.chen_actor, now=later(hours=2))
    assert waits(db) == []
    [settled] = sheets_waiting(db, SHIWAN)
    assert (settled.is_taken, settled.settled_by, settled.sheet) == (False, "陈书记", came(first))


def test_a_sheet_is_read_back_as_it_was_written() -> None:
    sheet = Sheet(
        marks={"a": "present", "b": "substitute"},
        came_instead={"b": "李秀"},
        new_learners=(NewLearner("王新来", "3组", is_another=True),),
        guests=(WrittenGuest("周客", "建立村"), WrittenGuest("吴客")),
        unnamed_guests=2,
        headcount=9,
        women=4,
        difference_note="两个娃娃",
    )
    assert read_sheet(write_sheet(sheet)) == sheet


@pytest.mark.parametrize("seed", range(10))
def test_phones_that_lose_double_and_shuffle_what_they_send_end_alike(
    cast: Cast, db: Session, seed: int
) -> None:
    """The same sheets of four phones, delivered in two orders with repeats: registers and what waits are equal."""
    dice = random.Random(seed)
    people = [make_learner(db, name=f"村民{number}") for number in range(8)]
    ends = []
    plan: list[dict[str, Any]] = []
    seen: list[list[int]] = []  # what somebody wrote, and somebody else may write too
    for phone in range(4):
        own: list[int] = []
        for _sheet in range(dice.randint(1, 3)):
            number = len(plan)
            plan.append(
                {
                    "who": dice.choice(seen)
                    if seen and dice.random() < 0.3
                    else dice.sample(range(8), dice.randint(0, 8)),
                    "minute": dice.randint(0, 50) + phone / 10,
                    "replaces": list(own),
                    "clock_offset": dice.choice((0, 0, -86400, 7200)),
                }
            )
            own.append(number)
            seen.append(plan[-1]["who"])
        for before, after in itertools.pairwise(own):  # a phone's own clock goes forward
            plan[after]["clock_offset"] = plan[before]["clock_offset"]
            plan[after]["minute"] = max(plan[after]["minute"], plan[before]["minute"] + 1)
    for _order in range(2):
        session = make_session(db, make_course(db, title=f"课{_order}"), TODAY, **SOON)
        ids = [uuid4() for _one in plan]
        wanted = [*range(len(plan)), *dice.choices(range(len(plan)), k=6)]
        dice.shuffle(wanted)
        for number in wanted:
            one = plan[number]
            bring(
                cast,
                db,
                session,
                came(*(people[index] for index in one["who"])),
                submission_id=ids[number],
                taken_at=NOW.instant + timedelta(minutes=one["minute"], seconds=-one["clock_offset"]),
                clock_offset=one["clock_offset"],
                replaces=[ids[index] for index in one["replaces"]],
            )
        waiting = {one for one, _why in waits(db) if one in ids}
        ends.append((standing(db, session).marks, sorted(ids.index(one) for one in waiting)))
    assert ends[0] == ends[1]
