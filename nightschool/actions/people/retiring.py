"""Records are put away and brought back: offered no more, and nothing of what was is lost."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from nightschool.actions.people import stays
from nightschool.actions.people.seats import seat_again
from nightschool.actions.records import locked_as_seen, note
from nightschool.errors import NotFound, Refused
from nightschool.queries.people.retiring import NAME_OF, still_booked
from nightschool.queries.registers.seats import seats_of
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
    day: date | None = None,
) -> int:
    """The record is offered in no form and on no new register; all that was stays. Returns its new version.

    A teacher or venue with class sessions to come goes only when that was seen and said (`keeps_booked`): somebody may
    stop being asked and still finish the term, and who keeps a county's teachers cannot change the villages' classes.
    The sessions then stay booked as they are. Likewise a learner with seats in cohorts, who leaves them free; `day` is
    the first on which they are on the roster no more, today unless it says another. A course goes only when nothing of
    it is to come: a class that villagers are told of must stand in its coordinator's list. Put away twice, nothing
    changes.
    Raises: StaleRecord; Refused with `still_booked` or `still_coming` and the `sessions`, `still_seated` and the
    `seats`, or `not_gone_yet`.
    """
    record = _seen(db, kind, public_id, by, version)
    if record.retired_at is not None:
        return int(record.version)
    if kind is RecordKind.COURSE or not keeps_booked:
        if kind is RecordKind.LEARNER and (seats := seats_of(db, record.id, at=now.moment)):
            raise Refused("still_seated", seats=seats)
        sessions = still_booked(db, kind, record.id, home=record.region_code, at=now.moment)
        if sessions:
            code = "still_coming" if kind is RecordKind.COURSE else "still_booked"
            raise Refused(code, sessions=sessions)
    if day is not None and day > now.day:
        raise Refused("not_gone_yet", field="day")
    record.retired_at = now.instant
    if kind is RecordKind.LEARNER:
        stays.goes(record, day or now.day)
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
    if getattr(record, "erased_at", None) is not None:
        raise NotFound
    record.retired_at = None
    if kind is RecordKind.LEARNER:
        stays.comes_back(db, record, now.day)
        seat_again(db, record.id)
    return _saved(db, kind, record, "back", by, now)


def _seen(db: Session, kind: RecordKind, public_id: str, by: Actor, version: int) -> Any:
    model = NAME_OF[kind].class_
    return locked_as_seen(db, model, model.public_id == public_id, version=version, by=by)


def _saved(db: Session, kind: RecordKind, record: Any, action: str, by: Actor, now: Now) -> int:
    db.flush()
    note(db, record, f"{'courses' if kind is RecordKind.COURSE else kind}.{action}", by=by, now=now)
    return int(record.version)
