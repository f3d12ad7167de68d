"""Learners and teachers: written down, put right. Phones are sealed as they come in and opened only to be dialled."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, inspect, or_, select
from sqlalchemy.orm import Session

from nightschool.actions import audit
from nightschool.actions.places import touch_villages
from nightschool.actions.revisions import coming, shown_anew
from nightschool.errors import NotFound, Refused, StaleRecord
from nightschool.models.base import new_public_id
from nightschool.models.people import Learner, Teacher
from nightschool.models.places import Region
from nightschool.models.teaching import ClassSession, ClassSessionTeacher
from nightschool.rules.access import Actor, require
from nightschool.rules.names import search_keys, sort_key, stored_keys
from nightschool.rules.people import LearnerEntry, Namesake, TeacherEntry, check_learner, group_number
from nightschool.rules.regions import ancestors_of
from nightschool.rules.slots import Now

LONGEST_SORT_KEY = 200


def add_learner(db: Session, *, village: str, entry: LearnerEntry, by: Actor, now: Now) -> str:
    """The learner is on the village's roster; the public id comes back.

    Raises: Refused as `check_learner` does, or with `same_name` when the group has one of this name and the entry does
    not say that this is another; `retired` in the details is that one, when they come no more and may be asked back.
    """
    require(by, "keep_people", village)
    learner = enrol_on_the_spot(db, village=village, entry=entry, today=now.day)
    _note(db, learner, "learner.add", by=by, now=now)
    return learner.public_id


def enrol_on_the_spot(db: Session, *, village: str, entry: LearnerEntry, today: date) -> Learner:
    """The learner is on the roster, as part of something that leaves its own audit line. Raises as `add_learner`."""
    check_learner(entry, today=today)
    _ask_about_namesakes(db, village, entry)
    learner = Learner(public_id=new_public_id(), region_code=village)
    _fill_learner(db, learner, entry)
    db.add(learner)
    db.flush()
    return learner


def edit_learner(
    db: Session, *, learner: str, entry: LearnerEntry, version: int, by: Actor, now: Now
) -> None:
    """The learner's record says what the entry says.

    Raises: StaleRecord when somebody saved it since this version; Refused as `add_learner` does.
    """
    found = _locked(db, Learner, learner)
    require(by, "keep_people", found.region_code)
    _check_version("learner", found, version)
    check_learner(entry, today=now.day)
    if (entry.name, entry.group_name) != (found.name, found.group_name):
        _ask_about_namesakes(db, found.region_code, entry, but=found.id)
    _fill_learner(db, found, entry)
    if fields := changed_fields(found):
        db.flush()
        _note(db, found, "learner.edit", by=by, now=now, fields=fields)


def reveal_learner_phone(db: Session, *, learner: str, by: Actor, now: Now) -> str:
    """The learner's phone in full, or an empty text when there is none; that it was looked up is on the trail."""
    found = _locked(db, Learner, learner)
    require(by, "keep_people", found.region_code)
    if found.phone is None:
        return ""
    _note(db, found, "learner.phone", by=by, now=now)
    return open_phone(db, found.phone, about=f"learner.phone:{found.public_id}")


def add_teacher(db: Session, *, region: str, entry: TeacherEntry, by: Actor, now: Now) -> str:
    """The teacher is kept at this village, township or county; the public id comes back.

    Raises: Refused with `name_missing`, or with `known_teacher` and the `namesakes` this region already sees, when
    the entry does not say that this is another.
    """
    require(by, "keep_teachers", region)
    _check_teacher(entry)
    if not entry.is_another and (namesakes := _teacher_namesakes(db, region, entry.name)):
        raise Refused("known_teacher", field="name", namesakes=namesakes)
    teacher = Teacher(public_id=new_public_id(), region_code=region)
    _fill_teacher(db, teacher, entry)
    db.add(teacher)
    db.flush()
    _note(db, teacher, "teacher.add", by=by, now=now)
    return teacher.public_id


def edit_teacher(
    db: Session, *, teacher: str, entry: TeacherEntry, version: int, by: Actor, now: Now
) -> None:
    """The teacher's record says what the entry says, and so do the public pages of every village they teach in.

    Raises: StaleRecord when somebody saved it since this version; Refused with `name_missing`.
    """
    shown = coming(
        db, _shown_otherwise(teacher, entry), now=now
    )  # locked first, as by whoever changes one of them
    found = _locked(db, Teacher, teacher)
    require(by, "keep_teachers", found.region_code)
    _check_version("teacher", found, version)
    _check_teacher(entry)
    _fill_teacher(db, found, entry)
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
    _note(db, found, "teacher.edit", by=by, now=now, fields=fields)


def reveal_teacher_phone(db: Session, *, teacher: str, region: str, by: Actor, now: Now) -> str:
    """The teacher's phone in full, empty when there is none; that it was looked up is on the trail.

    Raises: NotFound when the teacher is kept neither at this region nor above it.
    """
    require(by, "keep_teachers", region)
    found = _locked(db, Teacher, teacher)
    if found.region_code not in (region, *ancestors_of(region)):
        raise NotFound
    if found.phone is None:
        return ""
    _note(db, found, "teacher.phone", by=by, now=now)
    return open_phone(db, found.phone, about=f"teacher.phone:{found.public_id}")


