"""Feeds: phones know them and their events by what stands here, and take anew what they show otherwise."""

from datetime import date, timedelta

from sqlalchemy import ColumnElement, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from nightschool.models.places import NightSchool
from nightschool.models.planning import FeedIdentity
from nightschool.models.teaching import ClassSession
from nightschool.queries.condition import feeds_known_by
from nightschool.queries.notices.timetable import FEED_EXTENT
from nightschool.rules.places.schools import asked_of
from nightschool.rules.slots import Now


def keep_identity(db: Session, *, address: str) -> None:
    """Feeds are known by this address for ever, unless they are by another already."""
    if feeds_known_by(db):
        return
    try:
        with db.begin_nested():
            db.add(FeedIdentity(id=1, address=address))
    except IntegrityError:  # another process started at the same moment, and was first
        if not feeds_known_by(db):
            raise


def first_in_feeds(now: Now) -> date:
    """The day of the oldest class sessions that any feed shows."""
    return now.day - timedelta(days=FEED_EXTENT.back_days)


def show_otherwise(db: Session, *which: ColumnElement[bool], now: Now) -> None:
    """Those of these class sessions that stand in a feed say something else, though nobody changed them.

    Their revisions stay: no change of theirs is told, and none is in the way of whoever edits one. Cost: 1 statement.
    """
    db.flush()
    db.execute(
        update(ClassSession)
        .where(*which, ClassSession.published_at.is_not(None), ClassSession.day >= first_in_feeds(now))
        .values(shown_otherwise=ClassSession.shown_otherwise + 1, changed_at=now.instant)
        .execution_options(synchronize_session=False)
    )
    for loaded in list(db.identity_map.values()):
        if isinstance(loaded, ClassSession):
            db.expire(loaded, ["shown_otherwise", "changed_at"])


def told_contact(school: NightSchool) -> tuple[str, str]:
    """What every event of the village's feed tells of its school: whom to ask, and their phone."""
    return asked_of(school.contact_name, school.principal), school.contact_phone
