"""The trail: who did what to which record when, written in the transaction of the change itself."""

from typing import Any

from sqlalchemy.orm import Session

from nightschool.models.trust import AuditEvent
from nightschool.rules.access import Actor
from nightschool.rules.slots import Now


def add_line(
    db: Session,
    *,
    by: Actor,
    action: str,
    record: str,
    region_code: str | None,
    now: Now,
    **details: Any,
) -> None:
    """One line says that this actor did this; it is kept or lost together with the change.

    `record` names table and key ("class_session 12"). Details are JSON values; of personal fields only their names.
    """
    db.add(
        AuditEvent(
            at=now.instant,
            account_id=by.account_id,
            action=action,
            region_code=region_code,
            record=record,
            details=details,
        )
    )
    db.flush()
