"""What a supervisor's pages have in common: what is looked at, and how it is counted, stays as one moves."""

from datetime import datetime
from typing import Any

from flask import request

from nightschool.rules.seasons.periods import Period, read_period
from nightschool.web.site.context import now, today


def as_of() -> datetime:
    """The instant whose data a supervisor's page shows, which paper has to say."""
    return now().instant


def asked_period() -> Period:
    """The period the address names; the week to look at when it names none that can be read."""
    return read_period(request.args.get("when", ""), today())


def kept() -> dict[str, Any]:
    """What every address on these pages carries on; of the period nothing where it is what one looks at anyhow."""
    period = asked_period()
    return {
        "when": None if period == read_period("", today()) else period.code,
        "label": request.args.get("label") or None,
        "by": "today" if request.args.get("by") == "today" else None,
    }
