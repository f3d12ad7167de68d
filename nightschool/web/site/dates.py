"""Days and hours in templates, spoken as of this request's day."""

from datetime import datetime
from typing import Any

from flask import Flask
from markupsafe import Markup

from nightschool.rules import almanac
from nightschool.web.site.context import services, today


def init_app(app: Flask) -> None:
    """Every template can say when something is."""
    app.jinja_env.globals.update(
        clock=almanac.clock,
        hours=_hours,
        day_without_year=almanac.day_without_year,
        lunar_label=almanac.lunar_label,
        weekday_name=almanac.weekday_name,
        spoken_day=lambda day: almanac.spoken_day(day, today()),
        full_day=lambda day: almanac.full_day(day, today()),
        lunar_table=lambda: almanac.lunar_table(today().year),
        spoken_moment=lambda day, starts: almanac.spoken_moment(day, starts, today()),
        spoken_instant=_spoken_instant,
    )


def _hours(one: Any) -> Markup:
    """From when to when it is, on one line."""
    return Markup('<span class="nobr">{}</span>').format(almanac.tell_hours(one.starts, one.ends))


def _spoken_instant(instant: datetime) -> str:
    """The day and the hour of an instant on the village's clock."""
    local = instant.astimezone(services().zone)
    return f"{almanac.spoken_day(local.date(), today())} {almanac.clock(local.hour * 60 + local.minute)}"
