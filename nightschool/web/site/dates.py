"""Days and hours in templates, spoken as of this request's day."""

from datetime import date, datetime

from flask import Flask

from nightschool.rules import almanac
from nightschool.web.site.context import services, today


def init_app(app: Flask) -> None:
    """Every template can say when something is."""
    app.jinja_env.globals.update(
        clock=almanac.clock,
        day_without_year=almanac.day_without_year,
        lunar_label=almanac.lunar_label,
        weekday_name=almanac.weekday_name,
        spoken_day=spoken_day,
        full_day=full_day,
        lunar_table=lunar_table,
        spoken_moment=spoken_moment,
        spoken_instant=spoken_instant,
    )


def spoken_day(day: date) -> str:
    """See almanac.spoken_day."""
    return almanac.spoken_day(day, today())


def full_day(day: date) -> str:
    """See almanac.full_day."""
    return almanac.full_day(day, today())


def lunar_table() -> tuple[str, str]:
    """See almanac.lunar_table."""
    return almanac.lunar_table(today().year)


def spoken_moment(day: date, starts: int) -> str:
    """See almanac.spoken_moment."""
    return almanac.spoken_moment(day, starts, today())


def spoken_instant(instant: datetime) -> str:
    """The day and the hour of an instant on the village's clock."""
    local = instant.astimezone(services().zone)
    return f"{spoken_day(local.date())} {almanac.clock(local.hour * 60 + local.minute)}"