def seal_phone(db: Session, stored: str | None, typed: str, *, removes: bool, about: str) -> str | None:
    """What to store: the typed number sealed, else what was stored, unless it is to go."""
    if typed:
        if stored is not None and open_phone(db, stored, about=about) == typed:
            return stored
        sealed: str = db.info["sealer"].seal(typed, about=about)
        return sealed
    return None if removes else stored


def open_phone(db: Session, sealed: str, *, about: str) -> str:
    """The number that was sealed for this place."""
    phone: str = db.info["sealer"].open(sealed, about=about)
    return phone


def changed_fields(record: Any) -> list[str]:
    """The names of the columns that the next flush will change, sorted. Any query in between would flush first."""
    state = inspect(record)
    return sorted(
        attribute.key
        for attribute in state.attrs
        if attribute.history.has_changes() and attribute.key != "version"
    )


def _locked(db: Session, model: type[Any], public_id: str) -> Any:
    found = db.scalars(
        select(model)
        .where(model.public_id == public_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def _check_version(what: str, record: Any, seen: int) -> None:
    if record.version != seen:
        raise StaleRecord(what, seen, record.version)


def _ask_about_namesakes(db: Session, village: str, entry: LearnerEntry, *, but: int = 0) -> None:
    """Nothing happens when the group has none of this name, or the entry says that this is another.

    Raises: Refused with `same_name`; when the only ones come no more, with the latest of them as `retired`.
    """
    if entry.is_another:
        return
    number = group_number(entry.group_name)
    same_group = Learner.group_name == entry.group_name
    if number:
        same_group = or_(same_group, Learner.group_number == number)
    namesakes = db.scalars(
        select(Learner)
        .where(
            Learner.region_code == village,
            Learner.name == entry.name,
            same_group,
            Learner.id != but,
            Learner.merged_into_id.is_(None),
        )
        .order_by(Learner.id.desc())
    ).all()
    if not namesakes:
        return
    retired = None
    if all(one.retired_at is not None for one in namesakes):
        latest = namesakes[0]
        retired = Namesake(
            latest.public_id,
            latest.name,
            latest.household,
            region_code=village,
            is_retired=True,
            version=latest.version,
        )
    raise Refused("same_name", field="name", name=entry.name, group=entry.group_name, retired=retired)


def _fill_learner(db: Session, learner: Learner, entry: LearnerEntry) -> None:
    if learner.name != entry.name:
        learner.name = entry.name
        learner.name_key = sort_key(entry.name)[:LONGEST_SORT_KEY]
        learner.search_keys = stored_keys(entry.name)
    learner.group_name = entry.group_name
    learner.group_number = group_number(entry.group_name)
    learner.household = entry.household
    learner.sex = entry.sex or None
    learner.birth_year = entry.birth_year
    learner.phone = seal_phone(
        db,
        learner.phone,
        entry.phone,
        removes=entry.removes_phone,
        about=f"learner.phone:{learner.public_id}",
    )


def _fill_teacher(db: Session, teacher: Teacher, entry: TeacherEntry) -> None:
    if teacher.name != entry.name:
        teacher.name = entry.name
        teacher.name_key = sort_key(entry.name)[:LONGEST_SORT_KEY]
        teacher.search_keys = stored_keys(entry.name)
    teacher.kind = entry.kind
    teacher.unit = entry.unit
    teacher.specialities = entry.specialities
    teacher.languages = entry.languages
    teacher.name_is_public = entry.name_is_public
    teacher.weekly_limit = entry.weekly_limit
    teacher.phone = seal_phone(
        db,
        teacher.phone,
        entry.phone,
        removes=entry.removes_phone,
        about=f"teacher.phone:{teacher.public_id}",
    )


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
            Teacher.unit,
            Region.name.label("region_name"),
            Teacher.region_code,
            Teacher.retired_at.is_not(None).label("is_retired"),
            Teacher.version,
        )
        .join(Region, Region.code == Teacher.region_code)
        .where(Teacher.region_code.in_((region, *ancestors_of(region))), Teacher.merged_into_id.is_(None))
        .order_by(Teacher.region_code.desc(), Teacher.name_key)
    )
    # Whole readings only, which are longer than the name; initials alone are shared by too many.
    sounds = {key for key in search_keys(name) if len(key) > len(name)}
    return tuple(Namesake(*row) for row in rows if row.name == name or sounds & search_keys(row.name))


def _note(
    db: Session, record: Learner | Teacher, action: str, *, by: Actor, now: Now, **details: Any
) -> None:
    audit.note(
        db,
        by=by,
        now=now,
        action=action,
        region_code=record.region_code,
        record=f"{record.__tablename__} {record.id}",
        **details,
    )
