"""What the pages of single records share: one is found or there is no such page; a form is tried, and told the outcome.

A page with a form is then: find the record, make the form, `record, status = edited(form, record, save, refuse, …)`,
and either a redirect where the status is SAVED, or the form again with that status.
"""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy.orm import Session

from nightschool.errors import CannotSchedule, NotFound, Refused, StaleRecord
from nightschool.web.site.context import reading, writing
from nightschool.web.site.forms import Form
from nightschool.web.site.record_forms import RecordForm

SHOWN, SAVED, CLASH, BAD_INPUT = 200, 303, 409, 422

T = TypeVar("T")
P = ParamSpec("P")
F = TypeVar("F", bound=Form)
R = TypeVar("R", bound=RecordForm)


def look_up(query: Callable[Concatenate[Session, P], T | None], /, *args: P.args, **named: P.kwargs) -> T:
    """What the query finds. Raises NotFound when that is nothing."""
    with reading() as db:
        record = query(db, *args, **named)
    if record is None:
        raise NotFound
    return record


def tried(
    form: F, save: Callable[[Session], object], refuse: Callable[[F, Any], int | None] | None = None
) -> int:
    """The status of the answer: SHOWN before anything is sent, SAVED, or why not, and then the form says so.

    `refuse` puts the sentence of a Refused or CannotSchedule at its field; its status is BAD_INPUT unless it says
    another. Without it the form lets nothing through that could be refused.
    """
    if not form.is_submitted():
        return SHOWN
    if not form.validate():
        return BAD_INPUT
    try:
        with writing() as db:
            save(db)
    except (Refused, CannotSchedule) as refusal:
        if refuse is None:
            raise
        return refuse(form, refusal) or BAD_INPUT
    return SAVED


def answered(form: F, answer: Callable[[], T], tell: Callable[[Refused], str]) -> T | None:
    """The answer to a form that was sent, where it can be given only now; None: the page with the form is due.

    What is refused is told at its field of the form.
    """
    if form.validate_on_submit():
        try:
            return answer()
        except Refused as refused:
            form.refuse(refused.field, tell(refused))
    return None


def edited(
    form: R,
    record: T,
    save: Callable[[Session], object],
    refuse: Callable[[R, Any], int | None] | None = None,
    *,
    again: Callable[[], T],
) -> tuple[T, int]:
    """The same for the form of a record that there is already; the record as it is stored now comes back with it.

    When somebody else has saved the record since, it is looked up `again`: nothing typed is lost, what differs from it
    is told, and sent once more the form is saved on top.
    """
    try:
        return record, tried(form, save, refuse)
    except StaleRecord:
        record = again()
        form.show_stale(asdict(record))  # type: ignore[call-overload]  # any dataclass
        return record, CLASH
