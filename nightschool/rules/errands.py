"""What goes on after an answer: whether it still does, as can be told from what it said last."""

from datetime import datetime, timedelta

from nightschool.rules.slots import Now

# What goes on says so at least so often; what does not has ended with the process it went on in.
BROKEN_OFF_AFTER = timedelta(minutes=2)


def goes_on(said_at: datetime, *, is_running: bool, now: Now) -> bool:
    """True while it goes on in this process (`is_running`), or has said so just now in another."""
    return is_running or now.is_within(BROKEN_OFF_AFTER, said_at)
