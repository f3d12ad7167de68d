"""Addresses by which teachers see their own classes: made, and revoked at once. The secret in one is kept nowhere."""

import secrets
from dataclasses import dataclass

from sqlalchemy.orm import Session

from nightschool.actions.records import locked, locked_for, note
from nightschool.errors import NotFound, Refused
from nightschool.models.people import Teacher, TeacherLink
from nightschool.rules.access import Actor, require
from nightschool.rules.people.teacher_links import digest_of
from nightschool.rules.regions import ancestors_of
from nightschool.rules.slots import Now

SECRET_BYTES = 24


@dataclass(frozen=True, slots=True)
class MadeLink:
    """A link as it is shown this once."""

    public_id: str
    secret: str


def make_link(db: Session, *, teacher: str, region: str, by: Actor, now: Now) -> MadeLink:
    """There is one more address that opens this teacher's classes in the villages of this region, and no others.

    The region is where the teacher is kept, or below it. So who makes a link, and holds its secret for a moment, sees
    nothing by it beyond what is theirs: a village that calls on a township's teacher gets a link to its own classes.
    Raises: NotFound when the teacher is kept neither at this region nor above it; Refused, `retired` or `is_merged`.
    """
    require(by, "keep_teachers", region)
    found = locked(db, Teacher, Teacher.public_id == teacher)
    if found.region_code not in (region, *ancestors_of(region)):
        raise NotFound
    if found.merged_into_id is not None:
        raise Refused("is_merged", name=found.name)
    if found.retired_at is not None:
        raise Refused("retired", name=found.name)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    link = TeacherLink(
        teacher_id=found.id,
        region_code=region,
        digest=digest_of(secret),
        account_id=by.account_id,
        made_at=now.instant,
    )
    db.add(link)
    db.flush()
    _note(db, link, "teacher.link", by=by, now=now)
    return MadeLink(link.public_id, secret)


def revoke_link(db: Session, *, link: str, by: Actor, now: Now) -> bool:
    """The address opens nothing from here on. False when it had been revoked before."""
    found = locked_for(db, TeacherLink, TeacherLink.public_id == link, verb="keep_teachers", by=by)
    if found.revoked_at is not None:
        return False
    found.revoked_at = now.instant
    db.flush()
    _note(db, found, "teacher.unlink", by=by, now=now)
    return True


def _note(db: Session, link: TeacherLink, action: str, *, by: Actor, now: Now) -> None:
    note(db, f"teacher {link.teacher_id}", action, by=by, now=now, region_code=link.region_code)
