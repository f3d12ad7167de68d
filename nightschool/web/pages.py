"""What every template may use: dates as spoken, the reading links, and who is logged in."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flask import Flask, g, url_for
from markupsafe import Markup

from nightschool import texts
from nightschool.formats.overview_text import tell_figures, tell_reasons
from nightschool.formats.timetable_text import tell_day
from nightschool.queries.sessions import SessionLine
from nightschool.rules import almanac
from nightschool.rules.periods import tell_period
from nightschool.rules.reasons import tell_reason
from nightschool.rules.revisions import tell_mark
from nightschool.rules.statuses import status_word
from nightschool.texts import LANGUAGES
from nightschool.web import access, context, language


def init_app(app: Flask) -> None:
    """The names below are known in every template."""
    app.jinja_env.said = _said  # type: ignore[attr-defined]  # ours: web/templating.py
    app.jinja_env.globals.update(
        clock=almanac.clock,
        day_without_year=almanac.day_without_year,
        lunar_label=almanac.lunar_label,
        weekday_name=almanac.weekday_name,
        spoken_day=_spoken_day,
        full_day=_full_day,
        lunar_table=_lunar_table,
        spoken_moment=_spoken_moment,
        spoken_instant=_spoken_instant,
        status_word=status_word,
        tell_reason=tell_reason,
        tell_mark=_tell_mark,
        tell_reasons=tell_reasons,
        tell_figures=tell_figures,
        tell_period=tell_period,
        reading_link=language.reading_link,
        current_login=access.current_login,
        may=_may,
        languages=LANGUAGES,
        url_for=_url_for,
        _=_translated,
    )


def _url_for(endpoint: str, **values: Any) -> str:
    """Flask's, which works out every address anew, with a memory: every page leads to the same few places."""
    if endpoint[0] == "." or "_external" in values or "_anchor" in values:
        return url_for(endpoint, **values)
    here = g._get_current_object()  # each look through the proxy costs as much as the whole memory
    return _remembered_url(here.get("lang"), here.get("big"), endpoint, *values.items())


@lru_cache(maxsize=2048)
def _remembered_url(_lang: str | None, _big: bool | None, endpoint: str, *values: tuple[str, Any]) -> str:
    return url_for(endpoint, **dict(values))


def _translated(message: str, **values: Any) -> str:
    """What Jinja's own `_` makes of a message, without its four calls: safe as a template is, its values escaped."""
    text = _said(message)
    return text % values if values or "%" in message else text


def _said(message: str) -> Markup:
    return _marked_up(texts.language(), message)


@lru_cache(maxsize=4096)
def _marked_up(_language: str, message: str) -> Markup:
    return Markup(texts.gettext(message))


def _spoken_day(day: Any) -> str:
    return almanac.spoken_day(day, context.today())


def _full_day(day: Any) -> str:
    return tell_day(day, context.today())


def _lunar_table() -> tuple[str, str]:
    return almanac.lunar_table(context.today().year)


def _spoken_moment(day: Any, starts: int) -> str:
    return almanac.spoken_moment(day, starts, context.today())


def _spoken_instant(instant: Any) -> str:
    local = instant.astimezone(context.services().zone)
    return (
        f"{almanac.spoken_day(local.date(), context.today())} {almanac.clock(local.hour * 60 + local.minute)}"
    )


def _tell_mark(line: SessionLine) -> str:
    return tell_mark(line.differs, line.told, line.slot.begins, context.today())


def _may(verb: str, region_code: str | None = None) -> bool:
    login = access.current_login()
    if login is None:
        return False
    if region_code is None:
        return bool(login.actor.posts_for(verb))
    return access.may(login.actor, verb, region_code)
