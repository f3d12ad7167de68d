"""Rotas: begun and kept; changed by hand; offers made of their rows, and all of them withdrawn."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from nightschool.actions.dispatch.dispatches import Offer, offer, withdraw_dispatch
from nightschool.actions.errands import begin_errand, stop_errand
from nightschool.actions.records import locked_for, note
from nightschool.errors import CannotSchedule, NightSchoolError, NotFound, Refused
from nightschool.models.errands import Errand
from nightschool.models.planning import Rota, Wish
from nightschool.queries.courses.choices import on_offer
from nightschool.queries.dispatch.rotas import open_wishes, rota_page, rows_beside
from nightschool.rules.access import Actor, require
from nightschool.rules.almanac import day_without_year
from nightschool.rules.courses.choices import told_apart
from nightschool.rules.courses.proposals import check_slot
from nightschool.rules.dispatch.rota_drafts import (
    RotaRow,
    check_rota_span,
    pinned_rows,
    rows_as_json,
    rows_of_json,
    with_class,
)
from nightschool.rules.errands import GOING_ON, ErrandKind
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
    days = {"first_day": first, "last_day": last, "starts": starts, "ends": ends}
    made = _added(db, region=region, **days, by=by, now=now)
    _begin(db, made, ErrandKind.ROTA, by=by, now=now)
    return made.public_id


def add_county(db: Session, *, whole: str, region: str, by: Actor, now: Now) -> str:
    """There is a rota for one county of that of a city or a province; the answer is its name in addresses.

    Raises: NotAllowed.
    """
    require(by, "dispatch", region)
    of = db.scalars(select(Rota).where(Rota.public_id == whole)).one()
    days = {name: getattr(of, name) for name in ("first_day", "last_day", "starts", "ends")}
    return _added(db, region=region, **days, by=by, now=now).public_id


def _added(db: Session, *, region: str, by: Actor, now: Now, **days: Any) -> Rota:
    made = Rota(region_code=region, account_id=by.account_id, **days, made_at=now.instant)
    db.add(made)
    db.flush()
    spoken = {"first": made.first_day.isoformat(), "last": made.last_day.isoformat()}
    note(db, made, "rota.begin", by=by, now=now, **spoken)
    return made


def _begin(db: Session, rota: Rota, kind: ErrandKind, *, by: Actor, now: Now) -> None:
    begun = begin_errand(db, kind, region=rota.region_code, by=by, now=now, rota=rota.public_id)
    rota.errand_id = begun.id
    db.flush()


def begin_again(
    db: Session, *, rota: str, picked: Collection[str] | None = None, by: Actor, now: Now
) -> None:
    """The rota counts as being mended; or, with the rows that are `picked` pinned, as being found anew around them.

    Raises: NotFound; NotAllowed; Refused with `busy` while it is being found.
    """
    found = _at_rest(db, rota, by)
    rows = rows_of_json(found.rows)
    if picked is not None:
        rows = pinned_rows(rows, picked)
        found.rows = rows_as_json(rows)
    _begin(db, found, ErrandKind.MEND if picked is None else ErrandKind.ROTA, by=by, now=now)
    n = sum(row.pinned for row in rows)
    note(db, found, "rota.mend" if picked is None else "rota.again", by=by, now=now, n=n)


def keep_rota(db: Session, rota: str, rows: Sequence[RotaRow] = (), **figures: Any) -> None:
    """What was found can be looked at. In the transaction in which its errand is done."""
    found = update(Rota).where(Rota.public_id == rota)
    db.execute(found.values(rows=rows_as_json(rows), **figures))


def stop_rota(db: Session, *, rota: str, by: Actor, now: Now) -> None:
    """It goes no further, and what was found so far is kept. Raises: NotFound; NotAllowed."""
    # The rota is not locked: its errand ends with both, the errand first.
    found = db.execute(select(Rota.region_code, Rota.errand_id).where(Rota.public_id == rota)).one_or_none()
    if found is None:
        raise NotFound
    require(by, "dispatch", found.region_code)
    if found.errand_id is not None:
        stop_errand(db, found.errand_id, now=now)


def change_row(
    db: Session,
    *,
    rota: str,
    key: str,
    teacher: str,
    day: date | None,
    by: Actor,
    now: Now,
) -> None:
    """The row has this class in the rota, or none without a day: refused by what would refuse an offer.

    Raises: NotFound; NotAllowed; CannotSchedule; Refused with `busy`, or as `with_class` and `offer` do.
    """
    found = _at_rest(db, rota, by)
    rows = rows_of_json(found.rows)
    row = next((one for one in rows if one.key == key), None)
    if row is None:
        raise Refused("no_such_row")
    known = told_apart(on_offer(db, row.village).teachers)
    if day is not None and teacher not in known:
        raise Refused("no_such_teacher", field="teacher")
    page = rota_page(db, rota)
    beside = rows_beside(db, page) if page else ()
    name = known.get(teacher, "")
    changed = with_class(rows, key, teacher=teacher, name=name, day=day, beside=beside)
    if day is not None and not found.first_day <= day <= found.last_day:
        between = {"first": day_without_year(found.first_day), "last": day_without_year(found.last_day)}
        raise Refused("outside", field="day", **between)
    if day is not None:
        with db.begin_nested() as tried:
            offer(db, offered=_offered(found, replace(row, teacher=teacher, day=day)), by=by, now=now)
            tried.rollback()  # it was only asked whether it could be
    _write(db, found, changed)
    note(db, found, "rota.change", by=by, now=now)


def offer_rows(
    db: Session,
    *,
    rota: str,
    picked: Collection[str],
    tell: Callable[[str, NightSchoolError], str],
    by: Actor,
    now: Now,
) -> tuple[int, int]:
    """Of each picked row (by its key) village and teacher are asked; where something came between, the row says what.

    Returns how many were asked, and of how many something had come between. Raises: NotFound; NotAllowed; Refused with
    `nothing_picked` or `busy`.
    """
    found = _at_rest(db, rota, by)
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
    _write(db, found, rows)
    note(db, found, "rota.offer", by=by, now=now, n=asked)
    return asked, left


def withdraw_rows(db: Session, *, rota: str, by: Actor, now: Now) -> tuple[int, int]:
    """Nobody is asked any more for what this rota offered; what is settled already stays.

    Returns how many were withdrawn, and how many stay. Raises: NotFound; NotAllowed; Refused with `busy`.
    """
    found = _at_rest(db, rota, by)
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
    _write(db, found, rows)
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


def _at_rest(db: Session, rota: str, by: Actor) -> Rota:
    """The rota, locked, which nothing is being found for: what was changed meanwhile would be lost."""
    found = _locked(db, rota, by)
    if db.scalar(select(Errand.state).where(Errand.id == found.errand_id)) in GOING_ON:
        raise Refused("busy")
    return found


def _write(db: Session, found: Rota, rows: Sequence[RotaRow]) -> None:
    found.rows = rows_as_json(rows)
    db.flush()
