"""Phones of people and of key holders, and where an officer's mail goes: sealed, each for its own record, so that none
can be moved to another.
"""

from sqlalchemy.orm import Session

from nightschool.errors import Unreadable
from nightschool.rules.people.people import masked_phone, tell_lost_phone

COLUMNS = {
    "learner": "phone",
    "teacher": "phone",
    "venue": "key_holder_phone",
    "supporter": "phone",
    "account": "mail_address",
}


def sealed_for(kind: str, public_id: str) -> str:
    """For what the phone of this record is sealed."""
    return f"{kind}.{COLUMNS[kind]}:{public_id}"


def in_full(db: Session, kind: str, public_id: str, sealed: str | None) -> str:
    """The number itself, so never for a list; empty when there is none, or none that can be read."""
    try:
        number: str = db.info["sealer"].open(sealed, about=sealed_for(kind, public_id)) if sealed else ""
    except Unreadable:
        return ""
    return number


def masked(db: Session, kind: str, public_id: str, sealed: str | None) -> str:
    """What may be shown of the number; empty when there is none."""
    number = in_full(db, kind, public_id, sealed)
    return masked_phone(number) if number else tell_lost_phone() if sealed else ""
