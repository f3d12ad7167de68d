"""Revisions of public class sessions are written down with every change, and what the last notice said of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, func, insert, select, tuple_, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from nightschool.actions.notices.feeds import first_in_feeds, show_otherwise
from nightschool.actions.records import locked_sessions
from nightschool.actions.touching import touch_villages
from nightschool.models.planning import SessionRevision, ToldNotice
from nightschool.models.teaching import ClassSession
from nightschool.queries.notices.revisions import facts_now, revisions_of
from nightschool.rules.notices.revisions import Facts, Standing, differences, facts_json
from nightschool.rules.slots import Now

# Core statements on it leave the revision, which is the version, alone.
_SESSIONS: Any = ClassSession.__table__

Rows = Sequence[tuple[int, Facts]]


def write_first(db: Session, class_sessions: Sequence[ClassSession]) -> None:
    """Each of these class sessions that is public has a revision; to be called before they, or what they show, change.

    Only those that were public before revisions were written get one here. Cost: 1 query, 3 when there are any.
    """
    public = [record for record in class_sessions if record.published_at is not None]
    rows = revisions_of(db, [record.id for record in public]) if public else {}
    _write_found(db, [record for record in public if not rows.get(record.id)])


def remember(db: Session, class_sessions: Sequence[ClassSession], *, now: Now) -> None:
    """The revisions of these class sessions, which were changed and flushed, say what villagers can read of them now.

    One that is public no more says so, and nothing of the draft it is. Each knows in what it differs from the notice.
    Where one stands for a postponed one, the revision of that one rises too. Cost: 5 statements, 2 with drafts alone.
    """
    ids = [record.id for record in class_sessions]
    rows = revisions_of(db, ids) if ids else {}
    known = [record for record in class_sessions if record.published_at is not None or rows.get(record.id)]
    if not known:
        return
    facts = facts_now(db, [record.id for record in known])
    new: list[tuple[ClassSession, Facts]] = []
    moved: list[int] = []
    for record in known:
        last = rows[record.id][-1][1] if rows.get(record.id) else None
        now_told = facts[record.id]
        if record.published_at is None:
            assert last is not None
            now_told = replace(last, standing=Standing.WITHDRAWN)
        elif last is None:
            now_told = replace(now_told, is_found=record.published_at != now.instant)
        if last is None or differences(last, now_told):
            new.append((record, now_told))
            rows[record.id] = [*rows.get(record.id, ()), (record.revision, now_told)]
        if last is not None and now_told.moved_from and last.begins != now_told.begins:
            moved.append(record.id)
    _write(db, new, now)
    _compare(db, known, rows)
    if moved:
        _raise_revisions(db, ClassSession.successor_id.in_(moved), now=now)


def mark_told(db: Session, class_sessions: Sequence[ClassSession], now: Now) -> None:
    """Villagers were told of these class sessions as they are now: the public ones differ from the notice in nothing.

    The revision of none of them rises; feeds show those otherwise that were marked. Their villages' pages are built
    anew.
    """
    public = [record for record in class_sessions if record.published_at is not None]
    if not public:
        return
    db.flush()
    write_first(db, public)
    remember(db, public, now=now)
    if marked := [record.id for record in public if record.differs]:
        show_otherwise(db, ClassSession.id.in_(marked), now=now)
    as_told = [
        {"announced_revision": one.revision, "told_day": one.day, "told_starts": one.starts, "differs": ""}
        for one in public
    ]
    _set(db, list(zip(public, as_told, strict=True)))
    touch_villages(db, {record.region_code for record in public}, now=now)


def in_feeds(db: Session, which: ColumnElement[bool], *, now: Now) -> list[ClassSession]:
    """The public class sessions in feeds of these, locked; what villagers could read of those to come is written down.

    To be called before what they show (a place's name, a teacher's) is changed; `shown_anew` is called after.
    """
    since = ClassSession.day >= first_in_feeds(now)
    records = locked_sessions(db, which, ClassSession.published_at.is_not(None), since)
    write_first(db, [record for record in records if _is_coming(record, now)])
    return list(records)


def shown_anew(db: Session, class_sessions: Sequence[ClassSession], *, now: Now) -> None:
    """What these class sessions show has another name: feeds say it, and of those to come their revisions too."""
    coming = [record.id for record in class_sessions if _is_coming(record, now)]
    past = {record.id for record in class_sessions}.difference(coming)
    if past:
        show_otherwise(db, ClassSession.id.in_(past), now=now)
    if coming:
        these = ClassSession.id.in_(coming)
        _raise_revisions(db, these, now=now)
        again = select(ClassSession).where(these).execution_options(populate_existing=True)
        remember(db, db.scalars(again).all(), now=now)


def _is_coming(record: ClassSession, now: Now) -> bool:
    """No class session to come anywhere on earth is before yesterday."""
    return record.day >= now.instant.date() - timedelta(days=1)


def unsay(db: Session, class_sessions: Sequence[ClassSession], revisions: Mapping[int, int]) -> None:
    """What was told of each of these class sessions with this revision, by its id, was taken back and is told no more.

    A notice that has told it since had the last word: that stays, and so does what follows. Cost: 2 statements.
    """
    ids = [record.id for record in class_sessions]
    of = ToldNotice.class_session_id
    last = select(of, func.max(ToldNotice.revision)).where(of.in_(ids)).group_by(of)
    told = dict(db.execute(last).all())
    untold = [
        (record.id, revisions[record.id])
        for record in class_sessions
        if max(record.announced_revision or 0, told.get(record.id, 0)) < revisions[record.id]
    ]
    db.execute(
        delete(SessionRevision)
        .where(tuple_(SessionRevision.class_session_id, SessionRevision.revision).in_(untold))
        .execution_options(synchronize_session=False)
    )


def _raise_revisions(db: Session, which: ColumnElement[bool], *, now: Now) -> None:
    """The revision of each of these class sessions that is public is one higher. Cost: 1 statement."""
    db.flush()
    db.execute(
        update(ClassSession)
        .where(which, ClassSession.published_at.is_not(None))
        .values(revision=ClassSession.revision + 1, changed_at=now.instant)
        .execution_options(synchronize_session=False)
    )
    for loaded in list(db.identity_map.values()):
        if isinstance(loaded, ClassSession):
            db.expire(loaded, ["revision", "changed_at"])


def _write_found(db: Session, records: Sequence[ClassSession]) -> None:
    """What these class sessions say before they are changed for the first time since revisions are written."""
    if not records:
        return
    facts = facts_now(db, [record.id for record in records])
    db.execute(
        insert(SessionRevision),
        [
            _row(record, replace(facts[record.id], is_found=True), record.published_at or record.changed_at)
            for record in records
        ],
    )


def _write(db: Session, new: Sequence[tuple[ClassSession, Facts]], now: Now) -> None:
    if not new:
        return
    keys = [(record.id, record.revision) for record, _facts in new]
    # What is changed twice in one transaction, without a revision between, is told as it ended.
    db.execute(
        delete(SessionRevision)
        .where(tuple_(SessionRevision.class_session_id, SessionRevision.revision).in_(keys))
        .execution_options(synchronize_session=False)
    )
    db.execute(insert(SessionRevision), [_row(record, facts, now.instant) for record, facts in new])


def _row(record: ClassSession, facts: Facts, made_at: datetime) -> dict[str, Any]:
    return {
        "class_session_id": record.id,
        "revision": record.revision,
        "region_code": record.region_code,
        "made_at": made_at,
        "facts": facts_json(facts),
    }


def _compare(db: Session, records: Sequence[ClassSession], rows: Mapping[int, Rows]) -> None:
    """Each of these knows in what it differs from what the last notice said of it, if one did."""
    compared = [(record, _differs(record.announced_revision, rows[record.id])) for record in records]
    _set(db, [(record, {"differs": differs}) for record, differs in compared if differs != record.differs])


def _differs(announced_revision: int | None, rows: Rows) -> str:
    if announced_revision is None:
        return ""
    said = [facts for revision, facts in rows if revision <= announced_revision]
    return ",".join(differences(said[-1], rows[-1][1])) if said else ""


def _set(db: Session, values: Sequence[tuple[ClassSession, dict[str, Any]]]) -> None:
    """These columns hold these values, and no revision rises."""
    if not values:
        return
    # The values have other names than the columns, which SQLAlchemy keeps for itself.
    db.connection().execute(
        update(_SESSIONS)
        .where(_SESSIONS.c.id == bindparam("of"))
        .values({name: bindparam(f"new_{name}") for name in values[0][1]}),
        [
            {"of": record.id, **{f"new_{name}": value for name, value in given.items()}}
            for record, given in values
        ],
    )
    for record, given in values:
        for name, value in given.items():
            set_committed_value(record, name, value)
