"""Errands: begun, taken up by one at a time, told how far they are, stopped, done once or failed.

Whoever takes one up has a number by which they write for it, until another takes it up after them; who is late writes
nothing, because each write asks for that number in the transaction of what came of it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from nightschool.errors import LostErrand
from nightschool.models.errands import Errand
from nightschool.queries.errands import is_due
from nightschool.rules.access import Actor
from nightschool.rules.errands import AGAIN_AFTER, GOING_ON, LEASE, MOST_TURNS, ErrandKind, ErrandState
from nightschool.rules.slots import Now
from nightschool.texts import language


@dataclass(frozen=True, slots=True)
class ErrandTurn:
    """An errand that somebody has taken up."""

    id: int
    turns: int  # the number they write by
    kind: ErrandKind
    account_id: int | None
    region_code: str | None
    asked: dict[str, Any]
    language: str
    goes_on: bool  # nobody has had enough of it


def begin_errand(
    db: Session, kind: ErrandKind, /, *, region: str | None, by: Actor, now: Now, **asked: Any
) -> Errand:
    """From when this transaction ends somebody will do it. The caller has asked whether it may be."""
    errand = Errand(
        kind=kind,
        account_id=by.account_id,
        region_code=region,
        asked=asked,
        language=language(),
        due_at=now.instant,
        made_at=now.instant,
        changed_at=now.instant,
    )
    db.add(errand)
    db.flush()
    return errand


def take_errand(
    db: Session, kinds: Collection[str], *, now: Now, lease: timedelta = LEASE
) -> ErrandTurn | None:
    """The first that waits is taken up for this long; None where none does.

    One that has had all its turns has failed.
    """
    waiting = select(Errand).where(is_due(now), Errand.kind.in_(kinds)).order_by(Errand.id).limit(1)
    while found := db.scalar(waiting.with_for_update(skip_locked=True)):
        found.changed_at = now.instant
        if found.turns >= MOST_TURNS:
            found.state = ErrandState.FAILED
            db.flush()
            continue
        found.turns, found.due_at = found.turns + 1, now.instant + lease
        db.flush()
        return ErrandTurn(
            found.id,
            found.turns,
            ErrandKind(found.kind),
            found.account_id,
            found.region_code,
            found.asked,
            found.language,
            found.state == ErrandState.OPEN,
        )
    return None


def hold_errand(
    db: Session, taken: ErrandTurn, *, steps: tuple[int, int], now: Now, lease: timedelta = LEASE
) -> bool:
    """It is held for so long from now on, and all see how far it is. False when it shall go no further.

    Raises LostErrand when another has taken it up.
    """
    done, every = steps
    state = _write(db, taken, now, due_at=now.instant + lease, steps_done=done, steps_all=every)
    return state == ErrandState.OPEN


def finish_errand(db: Session, taken: ErrandTurn, *, content: bytes | None = None, now: Now) -> None:
    """It is done, with what the rest of this transaction writes. Raises LostErrand when another has taken it up."""
    _write(db, taken, now, state=ErrandState.DONE, content=content)


def drop_errand(db: Session, taken: ErrandTurn, *, is_final: bool, now: Now) -> None:
    """It was not done this time: it is tried again soon, or has failed when it `is_final` or this was its last turn.

    Raises LostErrand when another has taken it up.
    """
    if is_final or taken.turns >= MOST_TURNS:
        _write(db, taken, now, state=ErrandState.FAILED)
    else:
        _write(db, taken, now, due_at=now.instant + AGAIN_AFTER)


def stop_errand(db: Session, errand_id: int, *, now: Now) -> None:
    """It goes no further, and what was found so far is kept. Of what goes on no more nothing changes."""
    which = update(Errand).where(Errand.id == errand_id, Errand.state == ErrandState.OPEN)
    db.execute(which.values(state=ErrandState.STOPPING, changed_at=now.instant))


def _write(db: Session, taken: ErrandTurn, now: Now, **values: Any) -> str:
    mine = (Errand.id == taken.id, Errand.turns == taken.turns, Errand.state.in_(sorted(GOING_ON)))
    statement = update(Errand).where(*mine).values(**values, changed_at=now.instant)
    state = db.scalar(statement.returning(Errand.state).execution_options(synchronize_session=False))
    if state is None:
        raise LostErrand
    return state
