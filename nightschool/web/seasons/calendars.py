"""The calendars of a region: market days, farm windows, single days, its position; and the year's holiday notice."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from nightschool.actions.seasons import calendars as actions
from nightschool.errors import NotFound, Refused, StaleRecord
from nightschool.queries.seasons import calendars as queries
from nightschool.rules.almanac import spoken_day
from nightschool.rules.regions import Level, level_of
from nightschool.rules.seasons.daylight import dark_at
from nightschool.rules.seasons.farm_windows import tell_refused_window
from nightschool.rules.seasons.holidays import tell_refused_notice
from nightschool.rules.seasons.markets import MISSING_WORDS, tell_market, tell_refused_market
from nightschool.texts import _, counted
from nightschool.web.seasons.calendars_form import (
    CalendarForm,
    DayForm,
    MarketForm,
    NoticeForm,
    PositionForm,
    SeasonForm,
)
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import now, services, today, writing
from nightschool.web.site.forms import Form
from nightschool.web.site.records import BAD_INPUT, CLASH, SAVED, SHOWN, look_up, telling, tried

bp = Blueprint("calendars", __name__)

FORMS: dict[str, type[CalendarForm]] = {
    "market": MarketForm,
    "season": SeasonForm,
    "day": DayForm,
    "position": PositionForm,
}


@bp.route("/calendars/<region_code:region>", methods=["GET", "POST"])
@allows("keep_calendars")
def show(region: str) -> Any:
    """Everything kept there, and a small form for each kind of thing; each form is sent by itself."""
    found = look_up(queries.calendars, region, today=today())
    sent = request.form.get("what_is_sent", "")
    forms = _forms(found, sent)
    status = BAD_INPUT if sent else SHOWN
    if sent in forms:
        form = forms[sent]
        own = [line.window for line in found.seasons if line.is_own]
        try:
            status = tried(
                form,
                lambda db: flash(SAVE[sent](db, region, form)),
                _refuse,
                check=lambda: form.check(own, today()),
            )
        except StaleRecord:
            found = look_up(queries.calendars, region, today=today())
            form.show_stored(*_stored(found, sent, form))
            status = CLASH
        if status == SAVED:
            return redirect(url_for("calendars.show", region=region), SAVED)
    return _page(found, forms), status


@bp.post("/calendars/<region_code:region>/remove")
@allows("keep_calendars")
def remove(region: str) -> Any:
    """One thing is kept there no more. What it was is told, so that it can be entered again."""
    kind, _dot, key = request.form.get("which", "").partition(".")
    try:
        with writing() as db:
            _remove(db, region, kind, key)
        flash(_("去掉了：%(what)s。去错了，照原样再加一次。", what=request.form.get("told", "")[:60]))
    except NotFound:
        flash(_("那一条已经不在了。"))
    return redirect(url_for("calendars.show", region=region), 303)


@bp.route("/calendars/notice", methods=["GET", "POST"])
@allows("keep_regions")
def notice() -> Any:
    """The holidays of a year, pasted as they were announced."""
    days, seen = look_up(queries.special_days, None, today=today())
    form = NoticeForm(data={"seen": seen})

    def save(db: Session) -> None:
        text, known = form.notice.data or "", form.seen.data or ""
        year, days = actions.take_notice(db, text=text, seen=known, by=actor(), now=now())
        flash(counted("%(year)d 年的放假安排存好了，一共 %(n)d 天和平常不一样。", days, year=year))

    try:
        status = tried(form, save, telling(tell_refused_notice))
    except StaleRecord:
        form.show_stored({one.day: (one.is_on, one.name) for one in days}, seen)
        status = CLASH
    if status == SAVED:
        return redirect(url_for("calendars.notice"), SAVED)
    return render_template("seasons/calendars/notice.html", form=form), status


def _remove(db: Any, region: str, kind: str, key: str) -> None:
    given = {"region": region, "by": actor(), "now": now()}
    if kind == "market":
        actions.remove_market(db, market=key, **given)
    elif kind == "season":
        actions.remove_season(db, season=key, **given)
    elif kind == "day" and key.isdecimal() and len(key) < 12:
        actions.forget_day(db, special_day=int(key), **given)
    else:
        raise NotFound


def _forms(found: queries.Calendars, sent: str) -> dict[str, Any]:
    """Each form of the page, the one that was sent with what it brought."""
    made = {name: kind(name) if name == sent else kind(name, formdata=None) for name, kind in FORMS.items()}
    level = level_of(found.code)
    if level is not Level.TOWNSHIP:
        del made["market"]
    if level is Level.PROVINCE:
        del made["position"]
    made["day"].offer(markets=level in (Level.TOWNSHIP, Level.VILLAGE))
    for name, form in made.items():
        if name != sent:
            form.open(*_stored(found, name, form))
    return made


def _stored(found: queries.Calendars, name: str, form: Any) -> tuple[dict[str, Any], str]:
    """What stands there now of what this form says, and by what the form knows it again."""
    if name == "position" and found.position is not None and not found.position.stands_for:
        where = {"latitude": found.position.latitude, "longitude": found.position.longitude}
        return where, f"{found.position.latitude},{found.position.longitude}"
    if name != "day":
        return {}, ""
    kind = (form.what.data or "").partition("-")[0]
    of_the_day = [line for line in found.special if (line.kind, line.day) == (kind, form.day.data)]
    said = [{"what": f"{kind}-{'on' if one.is_on else 'off'}", "name": one.name} for one in of_the_day]
    return next(iter(said), {}), found.special_digest


def _page(found: queries.Calendars, forms: dict[str, Any]) -> str:
    dark = None
    if found.position is not None:
        dark = dark_at(found.position, today(), services().settings.timezone)
    return render_template(
        "seasons/calendars/show.html",
        found=found,
        forms=forms,
        is_village=level_of(found.code) is Level.VILLAGE,
        tell_market=tell_market,
        missing={code: _(word) for code, word in MISSING_WORDS.items()},
        dark=dark,
        this_year=today().year,
    )


def _refuse(form: Form, refused: Refused) -> None:
    is_market = refused.code.startswith("market")
    told = tell_refused_market(refused) if is_market else tell_refused_window(refused, today=today())
    form.refuse(refused.field, told)


def _save_market(db: Any, region: str, form: MarketForm) -> str:
    market = form.market()
    actions.add_market(db, region=region, market=market, by=actor(), now=now())
    return _("记下了：%(what)s。排课的时候会提醒。", what=tell_market(market))


def _save_season(db: Any, region: str, form: SeasonForm) -> str:
    window = form.window()
    actions.add_season(db, region=region, window=window, by=actor(), now=now())
    return _(
        "记下了：%(name)s，%(first)s到%(last)s。排课的时候会提醒。",
        name=window.name,
        first=spoken_day(window.first, today()),
        last=spoken_day(window.last, today()),
    )


def _save_day(db: Any, region: str, form: DayForm) -> str:
    kind, _dash, how = (form.what.data or "").partition("-")
    actions.set_day(
        db,
        region=region,
        kind=kind,
        day=form.day.data,
        is_on=how == "on",
        name=form.name.data or "",
        seen=form.seen.data or "",
        by=actor(),
        now=now(),
    )
    return _("记下了：%(day)s。", day=spoken_day(form.day.data, today()))


def _save_position(db: Any, region: str, form: PositionForm) -> str:
    actions.set_position(
        db,
        region=region,
        latitude=form.latitude.data,
        longitude=form.longitude.data,
        seen=form.seen_position,
        by=actor(),
        now=now(),
    )
    if level_of(region) is not Level.VILLAGE:
        return _("位置记下了，老师路上的时间按它算。")
    return _("位置记下了，天黑的时间、老师路上的时间都按它算。")


SAVE: dict[str, Callable[[Any, str, Any], str]] = {
    "market": _save_market,
    "season": _save_season,
    "day": _save_day,
    "position": _save_position,
}
