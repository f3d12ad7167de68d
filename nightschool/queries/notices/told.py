"""What was said of class sessions, and where: what a notice compares with what is so now."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, literal, select
from sqlalchemy.orm import Session, aliased

from nightschool.models.planning import SessionRevision, ToldNotice
from nightschool.models.teaching import ClassSession
from nightschool.rules.notices.revisions import facts_from_json
from nightschool.rules.notices.told import Said


@dataclass(frozen=True, slots=True)
class Told:
    """Of one class session: its revision that holds now, what was said before, and where this one was said already."""

    revision: int
    history: tuple[Said, ...]  # the latest first
    told_at: Mapping[str, datetime]  # by channel, of the revision that holds now


def told_of(db: Session, which: ColumnElement[bool]) -> dict[str, Told]:
    """By their public ids; one that never changed since it was public, and was never told of, is not there.

    Those that such a class session replaces, one after another, are part of its history. Cost: 1 query.
    """
    earlier = aliased(ClassSession)
    line = (
        select(
            ClassSession.public_id.label("of"),
            ClassSession.id,
            ClassSession.announced_revision.label("announced"),
            literal(0).label("back"),
        )
        .where(which)
        .cte("line", recursive=True)
    )
    line = line.union_all(
        select(line.c.of, earlier.id, earlier.announced_revision, line.c.back + 1).where(
            earlier.successor_id == line.c.id
        )
    )
    rows = db.execute(
        select(
            line.c.of,
            line.c.back,
            line.c.announced,
            SessionRevision.revision,
            SessionRevision.facts,
            ToldNotice.channel,
            ToldNotice.told_at,
        )
        .join(SessionRevision, SessionRevision.class_session_id == line.c.id)
        .outerjoin(
            ToldNotice,
            (ToldNotice.class_session_id == SessionRevision.class_session_id)
            & (ToldNotice.revision == SessionRevision.revision),
        )
        .order_by(line.c.of, line.c.back, SessionRevision.revision.desc())
    )
    found: dict[str, dict[tuple[int, int], _Read]] = defaultdict(dict)
    for of, back, announced, revision, facts, channel, told_at in rows:
        read = found[of].setdefault((back, revision), _Read(back, revision, announced or 0, facts, {}))
        if channel:
            read.told_at[channel] = told_at
    return {of: _told(list(reads.values())) for of, reads in found.items()}


class _Read(NamedTuple):
    """One revision, with where it was said; `back` 0 is the class session itself, 1 the one that it replaces."""

    back: int
    revision: int
    announced: int
    facts: Mapping[str, Any]
    told_at: dict[str, datetime]


def _told(reads: Sequence[_Read]) -> Told:
    history: list[Said] = []
    in_month: set[int] = set()
    for one in reads:
        is_told = one.revision <= one.announced and one.back not in in_month
        if is_told:
            in_month.add(one.back)
        history.append(Said(facts_from_json(one.facts), frozenset(one.told_at), is_told, one.back == 0))
    return Told(reads[0].revision, tuple(history), reads[0].told_at)
