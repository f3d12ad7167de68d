"""Sums at every level are what a count of everything comes to, whatever is done to classes, registers and villages."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from nightschool.actions.courses.sessions import (
    add_session,
    cancel_session,
    change_session,
    move_session,
    postpone_session,
    restore_session,
)
from nightschool.actions.courses.undo import take_back
from nightschool.actions.people.merges import merge_people, undo_merge
from nightschool.actions.places.successors import set_successor
from nightschool.actions.places.takeovers import give_back, take_over
from nightschool.actions.registers.attendance import record_sheet, void_register
from nightschool.actions.registers.evaluations import enter_slips
from nightschool.actions.tallies import count_the_first_time, recount_all
from nightschool.database import Database
from nightschool.errors import CannotSchedule, NotAllowed, NotFound, Refused, StaleRecord, VillageEnded
from nightschool.models.attendance import Evaluation, EvaluationCount, Guest, Headcount, Mark
from nightschool.models.people import Learner, PersonMerge, Teacher
from nightschool.models.tallies import CountedSession, PlannedMonth, RegionTally
from nightschool.models.teaching import (
    ChangeSet,
    ClassSession,
    ClassSessionLabel,
    Course,
    Label,
    SessionStatus,
)
from nightschool.queries.courses.labels import LabelFigures, label_figures
from nightschool.queries.oversight.overview import Narrowed, overview_of
from nightschool.queries.places.takeovers import belongings, todays_villages
from nightschool.rules.access import SYSTEM, Actor, Post, Role
from nightschool.rules.courses.labels import Labels
from nightschool.rules.oversight.tallies import TALLIED
from nightschool.rules.regions import PREFIX_DIGITS, full_code
from nightschool.rules.registers.attendance import EXCUSED, PRESENT, Sheet, WrittenGuest
from nightschool.rules.registers.evaluations import Aspect, EvaluationSlip
from nightschool.rules.slots import Slot
from tests.factories import (
    NOW,
    SHIWAN,
    TODAY,
    Cast,
    make_course,
    make_label,
    make_learner,
    make_region,
    make_session,
    make_teacher,
    on,
)

BESIDE, BEYOND = "511002105202", "511002106201"  # in the same township, and in another
VILLAGES = (SHIWAN, BESIDE, BEYOND)
STEPS = 40


class World:
    """Three villages, and somebody who may do everything in them."""

    def __init__(self, database: Database, cast: Cast, dice: Random) -> None:
        self.database, self.dice, self.done = database, dice, Counter[str]()
        everywhere = (Post(Role.REGION_ADMINISTRATOR, "511002000000"), Post(Role.SYSTEM_ADMINISTRATOR, None))
        keeps = tuple(Post(Role.COORDINATOR, village) for village in VILLAGES)
        self.by = {"by": Actor(account_id=cast.chen, name="陈书记", posts=(*keeps, *everywhere)), "now": NOW}
        with database.writing() as db:
            make_region(db, "511002106000", "东兴镇")
            self.labels = [make_label(db, name).public_id for name in ("农技站", "派出所")]
            teachers = []
            for at, village in enumerate(VILLAGES):
                if village != SHIWAN:
                    make_region(db, village)
                teachers.append(make_teacher(db, village, f"吴老师{at}").id)
                for number in range(4):
                    make_learner(db, village, f"村民{at}{number}", "一组")
                for category in ("skill", "law"):
                    course = make_course(db, village, f"课{category}", category_code=category)
                    for ago in (3, 20):
                        own = (cast.teacher,) if ago == 3 else (teachers[-1],)
                        make_session(db, course, TODAY - timedelta(days=ago + at), teachers=own, booked=False)

    def one(self, db: Session, model: Any, *which: Any) -> Any:
        return self.dice.choice(db.scalars(select(model).where(*which).order_by(model.id)).all() or [None])

    def session(self, db: Session, *statuses: SessionStatus) -> Any:
        found = self.one(db, ClassSession, ClassSession.status.in_(statuses))
        if found is None:
            raise NotFound
        return found

    def slot(self) -> Slot:
        starts = self.dice.choice((9, 14, 19)) * 60
        return Slot(
            TODAY + timedelta(days=self.dice.randint(-45, 45)), starts, starts + self.dice.choice((60, 90))
        )

    def sheet(self, db: Session, held: ClassSession) -> Sheet:
        people = db.scalars(select(Learner.public_id).where(Learner.region_code == held.region_code)).all()
        total = self.dice.choice((None, None, 12, 30))
        counted = (
            {"women": self.dice.choice((None, 5)), "over_60": self.dice.choice((None, 0, 4))} if total else {}
        )
        return Sheet(
            marks={one: self.dice.choice((PRESENT, EXCUSED)) for one in people if self.dice.random() < 0.8},
            guests=tuple(WrittenGuest(f"客{n}", "") for n in range(self.dice.randint(0, 2))),
            unnamed_guests=self.dice.randint(0, 3),
            headcount=total,
            difference_note="有人在外面",
            **counted,
        )


def record(world: World, db: Session) -> None:
    held = world.session(db, SessionStatus.SCHEDULED, SessionStatus.HELD)
    record_sheet(
        db,
        class_session=held.public_id,
        sheet=world.sheet(db, held),
        submission_id=uuid4(),
        device="",
        taken_at=NOW.instant,
        reason="补记",
        **{**world.by, "now": on(max(held.day + timedelta(days=world.dice.randint(0, 6)), TODAY))},
    )


def void(world: World, db: Session) -> None:
    held = world.session(db, SessionStatus.HELD)
    void_register(
        db, class_session=held.public_id, reason="记错了", submission_id=uuid4(), device="", **world.by
    )


def _seen(held: ClassSession) -> dict[str, Any]:
    return {"class_session": held.public_id, "seen_revision": held.revision}


WHY = {"reason": "weather", "reason_text": ""}


def cancel(world: World, db: Session) -> None:
    why = {**WHY, "reason": world.dice.choice(("weather", "farm_work"))}
    cancel_session(db, **_seen(world.session(db, SessionStatus.SCHEDULED)), **why, **world.by)


def restore(world: World, db: Session) -> None:
    restore_session(db, **_seen(world.session(db, SessionStatus.CANCELLED)), **world.by)


def move(world: World, db: Session) -> None:
    move_session(db, **_seen(world.session(db, SessionStatus.SCHEDULED)), slot=world.slot(), **world.by)


def postpone(world: World, db: Session) -> None:
    held = world.session(db, SessionStatus.SCHEDULED)
    postpone_session(db, **_seen(held), slot=world.slot(), **WHY, **world.by)


def add(world: World, db: Session) -> None:
    course = world.one(db, Course)
    add_session(db, course=course.public_id, slot=world.slot(), teachers=(), venue=None, **world.by)


def change(world: World, db: Session) -> None:
    held = world.session(db, SessionStatus.SCHEDULED)
    teacher = world.one(
        db, Teacher, Teacher.region_code == held.region_code, Teacher.merged_into_id.is_(None)
    )
    borne = tuple(world.dice.sample(world.labels, world.dice.randint(0, 2)))
    change_session(
        db,
        **_seen(held),
        title=held.title,
        summary="",
        teachers=[teacher.public_id] if teacher else [],
        venue=None,
        labels=Labels(hosts=borne[:1], helpers=borne[1:]),
        **world.by,
    )


def undo(world: World, db: Session) -> None:
    last = db.scalars(select(ChangeSet.public_id).order_by(ChangeSet.id.desc()).limit(1)).one_or_none()
    take_back(db, change=last or "", **world.by)


def merge(world: World, db: Session) -> None:
    model = world.dice.choice((Learner, Teacher))
    village = world.dice.choice(VILLAGES)
    into = (village, village[:9] + "000") if model is Teacher else (village,)
    kept = world.one(db, model, model.region_code.in_(into), model.merged_into_id.is_(None))
    merged = world.one(db, model, model.region_code == village, model.merged_into_id.is_(None))
    if kept is None or merged is None:
        raise NotFound
    kind, seen = model.__tablename__, (kept.version, merged.version)
    merge_people(db, kind=kind, kept=kept.public_id, merged=merged.public_id, seen=seen, **world.by)


def unmerge(world: World, db: Session) -> None:
    made = world.one(db, PersonMerge, PersonMerge.undone_at.is_(None))
    if made is None:
        raise NotFound
    model = {"learner": Learner, "teacher": Teacher}[made.kind]
    undo_merge(db, kind=made.kind, merged=db.get_one(model, made.merged_id).public_id, **world.by)


def succeed(world: World, db: Session) -> None:
    old, new = world.dice.sample(VILLAGES, 2)
    set_successor(db, predecessor=old, successor=new, day=TODAY, by=SYSTEM, now=NOW)
    seen = belongings(db, old, at=NOW.moment).code
    take_over(db, village=new, former=old, seen=seen, **world.by)


def hand_back(world: World, db: Session) -> None:
    old, new = world.dice.sample(VILLAGES, 2)
    give_back(db, village=new, former=old, **world.by)


def evaluate(world: World, db: Session) -> None:
    held = world.session(db, SessionStatus.HELD)
    said = {aspect: world.dice.randint(1, 3) for aspect in Aspect if world.dice.random() < 0.8}
    slips = [EvaluationSlip(said, "养蜂")] * world.dice.choice((1, 4, 6))
    replaces = world.dice.random() < 0.3
    enter_slips(db, class_session=held.public_id, slips=slips, replaces=replaces, **world.by)


DEEDS: tuple[Callable[[World, Session], None], ...] = (
    *(record,) * 6,
    *(void, cancel, restore, move, move, postpone, add, add, change, change, undo),
    *(merge, merge, unmerge, succeed, hand_back, evaluate, evaluate, evaluate),
)
NOT_DONE = (Refused, CannotSchedule, StaleRecord, NotFound, NotAllowed, VillageEnded)


def counted_by_hand(db: Session) -> dict[tuple[str, ...], Counter[str]]:
    """Every class session, its register read row by row: what each region and time comes to."""
    found: dict[tuple[str, ...], Counter[str]] = {}
    for held in db.scalars(select(ClassSession)):
        if held.status in (SessionStatus.DRAFT, SessionStatus.POSTPONED):
            continue
        came = 0
        if held.status == SessionStatus.HELD:
            of = {"class_session_id": held.id}
            said = db.scalars(select(Headcount).filter_by(**of, superseded_by=None)).one()
            named = len(db.scalars(select(Mark).filter_by(**of, status=PRESENT)).all())
            guests = len(db.scalars(select(Guest).filter_by(**of, superseded_by=None)).all())
            came = said.total if said.total is not None else named + guests + said.unnamed_guests
        minutes = held.ends - held.starts if held.status == SessionStatus.HELD else 0
        for level in TALLIED:
            region = full_code(held.region_code[: PREFIX_DIGITS[level]])
            day = held.day.isoformat()
            for span in (day, day[:7], *([day[:4]] if level == "city" else [])):
                key = (level, span, region, held.category_code, held.status, held.reason or "")
                sums = Counter(sessions=1, attendances=came, minutes=minutes, person_minutes=came * minutes)
                found[key] = found.get(key, Counter[str]()) + sums
    return found


def added_up(db: Session) -> dict[tuple[str, ...], Counter[str]]:
    rows = db.scalars(select(RegionTally).where(RegionTally.label == "", RegionTally.sessions != 0))
    names = ("sessions", "attendances", "minutes", "person_minutes")
    return {
        (one.level, one.span, one.region_code, one.category_code, one.status, one.reason): +Counter(
            {name: getattr(one, name) for name in names}
        )
        for one in rows
    }


def borne_by_hand(db: Session, region: str) -> dict[str, Counter[str]]:
    """Every label of every class session of a region: what each name comes to, and under its kind what is held."""
    found: dict[str, Counter[str]] = {}
    is_any: dict[str, set[int]] = {}
    every = select(
        ClassSessionLabel.role, Label.name, Label.kind, ClassSession.id, CountedSession.attendances
    )
    every = every.join(Label, Label.id == ClassSessionLabel.label_id)
    every = every.join(ClassSession, ClassSession.id == ClassSessionLabel.class_session_id)
    every = every.add_columns(ClassSession.status, ClassSession.region_code)
    every = every.join(CountedSession, CountedSession.class_session_id == ClassSession.id)
    for role, name, kind, key, came, status, village in db.execute(every):
        if not village.startswith(region.rstrip("0")):
            continue
        sums = found.setdefault(name, Counter())
        sums["planned"] += 1
        if status == SessionStatus.HELD:
            sums += Counter(held=1, helped=int(role == "helper"), attendances=came)
            is_any.setdefault(kind, set()).add(key)
    return found | {kind: Counter(held=len(those)) for kind, those in is_any.items()}


def _numbers(line: LabelFigures) -> dict[str, int]:
    return {name: getattr(line, name) for name in ("planned", "held", "helped", "attendances")}


def planned_by_hand(db: Session) -> dict[tuple[str, str], int]:
    """The months of each township in which a village has a class that is not off, and how many such villages there are."""
    found: dict[tuple[str, str], set[str]] = {}
    for one in db.scalars(select(ClassSession)):
        if one.status not in (SessionStatus.CANCELLED, SessionStatus.POSTPONED):
            key = one.day.isoformat()[:7], one.region_code[:9] + "000"
            found.setdefault(key, set()).add(one.region_code)
    return {key: len(villages) for key, villages in found.items()}


def evaluated_by_hand(db: Session, region: str) -> Counter[str]:
    sums = Counter[str]()
    for one in db.scalars(select(Evaluation)):
        held = db.get_one(ClassSession, one.class_session_id)
        if one.on_paper < 5 or held.status == SessionStatus.POSTPONED:
            continue
        if held.region_code.startswith(region.rstrip("0")):
            sums["slips"] += one.on_paper
            for count in db.scalars(select(EvaluationCount).filter_by(class_session_id=held.id)):
                points = int(count.choice == 3) if count.aspect == Aspect.UNDERSTOOD else count.choice
                sums += Counter(
                    {count.aspect: count.on_paper, f"{count.aspect}_points": points * count.on_paper}
                )
    return sums


def assert_a_province_is_the_sum_of_its_villages(db: Session, days: dict[str, Any]) -> None:
    """Villages are read class by class; what is larger by years, months and days, some of which are taken away."""
    villages = [overview_of(db, village, **days, today=TODAY) for village in VILLAGES]
    borne = [label_figures(db, village, **days) for village in VILLAGES]
    for region in ("511002000000", "511000000000", "510000000000"):
        found = overview_of(db, region, **days, today=TODAY)
        assert found is not None
        for name in ("held", "not_held", "unrecorded", "to_come", "on_time", "attendances", "person_minutes"):
            expected = sum(getattr(one.total, name) for one in villages if one)
            assert getattr(found.total, name) == expected, (region, name, days)
        for name in ("reasons", "evaluated", "categories"):
            every = sum((getattr(one.total, name) for one in villages if one), Counter[str]())
            assert +getattr(found.total, name) == +every, (region, name, days)
        figures = label_figures(db, region, **days)
        for kind, one in figures.items():
            lines = Counter[tuple[str, str]]()
            for line in (line for village in borne for line in village[kind].lines):
                lines += Counter({(line.name, name): n for name, n in _numbers(line).items()})
            assert (
                +Counter({(line.name, name): n for line in one.lines for name, n in _numbers(line).items()})
                == lines
            )


@pytest.mark.parametrize("seed", range(3))
def test_sums_are_what_everything_comes_to_after_whatever_is_done(
    database: Database, cast: Cast, seed: int
) -> None:
    world = World(database, cast, Random(seed))
    for _step in range(STEPS):
        deed = world.dice.choice(DEEDS)
        with suppress(*NOT_DONE), database.writing() as db:
            deed(world, db)
            world.done[deed.__name__] += 1
        assert not recount_all(database, only_look=True), f"after {deed.__name__}"
    assert len(world.done) >= 7, world.done
    with database.reading() as db:
        assert added_up(db) == counted_by_hand(db)
        planned = {(one.month, one.region_code): one.villages for one in db.scalars(select(PlannedMonth))}
        assert planned == planned_by_hand(db)
        for first, last in ((-60, 60), (-25, 4), (-13, 31), (-3, -1), (0, 9), (-400, 400)):
            days = {"first": TODAY + timedelta(days=first), "last": TODAY + timedelta(days=last)}
            assert_a_province_is_the_sum_of_its_villages(db, days)
        days = {"first": date(2026, 1, 1), "last": date(2027, 12, 31), "today": TODAY}
        for region in ("511002105000", "511002000000", "511000000000", "510000000000"):
            then = overview_of(db, region, **days)
            now = overview_of(db, region, **days, narrowed=Narrowed(heirs=todays_villages(db, today=TODAY)))
            assert then is not None and now is not None
            assert +then.total.evaluated == evaluated_by_hand(db, region)
            figures = label_figures(db, region, first=days["first"], last=days["last"])
            assert {
                **{line.name: +Counter(_numbers(line)) for kind in figures.values() for line in kind.lines},
                **{kind.value: Counter(held=one.held) for kind, one in figures.items() if one.held},
            } == {name: +sums for name, sums in borne_by_hand(db, region).items()}
            if region != "511002105000":  # a township may have lost a village to its neighbour
                assert (then.total.held, then.total.attendances) == (now.total.held, now.total.attendances)


def test_a_new_count_finds_what_was_written_past_it_and_mends_it(database: Database, cast: Cast) -> None:
    with database.writing() as db:
        held = make_session(db, make_course(db), TODAY - timedelta(days=2))
        make_session(db, make_course(db), TODAY)
    with database.writing() as db:
        db.execute(update(CountedSession).where(CountedSession.class_session_id == held.id).values(minutes=7))
        db.execute(delete(RegionTally).where(RegionTally.level == "city"))
    assert recount_all(database, only_look=True).class_sessions == 1
    found = recount_all(database)
    assert (found.class_sessions, found.sums) == (1, 4)  # two days, and the month and the year of both
    assert not recount_all(database)


def test_what_was_there_before_anything_was_counted_is_counted_at_the_start(
    database: Database, cast: Cast
) -> None:
    with database.writing() as db:
        make_session(db, make_course(db), TODAY)
    with database.writing() as db:
        db.execute(delete(CountedSession))
        db.execute(delete(RegionTally))
    count_the_first_time(database)
    assert not recount_all(database, only_look=True)
    with database.reading() as db:
        assert db.scalars(select(RegionTally.sessions).distinct()).all() == [1]
