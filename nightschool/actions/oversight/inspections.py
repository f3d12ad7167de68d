"""Inspections: a fair sample of coming classes is drawn, and what was found at each is noted."""

import secrets
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.actions.records import locked, note
from nightschool.errors import NotFound, Refused
from nightschool.models.planning import Inspection, InspectionVisit
from nightschool.queries.oversight import inspections as queries
from nightschool.rules.access import Actor, require
from nightschool.rules.courses.reasons import REASONS
from nightschool.rules.oversight.inspections import VisitOutcome, check_draw, check_finding, draw
from nightschool.rules.regions import is_inside
from nightschool.rules.slots import Now, Slot


def draw_inspection(
    db: Session,
    *,
    region: str,
    place: str,
    minutes: int,
    first: date,
    last: date,
    size: int,
    by: Actor,
    now: Now,
    seed: str = "",
) -> str:
    """So many classes of these evenings near this place are drawn; only their office knows of it. Its public id.

    The seed is drawn too, unless one is named, and kept with everything that could have been drawn.
    Raises: NotAllowed; NotFound where the place lies elsewhere; Refused as `check_draw` does, or with `nothing`.
    """
    require(by, "inspect", region)
    check_draw(first, last, size, now.day)
    if not is_inside(place, region):
        raise NotFound
    found = queries.within_reach(db, region, place, minutes, first, last, at=now.moment)
    if not found.classes:
        raise Refused("nothing")
    seed = seed or secrets.token_hex(8)
    made = Inspection(
        region_code=region,
        account_id=by.account_id,
        place_code=place,
        minutes=minutes,
        first_day=first,
        last_day=last,
        seed=seed,
        frame=sorted(found.classes),
        by_township=found.by_township,
        unplaced=found.unplaced,
        made_at=now.instant,
    )
    db.add(made)
    db.flush()
    drawn = [found.classes[one] for one in draw(found.classes, size, seed)]
    db.add_all(
        InspectionVisit(
            inspection_id=made.id,
            class_session_id=one.id,
            region_code=one.region_code,
            day=one.day,
            starts=one.starts,
            ends=one.ends,
        )
        for one in sorted(drawn, key=lambda one: (one.day, one.starts, one.id))
    )
    db.flush()
    note(db, made, "inspection.draw", by=by, now=now, n=len(drawn))
    return made.public_id


def note_visit(
    db: Session, *, inspection: str, visit: str, outcome: str, reason: str, text: str, by: Actor, now: Now
) -> None:
    """What was found at a class stands with it, for its village to read too; noted again, the last word holds.

    Raises: NotFound; NotAllowed; Refused as `check_finding` does.
    """
    of = select(Inspection.id).where(Inspection.public_id == inspection).scalar_subquery()
    found = locked(
        db, InspectionVisit, (InspectionVisit.public_id == visit) & (InspectionVisit.inspection_id == of)
    )
    require(by, "inspect", db.get_one(Inspection, found.inspection_id).region_code)
    reason = reason if outcome == VisitOutcome.NOT_HELD and reason in REASONS else ""
    check_finding(Slot(found.day, found.starts, found.ends), outcome, reason, text, now.moment)
    if (found.outcome, found.reason or "", found.reason_text) == (outcome, reason, text):
        return
    found.outcome, found.reason, found.reason_text = outcome, reason or None, text
    found.noted_at = now.instant
    db.flush()
    about = f"class_session {found.class_session_id}"
    note(db, about, "inspection.note", by=by, now=now, region_code=found.region_code, outcome=outcome)
