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
    form: F,
    save: Callable[[Session], object],
    refuse: Callable[[F, Any], int | None] | None = None,
    *,
    check: Callable[[], object] | None = None,
) -> int:
    """The status of the answer: SHOWN before anything is sent, SAVED, or why not, and then the form says so.

    `refuse` puts the sentence of a Refused or CannotSchedule at its field; its status is BAD_INPUT unless it says
    another. Without it the form lets nothing through that could be refused. `check`: the rule that `save` asks first;
    it is asked too where part of the form cannot be read, so that all that is wrong is told at once.
    """
    if not form.is_submitted():
        return SHOWN
    is_read = form.validate()
    if not is_read and check is None:
        return BAD_INPUT
    try:
        if not is_read and check is not None:
            check()
            return BAD_INPUT
        with writing() as db:
            save(db)
    except (Refused, CannotSchedule) as refusal:
        if refuse is None:
            raise
        statuses = [refuse(form, one) for one in _told(form, refusal)]
        return BAD_INPUT if not is_read else next(filter(None, statuses), BAD_INPUT)
    return SAVED


def telling(tell: Callable[[Any], str]) -> Callable[[Form, Any], None]:
    """For `tried`: what is refused is told at its field in these words."""

    def refuse(form: Form, refused: Any) -> None:
        form.refuse(refused.field, tell(refused))

    return refuse


def answered(
    form: F,
    answer: Callable[[], T],
    tell: Callable[[Refused], str],
    *,
    check: Callable[[], object] | None = None,
) -> T | None:
    """The answer to a form that was sent, where it can be given only now; None: the page with the form is due.

    What is refused is told at its field of the form. `check`: as in `tried`.
    """
    if not form.is_submitted():
        return None
    try:
        if form.validate():
            return answer()
        if check is not None:
            check()
    except Refused as refusal:
        for one in _told(form, refusal):
            form.refuse(one.field, tell(one))
    return None


def _told(form: Form, refusal: Any) -> list[Any]:
    """All that was refused, but for fields that say already what is wrong with them."""
    wrong = {name for name in form.data if name in form and form[name].errors}
    return [
        one for one in (refusal, *getattr(refusal, "others", ())) if getattr(one, "field", None) not in wrong
    ]


def edited(
    form: R,
    record: T,
    save: Callable[[Session], object],
    refuse: Callable[[R, Any], int | None] | None = None,
    *,
    again: Callable[[], T],
    check: Callable[[], object] | None = None,
) -> tuple[T, int]:
    """The same for the form of a record that there is already; the record as it is stored now comes back with it.

    When somebody else has saved the record since, it is looked up `again`: nothing typed is lost, what differs from it
    is told, and sent once more the form is saved on top.
    """
    try:
        return record, tried(form, save, refuse, check=check)
    except StaleRecord:
        record = again()
        form.show_stale(asdict(record))  # type: ignore[call-overload]  # any dataclass
        return record, CLASH
