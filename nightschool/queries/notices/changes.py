"""A change of class sessions as villagers are to be told of it, village by village, for the message to send."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nightschool.models.places import Region
from nightschool.models.teaching import ChangeSet
from nightschool.models.trust import Account
from nightschool.queries.contacts import VillageContact, contacts
from nightschool.queries.courses.undo import Recent, way_back
from nightschool.queries.notices.revisions import Made, changelog, revisions_made
from nightschool.rules.slots import Now


@dataclass(frozen=True, slots=True)
class VillageChange:
    """What a change means for the villagers of one village, and whom they can ask."""

    contact: VillageContact
    made: tuple[Made, ...]


@dataclass(frozen=True, slots=True)
class ChangePage:
    """A change of class sessions: what it was, whether it can be taken back, and what villagers are to be told."""

    public_id: str
    what: str
    region_code: str
    region: str
    sessions: int
    way_back: Recent | None
    villages: tuple[VillageChange, ...]


def change_page(db: Session, change: str, *, now: Now) -> ChangePage | None:
    """A change with what there is to tell of it; None: no such, or it is forgotten. Cost: 3 queries, and `way_back`."""
    found = db.execute(
        select(ChangeSet, Region.name)
        .join(Region, Region.code == ChangeSet.region_code)
        .where(ChangeSet.public_id == change)
    ).one_or_none()
    if found is None:
        return None
    kept, region = found
    entries = (*kept.before["changed"], *kept.before["made"])
    made: dict[str, list[Made]] = defaultdict(list)
    for village, one in revisions_made(db, {entry["id"]: entry["revision"] for entry in entries}):
        made[village].append(one)
    return ChangePage(
        public_id=kept.public_id,
        what=kept.what,
        region_code=kept.region_code,
        region=region,
        sessions=len(kept.before["changed"] or kept.before["made"]),
        way_back=way_back(db, kept, now=now),
        villages=tuple(
            VillageChange(contact, tuple(made[code])) for code, contact in contacts(db, made.keys()).items()
        ),
    )


def changes_since(db: Session, village: str, *, since: datetime) -> VillageChange:
    """All that villagers of one village are to be told of what changed since then, whoever changed it. Cost: 2 queries.

    What was changed several times is told once, from what it was to what it is.
    """
    made: dict[str, Made] = {}
    for one in changelog(db, village, since=since, told_too=True).made:
        if not one.after.is_found:
            later = made.get(one.class_session, one)
            made[one.class_session] = replace(later, before=one.before)
    return VillageChange(
        contacts(db, [village])[village], tuple(sorted(made.values(), key=lambda one: one.after.begins))
    )


def changed_by(db: Session, village: str, *, since: datetime) -> tuple[str, ...]:
    """The names of who changed class sessions of this village since then, and did not take it back. Cost: 1 query."""
    return tuple(
        db.scalars(
            select(Account.display_name)
            .join(ChangeSet, ChangeSet.account_id == Account.id)
            .where(
                ChangeSet.region_code == village, ChangeSet.made_at >= since, ChangeSet.undone_at.is_(None)
            )
            .group_by(Account.id, Account.display_name)
            .order_by(func.min(ChangeSet.id))
        )
    )
