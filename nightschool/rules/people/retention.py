"""How long what is known of learners is kept: no longer than it is of use, by a job that a timer starts."""

from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

STATUS_KEPT = relativedelta(months=12)  # after the last class they came to, the kind of their household
ROSTER_KEPT = relativedelta(years=3)  # after they left the roster, who they are
LOGIN_KEPT = timedelta(days=60)  # after it ended, on which device somebody was logged in


def is_status_due(last_class: date | None, came_on: date | None, *, today: date) -> bool:
    """True when the kind of this learner's household is of no more use; of whom no day is known it is not told."""
    known = [day for day in (last_class, came_on) if day is not None]
    return bool(known) and max(known) + STATUS_KEPT <= today


def is_erasure_due(left_on: date | None, *, today: date) -> bool:
    """True when who left so long ago is to be nobody any more."""
    return left_on is not None and left_on + ROSTER_KEPT <= today
