"""Which offers of a teacher can still be answered."""

from sqlalchemy import ColumnElement, and_, or_

from nightschool.models.planning import Dispatch
from nightschool.rules.dispatch.dispatches import DispatchStatus
from nightschool.rules.slots import Moment


def is_waiting(at: Moment) -> ColumnElement[bool]:
    """The offer can still be answered."""
    is_ahead = or_(Dispatch.day > at.day, and_(Dispatch.day == at.day, Dispatch.starts > at.minutes))
    return and_(Dispatch.status == DispatchStatus.OFFERED, is_ahead)
