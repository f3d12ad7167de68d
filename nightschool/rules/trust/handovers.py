"""A village handed over: who goes, who comes, from which day, and what of it cannot be."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from nightschool.errors import Refused, refuse_all

FARTHEST = timedelta(days=92)
# A slip is good for 14 days, and lets in nobody before the posting begins.
SLIP_WORTH_PRINTING = timedelta(days=10)


@dataclass(frozen=True, slots=True)
class Handover:
    """What an administrator says: who goes, who comes, from which day."""

    leaving: Collection[str] = ()  # public ids
    login_name: str = ""  # of who has an account; else the name and the post of the new person
    display_name: str = ""
    account: str = ""  # public id: of those called so this one is meant
    is_another: bool = False  # than those called so who have an account
    title: str = ""
    from_day: date | None = None
    becomes_contact: bool = False
    contact_phone: str = ""


def check_handover(handover: Handover, *, today: date) -> date:
    """The day from which it holds. Raises Refused, with the field, for what is missing or cannot be."""
    refuse_all(_problems(handover, today))
    assert handover.from_day is not None
    return handover.from_day


def _problems(handover: Handover, today: date) -> Iterator[Refused]:
    if not handover.leaving:
        yield Refused("nobody_leaves", field="leaving")
    if not handover.login_name and not handover.display_name:
        yield Refused("nobody_comes", field="login_name")
    if handover.login_name and handover.display_name:
        yield Refused("two_come", field="login_name")
    if handover.from_day is None or handover.from_day < today:
        yield Refused("day_past", field="from_day")
    elif handover.from_day > today + FARTHEST:
        yield Refused("day_too_far", field="from_day", day=today + FARTHEST)
    if handover.becomes_contact and not handover.contact_phone:
        yield Refused("contact_unreachable", field="contact_phone")
