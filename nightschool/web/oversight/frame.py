"""What a supervisor's pages have in common: what is looked at, and how it is counted, stays as one moves."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import redirect, request
from sqlalchemy.orm import Session

from nightschool.queries.courses import labels
from nightschool.queries.courses.courses import categories
from nightschool.queries.oversight.overview import Narrowed
from nightschool.queries.places.takeovers import todays_villages
from nightschool.rules.seasons.periods import Period, days_between, of_each_kind, period_of, read_period
from nightschool.texts import _
from nightschool.web.oversight.overview_form import DaysForm
from nightschool.web.site.context import now, today

ANY_PERIOD = ("week", "month", "quarter", "half", "year", "days")


@dataclass(frozen=True)
class AskedFigures:
    """Which classes the address says that count, and in which words and addresses that goes on."""

    narrowed: Narrowed = field(default_factory=Narrowed)
    words: str = ""  # the unit, the campaign, the category; nothing: all
    kept: Mapping[str, str | None] = field(default_factory=dict)

    def of(self, place: str) -> str:
        """The name of the place, with what is counted there."""
        return _("%(place)s（只算%(label)s的）", place=place, label=self.words) if self.words else place


def as_of() -> datetime:
    """The instant whose data a supervisor's page shows, which paper has to say."""
    return now().instant


def asked_period() -> Period:
    """The period the address names; the week to look at when it names none that can be read."""
    return read_period(request.args.get("when", ""), today())


def asked_figures(db: Session) -> AskedFigures:
    """What the address narrows figures to; what it names and nobody knows is as if it were not there."""
    label = labels.kept_label(db, said) if (said := request.args.get("label", "")) else None
    category = categories(db).get(said) if (said := request.args.get("category", "")) else None
    by_todays = request.args.get("by") == "today"
    narrowed = Narrowed(
        label.public_id if label else "",
        request.args["category"] if category else "",
        todays_villages(db, today=today()) if by_todays else {},
    )
    words = _("、").join(filter(None, (label.name if label else "", category)))
    kept = {
        "label": narrowed.label or None,
        "category": narrowed.category or None,
        "by": "today" if by_todays else None,
    }
    return AskedFigures(narrowed, words, kept)


def asked_days(period: Period, address: Callable[[str], str]) -> tuple[DaysForm, Any]:
    """The form that asks for some days, and where to go on when they were filled in; what cannot be read it says."""
    if "first" not in request.args and "last" not in request.args:
        return DaysForm(None, data={"first": period.first, "last": period.last}, meta={"csrf": False}), None
    form = DaysForm(request.args, meta={"csrf": False})
    if not form.validate() or form.first.data is None or form.last.data is None:
        return form, None
    return form, redirect(address(days_between(form.first.data, form.last.data).code), 303)


def kept() -> dict[str, Any]:
    """What every address on these pages carries on; of the period nothing where it is what one looks at anyhow."""
    period = asked_period()
    return {
        "when": None if period == read_period("", today()) else period.code,
        **{name: request.args.get(name) or None for name in ("label", "category", "sort")},
        "by": "today" if request.args.get("by") == "today" else None,
    }


def chooser(period: Period, kinds: tuple[str, ...], form: DaysForm) -> dict[str, Any]:
    """What the choice of another period is made of, by the names its template uses."""
    return {
        "period": period,
        "kinds": of_each_kind(kinds, period, today()),
        "days": form if "days" in kinds else None,
        "present": today(),
        "now": period_of("week" if period.kind == "days" else period.kind, today()),
    }
