"""Learners and teachers: written down, put right. Phones are sealed as they come in and opened only to be dialled."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import TypeVar

from sqlalchemy import ColumnElement, inspect, or_, select
from sqlalchemy.orm import Session

from nightschool.actions.ended import check_goes_on
from nightschool.actions.notices.revisions import in_feeds, shown_anew
from nightschool.actions.people import stays
from nightschool.actions.records import (
    LONGEST_SORT_KEY,
    changed_fields,
    fill,
    locked,
    locked_as_seen,
    locked_for,
    note,
    reveal_phone,
)
from nightschool.actions.touching import touch_villages
from nightschool.errors import NotFound, Refused, refuse_all
from nightschool.models.base import new_public_id
from nightschool.models.people import FormerValue, Learner, Teacher
from nightschool.models.places import Region
from nightschool.models.teaching import ClassSession, ClassSessionTeacher
from nightschool.queries.former_values import KEPT_FIELDS, former_sealed_for
from nightschool.rules.access import Actor, require
from nightschool.rules.names import compared, search_keys, sort_key
from nightschool.rules.people.people import (
    LearnerEntry,
    Namesake,
    TeacherEntry,
    check_learner,
    group_number,
    group_order,
)
from nightschool.rules.people.told import NOTICE_NOW
from nightschool.rules.regions import ancestors_of
from nightschool.rules.registers.attendance import NewLearner
from nightschool.rules.slots import Now

T = TypeVar("T")


def add_learner(db: Session, *, village: str, entry: LearnerEntry, by: Actor, now: Now) -> str:
    """The learner is on the village's roster; the public id comes back.

    Raises: VillageEnded; Refused as `check_learner` does, or with `same_name` when the group has one of this name and
    the entry does not say that this is another; `retired` in the details is that one, when they come no more and may be
    asked back.
    """
    require(by, "keep_people", village)
    check_goes_on(db, [(village, now.day)])
    came_on = None if entry.always_here else entry.came_on or now.day
    learner = enrol_on_the_spot(db, village=village, entry=entry, came_on=came_on, today=now.day)
    note(db, learner, "learner.add", by=by, now=now)
    return learner.public_id


def enrol_on_the_spot(
    db: Session, *, village: str, entry: LearnerEntry, came_on: date | None, today: date
) -> Learner:
    """The learner is on the roster from that day, as part of something that leaves its own audit line.

    Raises: Refused as `add_learner`.
    """
    check_entry(db, village=village, entry=entry, today=today)
    learner = Learner(public_id=new_public_id(), region_code=village, came_on=came_on)
    fill(db, learner, entry)
    learner.told_version = NOTICE_NOW if entry.is_told else None
    learner.group_name, learner.group_number = entry.group_name, group_number(entry.group_name)
    db.add(learner)
    db.flush()
    return learner


def check_entry(db: Session, *, village: str, entry: LearnerEntry, today: date, of: str = "") -> None:
    """Raises all that `add_learner` does, unless a learner of the village can be recorded so; `of`: this one."""
    asked = (*_about_namesakes(db, village, entry, of=of), *_about_notice(db, entry, of))
    check_learner(entry, today=today, asked=asked)


def check_newcomers(db: Session, *, village: str, newcomers: Iterable[NewLearner], today: date) -> None:
    """Raises all that `add_learners` does of each of them by itself."""
    _one_by_one(newcomers, lambda entry: check_entry(db, village=village, entry=entry, today=today))


def enrol_newcomers(
    db: Session, *, village: str, newcomers: Iterable[NewLearner], came_on: date, today: date
) -> list[int]:
    """The ids of those who came that day and were not on the roster, and are from that day on.

    Raises: Refused as `add_learner`, each with its `row`.
    """

    def enrol(entry: LearnerEntry) -> int:
        return enrol_on_the_spot(db, village=village, entry=entry, came_on=came_on, today=today).id

    return _one_by_one(newcomers, enrol)


def add_learners(
    db: Session, *, village: str, newcomers: Iterable[NewLearner], by: Actor, now: Now
) -> list[str]:
    """All of them are on the village's roster from today, or none; their public ids come back.

    Raises: Refused as `add_learner`, each with its `row`.
    """
    return _one_by_one(newcomers, lambda entry: add_learner(db, village=village, entry=entry, by=by, now=now))


def _one_by_one(newcomers: Iterable[NewLearner], add: Callable[[LearnerEntry], T]) -> list[T]:
    """What `add` gives for each. Raises all that it raises, each with its `row`."""
    added, problems = [], []
    for row, new in enumerate(newcomers):
        try:
            added.append(add(LearnerEntry(new.name, new.group_name, is_another=new.is_another)))
        except Refused as refused:
            problems += [
                Refused(one.code, field=one.field, row=row, **one.details)
                for one in (refused, *refused.others)
            ]
    refuse_all(problems)
    return added


def edit_learner(
    db: Session, *, learner: str, entry: LearnerEntry, version: int, by: Actor, now: Now
) -> None:
    """The learner's record says what the entry says; a new group holds from the day it names, else from today.

    Registers of before show the former group, unless the entry says that it was wrong.
    Raises: StaleRecord when somebody saved it since this version; Refused as `add_learner` and `stays.began` do.
    """
    which = Learner.public_id == learner
    found = locked_as_seen(db, Learner, which, version=version, by=by)
    check_entry(db, village=found.region_code, entry=entry, today=now.day, of=learner)
    fill(db, found, entry)
    _stay(db, found, entry, today=now.day)
    if entry.is_told:
        found.told_version = NOTICE_NOW
    if fields := changed_fields(found):
        _keep_former(db, found, by, now)
        db.flush()
        note(db, found, "learner.edit", by=by, now=now, fields=fields)


def _about_notice(db: Session, entry: LearnerEntry, of: str) -> Iterator[Refused]:
    """A telephone number is taken of whoever was told what is kept and for what, now or before."""
    was_told = select(Learner.told_version).where(Learner.public_id == of)
    if entry.phone and not entry.is_told and not (of and db.scalar(was_told)):
        yield Refused("not_told", field="is_told")


def _keep_former(db: Session, found: Learner, by: Actor, now: Now) -> None:
    """What was put right is kept as it was, sealed; who asks what is kept about them reads it."""
    for field in KEPT_FIELDS:
        before = next(iter(inspect(found).attrs[field].history.deleted), None)
        if before not in (None, ""):
            sealed = db.info["sealer"].seal(str(before), about=former_sealed_for(found.id, field))
            kept = {"learner_id": found.id, "field": field, "sealed": sealed}
            db.add(FormerValue(**kept, account_id=by.account_id, at=now.instant))


def reveal_learner_phone(db: Session, *, learner: str, by: Actor, now: Now) -> str:
    """The learner's phone in full, or an empty text when there is none; that it was looked up is on the trail."""
    found = locked_for(db, Learner, Learner.public_id == learner, verb="keep_people", by=by)
    return reveal_phone(db, found, by=by, now=now)


