"""Rotas: begun, told how far they are, kept; changed by hand; offers made of their rows, and all of them withdrawn."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from nightschool.actions.dispatch.dispatches import Offer, offer, withdraw_dispatch
from nightschool.actions.records import locked_for, note
from nightschool.errors import CannotSchedule, NightSchoolError, NotFound, Refused
from nightschool.models.planning import Rota, Wish
from nightschool.queries.courses.choices import on_offer
from nightschool.queries.dispatch.rotas import open_wishes
from nightschool.rules.access import Actor, require
from nightschool.rules.courses.proposals import check_slot
from nightschool.rules.dispatch.rota_drafts import (
    RotaRow,
    RotaStage,
    check_rota_span,
    pinned_rows,
    rota_stage,
    rows_as_json,
    rows_of_json,
    with_class,
)
from nightschool.rules.regions import Level, level_of
from nightschool.rules.slots import Now, Slot


def begin_rota(
    db: Session, *, region: str, first: date, last: date, starts: int, ends: int, by: Actor, now: Now
) -> str:
    """A rota counts as being found for the region's open wishes; the answer is its name in addresses.

    That of a city or a province has no rows: it stands for those of its counties, which are begun in their turn.
    Raises: NotAllowed; Refused with `a_village` or `no_wishes`, or as `check_rota_span` and `check_slot` do.
    """
    require(by, "dispatch", region)
    check_rota_span(first, last, today=now.day)
    check_slot(Slot(first, starts, ends))
    if level_of(region) is Level.VILLAGE:
        raise Refused("a_village")
    if not open_wishes(db, region, at=now.moment):
        raise Refused("no_wishes")
    made = Rota(
        region_code=region,
        account_id=by.account_id,
        first_day=first,
        last_day=last,
        starts=starts,
        ends=ends,
        made_at=now.instant,
        changed_at=now.instant,
    )
    db.add(made)
    db.flush()
    note(db, made, "rota.begin", by=by, now=now, first=first.isoformat(), last=last.isoformat())
    return made.public_id


def begin_again(
    db: Session, *, rota: str, picked: Collection[str] | None = None, is_running: bool, by: Actor, now: Now
) -> None:
    """The rota counts as being mended; or, with the rows that are `picked` pinned, as being found anew around them.

    Raises: NotFound; NotAllowed; Refused with `busy` while it is being found.
    """
    found = _at_rest(db, rota, by, now, is_running=is_running)
    rows = rows_of_json(found.rows)
    if picked is not None:
        rows = pinned_rows(rows, picked)
        found.rows = rows_as_json(rows)
    _set(db, rota, now, state=RotaStage.MAKING, steps_done=0)
    n = sum(row.pinned for row in rows)
    note(db, found, "rota.mend" if picked is None else "rota.again", by=by, now=now, n=n)


def tell_rota(db: Session, rota: str, done: int, every: int, *, now: Now) -> bool:
    """Others can see how far it is. False when it shall go no further."""
    _set(db, rota, now, steps_done=done, steps_all=every)
    return db.scalar(select(Rota.state).where(Rota.public_id == rota)) == RotaStage.MAKING


def keep_rota(db: Session, rota: str, rows: Sequence[RotaRow] = (), *, now: Now, **figures: Any) -> None:
    """What was found can be looked at."""
    _set(db, rota, now, state=RotaStage.READY, rows=rows_as_json(rows), **figures)


def fail_rota(db: Session, rota: str, *, now: Now) -> None:
    """There is no rota; it can be begun again."""
    _set(db, rota, now, state=RotaStage.FAILED)


def stop_rota(db: Session, *, rota: str, by: Actor, now: Now) -> None:
    """It goes no further, and what was found so far is kept. Raises: NotFound; NotAllowed."""
    found = _locked(db, rota, by)
    if found.state == RotaStage.MAKING:
        found.state = RotaStage.STOPPING
        db.flush()


def change_row(
    db: Session,
    *,
    rota: str,
    key: str,
    teacher: str,
    day: date | None,
    is_running: bool,
    by: Actor,
    now: Now,
) -> None:
    """The row has this class in the rota, or none without a day: refused by what would refuse an offer.

    Raises: NotFound; NotAllowed; CannotSchedule; Refused with `busy`, or as `with_class` and `offer` do.
    """
    found = _at_rest(db, rota, by, now, is_running=is_running)
    rows = rows_of_json(found.rows)
    row = next((one for one in rows if one.key == key), None)
    if row is None:
        raise Refused("no_such_row")
    known = {one.public_id: one.name for one in on_offer(db, row.village).teachers}
    if day is not None and teacher not in known:
        raise Refused("no_such_teacher", field="teacher")
    changed = with_class(rows, key, teacher=teacher, name=known.get(teacher, ""), day=day)
    if day is not None:
        with db.begin_nested() as tried:
            offer(db, offered=_offered(found, replace(row, teacher=teacher, day=day)), by=by, now=now)
            tried.rollback()  # it was only asked whether it could be
    _write(db, found, changed, now)
    note(db, found, "rota.change", by=by, now=now)


def offer_rows(
    db: Session,
    *,
    rota: str,
    picked: Collection[str],
    tell: Callable[[str, NightSchoolError], str],
    is_running: bool,
    by: Actor,
    now: Now,
) -> tuple[int, int]:
    """Of each picked row (by its key) village and teacher are asked; where something came between, the row says what.

    Returns how many were asked, and of how many something had come between. Raises: NotFound; NotAllowed; Refused with
    `nothing_picked` or `busy`.
    """
    found = _at_rest(db, rota, by, now, is_running=is_running)
    if not picked:
        raise Refused("nothing_picked")
    asked = left = 0
    rows = []
    for row in rows_of_json(found.rows):
        if row.key in picked and row.is_planned:
            row = replace(row, category=row.category or _category_by_now(db, row.wish))
            try:
                with db.begin_nested():
                    made = offer(db, offered=_offered(found, row), by=by, now=now)
                row, asked = replace(row, dispatch=made, stood_against=""), asked + 1
            except (CannotSchedule, NightSchoolError) as refusal:
                row, left = replace(row, stood_against=tell(row.village, refusal)), left + 1
        rows.append(row)
    _write(db, found, rows, now)
    note(db, found, "rota.offer", by=by, now=now, n=asked)
    return asked, left


def withdraw_rows(db: Session, *, rota: str, is_running: bool, by: Actor, now: Now) -> tuple[int, int]:
    """Nobody is asked any more for what this rota offered; what is settled already stays.

    Returns how many were withdrawn, and how many stay. Raises: NotFound; NotAllowed; Refused with `busy`.
    """
    found = _at_rest(db, rota, by, now, is_running=is_running)
    gone = stay = 0
    rows = []
    for row in rows_of_json(found.rows):
        if row.dispatch:
            try:
                withdraw_dispatch(db, dispatch=row.dispatch, by=by, now=now)
                row, gone = replace(row, dispatch=""), gone + 1
            except (Refused, NotFound):
                stay += 1
        rows.append(row)
    _write(db, found, rows, now)
    note(db, found, "rota.withdraw", by=by, now=now, n=gone)
    return gone, stay


def _category_by_now(db: Session, wish: str) -> str:
    """What its village has said since the rota was found; empty where it says nothing."""
    return db.scalar(select(Wish.category_code).where(Wish.public_id == wish)) or ""


def _offered(rota: Rota, row: RotaRow) -> Offer:
    assert row.day is not None, "it has a class"
    slot = Slot(row.day, rota.starts, rota.ends)
    venue = row.venue or None
    return Offer(
        row.village, row.topic, row.category, row.teacher, slot, venue, row.wish, expected=row.expected
    )


def _locked(db: Session, rota: str, by: Actor) -> Rota:
    return locked_for(db, Rota, Rota.public_id == rota, verb="dispatch", by=by)


def _at_rest(db: Session, rota: str, by: Actor, now: Now, *, is_running: bool) -> Rota:
    """The rota, locked, which nothing is being found for: what was changed meanwhile would be lost."""
    found = _locked(db, rota, by)
    stage = rota_stage(found.state, found.changed_at, is_running=is_running, now=now)
    if stage in (RotaStage.MAKING, RotaStage.STOPPING):
        raise Refused("busy")
    return found


def _write(db: Session, found: Rota, rows: Sequence[RotaRow], now: Now) -> None:
    found.rows, found.changed_at = rows_as_json(rows), now.instant
    db.flush()


def _set(db: Session, rota: str, now: Now, **values: Any) -> None:
    db.execute(update(Rota).where(Rota.public_id == rota).values(**values, changed_at=now.instant))
