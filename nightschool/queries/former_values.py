"""What stood in fields of a learner before they were put right, sealed for the learner and the field."""

from sqlalchemy.orm import Session

from nightschool.errors import Unreadable

KEPT_FIELDS = ("name", "household", "sex", "birth_year", "group_name")  # an old telephone number is not kept


def former_sealed_for(learner_id: int, field: str) -> str:
    """For what such a value is sealed."""
    return f"former_value.sealed:{learner_id}:{field}"


def former_value(db: Session, learner_id: int, field: str, sealed: str) -> str:
    """What stood there; empty when it cannot be read any more."""
    try:
        opened: str = db.info["sealer"].open(sealed, about=former_sealed_for(learner_id, field))
    except Unreadable:
        return ""
    return opened
