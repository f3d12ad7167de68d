"""Row numbers of sign-in sheets are given out, once and for good."""

from sqlalchemy.orm import Session

from nightschool.actions.records import locked_for, note
from nightschool.models.attendance import SignInSheet
from nightschool.models.teaching import ClassSession
from nightschool.queries.registers.sign_in_sheets import comers
from nightschool.rules.access import Actor
from nightschool.rules.registers.sign_in_sheets import check_sheet, numbered, sheet_order
from nightschool.rules.slots import Now


def number_rows(db: Session, *, class_session: str, by: Actor, now: Now) -> None:
    """Everybody who is expected at the class session has a row number; who had one keeps it.

    Raises: Refused with `called_off`. Cost: about ten statements, however many people.
    """
    held = locked_for(db, ClassSession, ClassSession.public_id == class_session, verb="keep_register", by=by)
    check_sheet(held.status)
    stored = db.get(SignInSheet, held.id, populate_existing=True)
    before = tuple(stored.rows) if stored else ()
    expected, classes = comers(db, class_session)
    rows = numbered(before, sheet_order(expected, classes))
    if rows == before:
        return
    if stored is None:
        db.add(SignInSheet(class_session_id=held.id, rows=list(rows)))
    else:
        stored.rows = list(rows)
    note(db, held, "register.number", by=by, now=now, rows=len(rows))