def note_own_data(db: Session, *, learner: str, by: Actor, now: Now) -> None:
    """Everything about the learner may be shown now, the telephone number too; that it was is on the trail.

    Raises: NotFound, NotAllowed; TooManyPhones, of which this is one.
    """
    found = locked_for(db, Learner, Learner.public_id == learner, verb="keep_people", by=by)
    reveal_phone(db, found, by=by, now=now)
    note(db, found, "learner.data", by=by, now=now)


def add_teacher(db: Session, *, region: str, entry: TeacherEntry, by: Actor, now: Now) -> str:
    """The teacher is kept at this village, township or county; the public id comes back.

    Raises: VillageEnded; Refused with `name_missing`, or with `known_teacher` and the `namesakes` this region already
    sees, when the entry does not say that this is another.
    """
    require(by, "keep_teachers", region)
    check_goes_on(db, [(region, now.day)])
    check_new_teacher(db, region=region, entry=entry)
    teacher = Teacher(public_id=new_public_id(), region_code=region)
    fill(db, teacher, entry)
    db.add(teacher)
    db.flush()
    note(db, teacher, "teacher.add", by=by, now=now)
    return teacher.public_id


def check_new_teacher(db: Session, *, region: str, entry: TeacherEntry) -> None:
    """Raises Refused as `add_teacher` does."""
    _check_teacher(entry)
    if not entry.is_another and (namesakes := _teacher_namesakes(db, region, entry.name)):
        raise Refused("known_teacher", field="name", namesakes=namesakes)


def edit_teacher(
    db: Session, *, teacher: str, entry: TeacherEntry, version: int, by: Actor, now: Now
) -> None:
    """The teacher's record says what the entry says, and so do the public pages of every village they teach in.

    Raises: StaleRecord when somebody saved it since this version; Refused with `name_missing`.
    """
    # Class sessions are locked first, as by whoever changes one of them.
    shown = in_feeds(db, _shown_otherwise(teacher, entry), now=now)
    which = Teacher.public_id == teacher
    found = locked_as_seen(db, Teacher, which, version=version, by=by)
    _check_teacher(entry)
    fill(db, found, entry)
    fields = changed_fields(found)
    if not fields:
        return
    db.flush()
    if {"name", "unit", "name_is_public"} & set(fields):
        villages = select(ClassSession.region_code).join(
            ClassSessionTeacher, ClassSessionTeacher.class_session_id == ClassSession.id
        )
        touch_villages(
            db, db.scalars(villages.where(ClassSessionTeacher.teacher_id == found.id).distinct()), now=now
        )
    shown_anew(db, shown, now=now)
    note(db, found, "teacher.edit", by=by, now=now, fields=fields)


