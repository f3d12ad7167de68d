"""Lists of people: the learners of a village, and the teachers a region can call on. Phones come out masked."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from nightschool.models.people import Learner, Teacher
from nightschool.models.places import Region
from nightschool.models.teaching import ClassSession, ClassSessionTeacher, SessionStatus
from nightschool.queries import phones, records
from nightschool.rules.listings import UNASKED, Asked, Listing, of_records, states
from nightschool.rules.names import finder
from nightschool.rules.people.people import TEACHER_KINDS, group_label, group_order, teacher_kind_word
from nightschool.rules.regions import Level, ancestors_of, level_of
from nightschool.texts import _


@dataclass(frozen=True, slots=True)
class LearnerLine:
    """One learner as the list shows one."""

    public_id: str
    name: str
    group: str
    household: str
    sex: str | None
    birth_year: int | None
    masked_phone: str
    came_on: date | None  # in this group since; None: before it was written down
    is_retired: bool
    version: int


@dataclass(frozen=True, slots=True)
class TeacherLine:
    """One teacher as the list shows one, and where they are kept."""

    public_id: str
    name: str
    kind: str
    unit: str
    specialities: str
    masked_phone: str
    region_code: str
    region: str
    last_taught: date | None  # in the village that asks
    is_retired: bool
    version: int


_KNOWN = select(
    Learner.id,
    Learner.name,
    Learner.name_key,
    Learner.search_keys,
    Learner.group_number,
    Learner.group_name,
    Learner.retired_at.is_not(None).label("is_retired"),
    Learner.public_id,
).where(
    Learner.region_code == bindparam("village"), Learner.merged_into_id.is_(None), Learner.erased_at.is_(None)
)


def learners(db: Session, village: str, asked: Asked = UNASKED) -> Listing[LearnerLine]:
    """The village's learners as asked for: by group or by the sound of their names. Cost: 2 queries.

    All names are looked through here, not in SQL: only so do both databases sort and find by the same sounds.
    """
    rows = db.execute(_KNOWN, {"village": village}).all()
    headings = _headings(rows)
    labels = sorted(set(headings.values()))
    group = asked.choice(
        "group", _("哪个组"), {"": _("所有的组"), **{label: label for _place, label in labels}}
    )
    state = asked.choice("state", _("还来不来"), states(_("现在的学员"), _("不再来的"), rows))
    sort = asked.choice("sort", _("怎么排"), {"": _("按组"), "name": _("按姓名")})
    fits = finder(asked.query)
    fitting = [
        row
        for row in rows
        if (not group.value or headings[row.group_number, row.group_name][1] == group.value)
        and fits(row.name, row.search_keys)
    ]
    by_name = sort.value == "name"

    def place(row: Any) -> tuple[Any, ...]:
        heading = headings[row.group_number, row.group_name]
        return (row.name_key, heading, row.public_id) if by_name else (heading, row.name_key, row.public_id)

    return of_records(
        rows,
        fitting,
        asked,
        (group, state, sort),
        order=lambda found: sorted(found, key=place),
        write=lambda shown: _learner_lines(db, shown, headings),
    )


def village_roster(db: Session, village: str) -> tuple[LearnerLine, ...]:
    """All who still come, by group and the sound of their names, for paper. Cost: 2 queries."""
    rows = [row for row in db.execute(_KNOWN, {"village": village}) if not row.is_retired]
    headings = _headings(rows)
    rows.sort(key=lambda row: (headings[row.group_number, row.group_name], row.name_key, row.public_id))
    return _learner_lines(db, rows, headings)


def _headings(rows: Sequence[Any]) -> dict[tuple[int, str], tuple[int, str]]:
    """Each way a group is written: the group's place among the others, and its heading, most people's way."""
    counted = Counter((row.group_number, row.group_name) for row in rows)
    ways: dict[tuple[bool, int, str], list[tuple[int, str]]] = {}
    for way in counted:
        ways.setdefault(group_order(*way), []).append(way)
    headings: dict[tuple[int, str], tuple[int, str]] = {}
    for place, order in enumerate(sorted(ways)):
        usual = max(ways[order], key=lambda way: (counted[way], way))
        headings |= dict.fromkeys(ways[order], (place, group_label(usual[1])))
    return headings


def _learner_lines(
    db: Session, shown: Sequence[Any], headings: dict[tuple[int, str], tuple[int, str]]
) -> tuple[LearnerLine, ...]:
    """The rows with what only the page needs, phones opened and masked. Cost: 1 query."""
    return tuple(
        records.shaped(
            LearnerLine,
            row,
            group=headings[row.group_number, row.group_name][1],
            masked_phone=phones.masked(db, "learner", row.public_id, row.phone),
            is_retired=row.retired_at is not None,
        )
        for row in _whole(db, Learner, shown)
    )


_KNOWN_TEACHERS = (
    select(
        Teacher.id,
        Teacher.public_id,
        Teacher.name,
        Teacher.name_key,
        Teacher.search_keys,
        Teacher.kind,
        Teacher.unit,
        Teacher.specialities,
        Teacher.region_code,
        Teacher.retired_at.is_not(None).label("is_retired"),
        Region.name.label("region"),
    )
    .join(Region, Region.code == Teacher.region_code)
    .where(Teacher.merged_into_id.is_(None))
)


def teachers(db: Session, region: str, asked: Asked = UNASKED) -> Listing[TeacherLine]:
    """The teachers kept at this region or above it, as asked for; unasked its own first, then the next above.

    They are looked for by name, sound, unit, and by what they can talk about. Cost: 3 queries, 2 above a village.
    """
    rows = db.execute(_KNOWN_TEACHERS.where(Teacher.region_code.in_((region, *ancestors_of(region))))).all()
    taught = last_taught(db, region) if level_of(region) is Level.VILLAGE else {}
    kinds = {row.kind for row in rows}
    kind = asked.choice(
        "kind",
        _("哪一类"),
        {"": _("各类老师"), **{code: teacher_kind_word(code) for code in TEACHER_KINDS if code in kinds}},
    )
    # The nearer one is kept, the longer is the code's part before its zeros, and the greater the code itself.
    homes = dict(sorted({row.region_code: row.region for row in rows}.items(), reverse=True))
    kept = asked.choice("kept", _("哪里管的"), {"": _("村里到省里"), **homes} if len(homes) > 1 else {"": ""})
    state = asked.choice("state", _("还请不请"), states(_("请得到的老师"), _("不再请的"), rows))
    orders = {"": _("近的在前"), "name": _("按姓名")} | ({"taught": _("最近来讲过的在前")} if taught else {})
    sort = asked.choice("sort", _("怎么排"), orders)
    fits = finder(asked.query)
    fitting = [
        row
        for row in rows
        if kind.value in ("", row.kind)
        and kept.value in ("", row.region_code)
        and (fits(row.name, row.search_keys) or fits(row.specialities, "") or fits(row.unit, ""))
    ]

    def in_order(found: list[Any]) -> list[Any]:
        found.sort(key=lambda row: (row.name_key, row.public_id))
        if sort.value == "taught":
            found.sort(key=lambda row: taught.get(row.id, date.min), reverse=True)
        elif not sort.value:
            found.sort(key=lambda row: row.region_code, reverse=True)
        return found

    return of_records(
        rows,
        fitting,
        asked,
        (kind, kept, state, sort),
        order=in_order,
        write=lambda shown: _teacher_lines(db, shown, taught),
    )


def village_teachers(db: Session, village: str) -> tuple[TeacherLine, ...]:
    """All whom the village can call on, the nearest first, then by the sound of names, for paper. Cost: 3 queries."""
    rows = list(db.execute(_KNOWN_TEACHERS.where(Teacher.region_code.in_((village, *ancestors_of(village))))))
    rows = [row for row in rows if not row.is_retired]
    rows.sort(key=lambda row: (row.name_key, row.public_id))
    rows.sort(key=lambda row: row.region_code, reverse=True)
    return _teacher_lines(db, rows, last_taught(db, village))


def last_taught(db: Session, village: str) -> dict[int, date]:
    """The day of the last class held in this village by each teacher who ever taught there. Cost: 1 query."""
    rows = db.execute(
        select(ClassSessionTeacher.teacher_id, func.max(ClassSession.day).label("last"))
        .join(ClassSession, ClassSession.id == ClassSessionTeacher.class_session_id)
        .where(ClassSession.region_code == village, ClassSession.status == SessionStatus.HELD)
        .group_by(ClassSessionTeacher.teacher_id)
    )
    return {row.teacher_id: row.last for row in rows}


def _teacher_lines(db: Session, shown: Sequence[Any], taught: dict[int, date]) -> tuple[TeacherLine, ...]:
    """The rows with what only the page needs, phones opened and masked. Cost: 1 query."""
    regions = {row.region_code: row.region for row in shown}
    return tuple(
        records.shaped(
            TeacherLine,
            row,
            masked_phone=phones.masked(db, "teacher", row.public_id, row.phone),
            region=regions[row.region_code],
            last_taught=taught.get(row.id),
            is_retired=row.retired_at is not None,
        )
        for row in _whole(db, Teacher, shown)
    )


def _whole(db: Session, model: Any, shown: Sequence[Any]) -> list[Any]:
    """All that is stored of these records, in their order."""
    table = model.__table__
    found = {
        row.id: row for row in db.execute(select(table).where(table.c.id.in_([row.id for row in shown])))
    }
    return [found[row.id] for row in shown]
