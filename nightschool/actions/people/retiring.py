"""Records are put away and brought back: offered no more, and nothing of what was is lost."""

from typing import Any

from sqlalchemy.orm import Session

from nightschool.actions.records import locked_as_seen, note
from nightschool.errors import Refused
from nightschool.queries.people.retiring import NAME_OF, still_booked
from nightschool.rules.access import Actor
from nightschool.rules.people.retiring import RecordKind
from nightschool.rules.slots import Now


def retire(
    db: Session,
    kind: RecordKind,
    *,
    public_id: str,
    version: int,
    by: Actor,
    now: Now,
    keeps_booked: bool = False,
) -> int:
    """The record is offered in no form and on no new register; all that was stays. Returns its new version.

    A teacher or venue with class sessions to come goes only when that was seen and said (`keeps_booked`): somebody may
    stop being asked and still finish the term, and who keeps a county's teachers cannot change the villages' classes.
    The sessions then stay booked as they are. A course goes only when nothing of it is to come: a class that villagers
    are told of must stand in its coordinator's list. Put away twice, nothing changes.
    Raises: StaleRecord; Refused with `still_booked` or `still_coming`, and the `sessions`.
    """
    record = _seen(db, kind, public_id, by, version)
    if record.retired_at is not None:
        return int(record.version)
    if kind is RecordKind.COURSE or not keeps_booked:
        sessions = still_booked(db, kind, record.id, home=record.region_code, at=now.moment)
        if sessions:
            code = "still_coming" if kind is RecordKind.COURSE else "still_booked"
            raise Refused(code, sessions=sessions)
    record.retired_at = now.instant
    return _saved(db, kind, record, "retire", by, now)


def bring_back(db: Session, kind: RecordKind, *, public_id: str, version: int, by: Actor, now: Now) -> int:
    """The record is offered again as before. Returns its new version; of one in use nothing changes.

    Raises: StaleRecord; Refused with `merged` for one that was found to be the same person as another.
    """
    record = _seen(db, kind, public_id, by, version)
    if record.retired_at is None:
        return int(record.version)
    if getattr(record, "merged_into_id", None) is not None:
        raise Refused("merged")
    record.retired_at = None
    return _saved(db, kind, record, "back", by, now)


def _seen(db: Session, kind: RecordKind, public_id: str, by: Actor, version: int) -> Any:
    model = NAME_OF[kind].class_
    return locked_as_seen(db, model, model.public_id == public_id, version=version, by=by)


def _saved(db: Session, kind: RecordKind, record: Any, action: str, by: Actor, now: Now) -> int:
    db.flush()
    note(db, record, f"{'courses' if kind is RecordKind.COURSE else kind}.{action}", by=by, now=now)
    return int(record.version)