def reveal_teacher_phone(db: Session, *, teacher: str, region: str, by: Actor, now: Now) -> str:
    """The teacher's phone in full, empty when there is none; that it was looked up is on the trail.

    Raises: NotFound when the teacher is kept neither at this region nor above it.
    """
    require(by, "keep_teachers", region)
    found = locked(db, Teacher, Teacher.public_id == teacher)
    if found.region_code not in (region, *ancestors_of(region)):
        raise NotFound
    return reveal_phone(db, found, by=by, now=now)


def _about_namesakes(db: Session, village: str, entry: LearnerEntry, *, of: str) -> Iterator[Refused]:
    """The question `same_name` when the group has one of this name, unless the entry says that this is another.

    Of a learner there is already it is asked only where the name or the group is another by now. When the only ones
    come no more, the latest of them is `retired` in its details.
    """
    was = db.execute(select(Learner.name, Learner.group_name).where(Learner.public_id == of)).one_or_none()
    if entry.is_another or (was is not None and was == (entry.name, entry.group_name)):
        return
    number = group_number(entry.group_name)
    is_retired = Learner.retired_at.is_not(None)
    known = db.execute(
        select(Learner.public_id, Learner.name, Learner.version, is_retired, Learner.group_name)
        .where(
            Learner.region_code == village,
            Learner.group_number == number,
            Learner.name_key == sort_key(entry.name)[:LONGEST_SORT_KEY],
            Learner.public_id != of,
            Learner.merged_into_id.is_(None),
        )
        .order_by(is_retired, Learner.id.desc())
    )
    whose = compared(entry.name), group_order(number, entry.group_name)
    found = next(
        (row for row in known if (compared(row.name), group_order(number, row.group_name)) == whose), None
    )
    if found is None:
        return
    namesake = Namesake(*found[:4])
    retired = namesake if namesake.is_retired else None
    yield Refused("same_name", field="name", name=found.name, group=entry.group_name, retired=retired)


def _stay(db: Session, learner: Learner, entry: LearnerEntry, *, today: date) -> None:
    """The group and its first day are those of the entry."""
    since = entry.came_on or learner.came_on
    if entry.group_name != learner.group_name and not entry.group_was_wrong and learner.left_on is None:
        moved_on = today if since is None or since == learner.came_on else since
        stays.settles(db, learner, village=learner.region_code, group_name=entry.group_name, day=moved_on)
    else:
        learner.group_name, learner.group_number = entry.group_name, group_number(entry.group_name)
        stays.began(db, learner, None if entry.always_here else since, today=today)


def _shown_otherwise(teacher: str, entry: TeacherEntry) -> ColumnElement[bool]:
    """Class sessions of this teacher, while villagers do not know them as the entry says."""
    others = or_(
        Teacher.name_is_public != entry.name_is_public,
        Teacher.unit != entry.unit,
        Teacher.name_is_public & (Teacher.name != entry.name),
    )
    return ClassSession.id.in_(
        select(ClassSessionTeacher.class_session_id)
        .join(Teacher, Teacher.id == ClassSessionTeacher.teacher_id)
        .where(Teacher.public_id == teacher, others)
    )


def _check_teacher(entry: TeacherEntry) -> None:
    if not entry.name:
        raise Refused("name_missing", field="name")


def _teacher_namesakes(db: Session, region: str, name: str) -> tuple[Namesake, ...]:
    """The teachers this region sees, those asked no more too, whose name is the same, or sounds the same."""
    rows = db.execute(
        select(
            Teacher.public_id,
            Teacher.name,
            Teacher.version,
            Teacher.retired_at.is_not(None),
            Teacher.unit,
            Region.name,
            Teacher.region_code,
        )
        .join(Region, Region.code == Teacher.region_code)
        .where(Teacher.region_code.in_((region, *ancestors_of(region))), Teacher.merged_into_id.is_(None))
        .order_by(Teacher.region_code.desc(), Teacher.name_key)
    )
    # Whole readings only, which are longer than the name; initials alone are shared by too many.
    sounds = {key for key in search_keys(name) if len(key) > len(name)}
    itself = compared(name)
    return tuple(
        Namesake(*row) for row in rows if compared(row.name) == itself or sounds & search_keys(row.name)
    )
