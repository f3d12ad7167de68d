"""The five names of a village (五个一): written down, and their telephones looked up."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from nightschool.actions.records import locked_as_seen, note, store_phone
from nightschool.errors import NotFound, Refused
from nightschool.models.base import new_public_id
from nightschool.models.places import NightSchool, Supporter
from nightschool.queries.places.supporters import NamedSupporter, supporters
from nightschool.rules.access import Actor, require
from nightschool.rules.names import compared
from nightschool.rules.places.supporters import SupporterEntry
from nightschool.rules.slots import Now


def edit_supporters(
    db: Session,
    *,
    village: str,
    entries: Mapping[str, SupporterEntry],
    removes_phones: bool = False,
    version: int,
    by: Actor,
    now: Now,
) -> None:
    """The five are these; who is named no more is forgotten, with the telephone.

    A telephone that is not written anew stays with the name it was written for, unless these are to go.
    Raises: NotFound; StaleRecord when somebody saved the school since this version; Refused with `name_missing`.
    """
    school = locked_as_seen(db, NightSchool, NightSchool.region_code == village, version=version, by=by)
    kept = {one.part: one for one in db.scalars(select(Supporter).where(Supporter.region_code == village))}
    for part, entry in entries.items():
        if not entry.name:
            if entry.phone:
                raise Refused("name_missing", field=part)
            if part in kept:
                db.delete(kept[part])
            continue
        one = kept.get(part)
        if one is None:
            one = Supporter(public_id=new_public_id(), region_code=village, part=part, name=entry.name)
            db.add(one)
        is_another = compared(one.name) != compared(entry.name)
        one.name = entry.name
        store_phone(db, one, entry.phone, removes=removes_phones or is_another)
    if db.new or db.deleted or any(db.is_modified(one) for one in kept.values()):
        flag_modified(school, "principal")  # the version rises with any of the five
        note(db, school, "school.supporters", by=by, now=now)


def reveal_supporters(
    db: Session, *, village: str, verb: str, by: Actor, now: Now
) -> tuple[NamedSupporter, ...]:
    """The five with their whole numbers, for one who may do this there; that they were looked up is on the trail."""
    require(by, verb, village)
    school = db.scalars(select(NightSchool).where(NightSchool.region_code == village)).one_or_none()
    if school is None:
        raise NotFound
    found = supporters(db, village, in_full=True)
    if any(one.phone for one in found):
        note(db, school, "school.phones", by=by, now=now)
    return found
