"""Lists of people out of tables: what one says, and beside it who is known already."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.errors import Unreadable
from nightschool.models.errands import Errand
from nightschool.models.people import PeopleList, PersonKind
from nightschool.queries import phones
from nightschool.queries.people.merges import PEOPLE
from nightschool.queries.places.places import region_named
from nightschool.rules.errands import GOING_ON, ErrandState
from nightschool.rules.names import compared
from nightschool.rules.people.lists import ListedPerson, OnRecord, PeopleSheet, Sorted, people_in, sort_out
from nightschool.rules.people.people import LearnerEntry, TeacherEntry
from nightschool.rules.regions import ancestors_of


@dataclass(frozen=True, slots=True)
class PeopleListPage:
    """A list as it was handed in, and what became of it."""

    public_id: str
    kind: str
    region_code: str
    file_name: str
    sheets: tuple[PeopleSheet, ...]
    columns: tuple[tuple[str, ...], ...]  # of each sheet: what each holds
    unread: tuple[str, ...]
    group_name: str
    course: str  # public id of the one whose registers these are; empty: any
    counts: dict[str, int]
    is_read: bool | None  # None while it is not known
    failed: str | None  # why it could not be read, or "" where something broke off
    errand: str | None  # how the one stands that takes it in
    percent: int
    made_at: datetime
    taken_at: datetime | None
    undone_at: datetime | None


def list_sealed_for(public_id: str) -> str:
    """For what the content of this list is sealed."""
    return f"people_list.content:{public_id}"


def people_list(
    db: Session, public_id: str, *, kind: str, region: str, is_held: bool = False
) -> PeopleListPage | None:
    """A list of this kind of this region, as `list_page` has it; None when there is no such list.

    While it is taken in only who does that sees its sheets (`is_held`). Cost: 1 query, 2 of a large one.
    """
    row = db.scalars(
        select(PeopleList).where(
            PeopleList.public_id == public_id, PeopleList.kind == kind, PeopleList.region_code == region
        )
    ).one_or_none()
    if row is None:
        return None
    errand = _errand_of(db, row)
    return list_page(db, row, is_whole=is_held or errand is None or errand.state not in GOING_ON)


def _errand_of(db: Session, row: PeopleList) -> Errand | None:
    return db.get(Errand, row.errand_id) if row.errand_id else None


def list_page(db: Session, row: PeopleList, *, is_whole: bool = True) -> PeopleListPage:
    """The list with its content, of which nothing is left after a day; without its sheets unless it is `is_whole`."""
    errand = _errand_of(db, row)
    content: dict[str, Any] = {"file": "", "sheets": [], "unread": []}
    try:
        for part in (row.content or b"").decode().split("\n")[: None if is_whole else 1]:
            content |= json.loads(db.info["sealer"].open(part, about=list_sealed_for(row.public_id)))
    except Unreadable:
        pass
    sheets = [
        PeopleSheet(name, head, tuple((number, tuple(cells)) for number, cells in lines), tuple(left_out))
        for name, head, lines, left_out in content["sheets"]
    ]
    if heads := row.choices.get("heads"):
        sheets = [sheet.with_head(line) for sheet, line in zip(sheets, heads, strict=False)]
    return PeopleListPage(
        row.public_id,
        row.kind,
        row.region_code,
        content["file"],
        tuple(sheets),
        tuple(map(tuple, row.choices.get("columns", ()))),
        tuple(content["unread"]),
        row.choices.get("group_name", ""),
        row.choices.get("course", ""),
        row.counts,
        True if row.content else False if "failed" in row.choices else None,
        "" if errand and errand.state == ErrandState.FAILED else row.choices.get("failed"),
        errand.state if errand else None,
        errand.steps_done * 100 // max(errand.steps_all, 1) if errand else 0,
        row.made_at,
        row.taken_at,
        row.undone_at,
    )


def looked_through(
    db: Session, found: PeopleListPage, *, others: Collection[str] = (), today: date
) -> Sorted:
    """What taking this list in would do. Cost: 2 queries, and 100 microseconds a row."""
    place: Any = region_named(db, found.region_code)
    how = {"group": found.group_name, "today": today, "place": place.name}
    sheets = enumerate(zip(found.sheets, found.columns, strict=False))
    listed = [
        person
        for number, (sheet, columns) in sheets
        for person in people_in(found.kind, sheet, columns, prefix=f"{number}-", **how)
    ]
    return sort_out(listed, _known(db, found.kind, found.region_code, listed), others=others)


def _known(db: Session, kind: str, region: str, listed: Sequence[ListedPerson]) -> list[OnRecord]:
    """Those there are already with a name that stands on the list. Phones are opened of these alone."""
    model: Any = PEOPLE[kind]
    named = {compared(person.entry.name) for person in listed}
    is_learner = kind == PersonKind.LEARNER
    where = (region,) if is_learner else (region, *ancestors_of(region))
    found = []
    for row in db.execute(
        select(model.__table__).where(model.region_code.in_(where), model.merged_into_id.is_(None))
    ):
        if compared(row.name) not in named:
            continue
        phone = phones.in_full(db, kind, row.public_id, row.phone)
        entry: LearnerEntry | TeacherEntry = (
            LearnerEntry(
                row.name, row.group_name, row.household, row.sex, row.birth_year, phone, is_told=True
            )
            if is_learner
            else TeacherEntry(row.name, unit=row.unit, phone=phone)
        )
        found.append(OnRecord(entry, row.retired_at is not None))
    return found


def latest_lists(db: Session, *, kind: str, region: str) -> Sequence[PeopleListPage]:
    """The lists that came last, newest first, without their sheets. Cost: 1 query."""
    which = select(PeopleList).where(PeopleList.kind == kind, PeopleList.region_code == region)
    return [
        list_page(db, row, is_whole=False)
        for row in db.scalars(which.order_by(PeopleList.id.desc()).limit(5))
    ]
