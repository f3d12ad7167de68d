"""Row numbers of sign-in sheets are given out, once and for good."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from nightschool.actions.records import locked_sessions, note
from nightschool.errors import NotFound
from nightschool.models.attendance import SignInSheet
from nightschool.models.teaching import ClassSession
from nightschool.queries.registers.sign_in_sheets import comers
from nightschool.rules.access import Actor, require
from nightschool.rules.registers.sign_in_sheets import check_sheet, numbered, sheet_order
from nightschool.rules.slots import Now


def number_rows(db: Session, *, class_sessions: Iterable[str], by: Actor, now: Now) -> None:
    """Everybody who is expected at one of these class sessions has a row number there; who had one keeps it.

    Raises: NotFound; Refused with `called_off`. Cost: about ten statements each, however many people.
    """
    wanted = list(class_sessions)
    found = locked_sessions(db, ClassSession.public_id.in_(wanted))
    if len(found) != len(wanted):
        raise NotFound
    for one in found:
        require(by, "keep_register", one.region_code)
        check_sheet(one.status)
        _number(db, one, by=by, now=now)


def _number(db: Session, class_session: ClassSession, *, by: Actor, now: Now) -> None:
    stored = db.get(SignInSheet, class_session.id, populate_existing=True)
    before = tuple(stored.rows) if stored else ()
    expected, classes = comers(db, class_session.public_id)
    rows = numbered(before, sheet_order(expected, classes))
    if rows == before:
        return
    if stored is None:
        db.add(SignInSheet(class_session_id=class_session.id, rows=list(rows)))
    else:
        stored.rows = list(rows)
    note(db, class_session, "register.number", by=by, now=now, rows=len(rows))
