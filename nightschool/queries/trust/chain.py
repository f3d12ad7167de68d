"""The trail as a chain: each line's digest is made with that of the line before, so that none can be changed, taken out
or put in between without every later one being another.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from nightschool.models.trust import AuditEvent, TrailLink

_LINES_AT_ONCE = 1000
# Lines get their numbers before they are committed. One that comes so much later than its neighbours is found broken.
_LATE_BY_AT_MOST = 10_000
_LINE = (
    AuditEvent.id,
    AuditEvent.at,
    AuditEvent.account_id,
    AuditEvent.action,
    AuditEvent.region_code,
    AuditEvent.record,
    AuditEvent.details,
)


@dataclass(frozen=True, slots=True)
class ChainEnd:
    """The last link of the chain: its number, and the digest that holds all before it; 0 and "" where none is."""

    number: int = 0
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a chain was found to be: how far it is whole, and the first thing that is not as it was written."""

    head: ChainEnd
    broken_at: int | None = None  # the number of the first link that does not fit
    unlinked: int = (
        0  # lines that are not in the chain; some, while people work, unless it was linked just before
    )


def chain_end(db: Session) -> ChainEnd:
    """Where the chain ends."""
    last = db.execute(
        select(TrailLink.number, TrailLink.digest).order_by(TrailLink.number.desc()).limit(1)
    ).one_or_none()
    return ChainEnd(*last) if last else ChainEnd()


def unlinked_lines(db: Session, most: int = _LINES_AT_ONCE) -> Sequence[Row[Any]]:
    """Lines that are not in the chain yet, the oldest first."""
    last = db.scalar(select(TrailLink.audit_event_id).order_by(TrailLink.number.desc()).limit(1)) or 0
    return db.execute(
        select(*_LINE)
        .outerjoin(TrailLink, TrailLink.audit_event_id == AuditEvent.id)
        .where(TrailLink.number.is_(None), AuditEvent.id > last - _LATE_BY_AT_MOST)
        .order_by(AuditEvent.id)
        .limit(most)
    ).all()


def digest_after(before: str, line: Any) -> str:
    """The digest of a line behind this one. The same on every database, and of every field of the line."""
    key, at, *fields = line
    told = json.dumps([before, key, at.astimezone(UTC).isoformat(), *fields], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def verify(db: Session, known: Sequence[ChainEnd] = ()) -> Verdict:
    """Every link is made anew, and met at these heads, which stand in backups. Cost: the whole trail is read once."""
    expected = {one.number: one.digest for one in known if one.number}
    last = ChainEnd()
    statement = (
        select(TrailLink.number, TrailLink.digest, *_LINE)
        .join(AuditEvent, AuditEvent.id == TrailLink.audit_event_id)
        .order_by(TrailLink.number)
        .execution_options(yield_per=_LINES_AT_ONCE)
    )
    with db.execute(statement) as links:
        for number, digest, *line in links:
            made = digest_after(last.digest, line)
            if number != last.number + 1 or digest != made or expected.pop(number, digest) != digest:
                return Verdict(last, broken_at=last.number + 1)
            last = ChainEnd(number, digest)
    if expected:
        return Verdict(last, broken_at=last.number + 1)  # it was longer once
    outside = (
        select(func.count())
        .select_from(AuditEvent)
        .outerjoin(TrailLink, TrailLink.audit_event_id == AuditEvent.id)
    )
    return Verdict(last, unlinked=db.scalar(outside.where(TrailLink.number.is_(None))) or 0)
