"""A notice remembers what it announced: where villagers were told of which revision."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.actions.notices.revisions import write_first
from nightschool.actions.records import locked_sessions, note
from nightschool.models.planning import ToldNotice
from nightschool.models.teaching import ClassSession
from nightschool.queries.notices.revisions import revisions_of
from nightschool.rules.access import Actor, require
from nightschool.rules.notices.told import Channel, revision_in_force
from nightschool.rules.slots import Now


def keep_told(
    db: Session, *, village: str, said: Mapping[str, int], channel: Channel, by: Actor, now: Now
) -> None:
    """Villagers were told of these class sessions on this channel, as they were at these revisions.

    `said`: public id -> the revision that was seen, which may be an older one by now; what is no public class session
    of this village is passed over. What was told before is not told again.
    """
    require(by, "schedule", village)
    records = locked_sessions(
        db,
        ClassSession.public_id.in_(said),
        ClassSession.region_code == village,
        ClassSession.published_at.is_not(None),
    )
    write_first(db, records)
    revisions = revisions_of(db, [record.id for record in records])
    before = select(ToldNotice.class_session_id, ToldNotice.revision).where(
        ToldNotice.class_session_id.in_(revisions), ToldNotice.channel == channel
    )
    known = set(map(tuple, db.execute(before)))
    for record in records:
        seen = said[record.public_id]
        revision = revision_in_force([revision for revision, _facts in revisions[record.id]], seen)
        if (record.id, revision) in known:
            continue
        db.add(
            ToldNotice(class_session_id=record.id, channel=channel, revision=revision, told_at=now.instant)
        )
        note(db, record, "sessions.tell", by=by, now=now, channel=channel)
