"""A school's year and term for the notice board: `/v/<code>/year/2026`, `/v/<code>/term/2026-04/2026-09`.

No login, no cookie; the coordinator has the year with its drafts at `/desk/<village>/year/2026`.
"""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from nightschool.errors import NotFound, Refused
from nightschool.formats.school_months import months_words, tell_months_title, tell_totals
from nightschool.queries.notices.school_months import SchoolMonths, school_months
from nightschool.rules.seasons.months import (
    FIRST_YEAR,
    LAST_YEAR,
    Term,
    parts_of_year,
    read_term,
    tell_refused_months,
    year_of,
)
from nightschool.texts import _
from nightschool.web.notices.months_form import TermForm
from nightschool.web.notices.timetable import village_here
from nightschool.web.site.access import allows, public
from nightschool.web.site.context import moment, reading, today, whole
from nightschool.web.site.delivery import deliver
from nightschool.web.site.language import reading_here
from nightschool.web.site.records import look_up
from nightschool.web.site.sharing import card

bp = Blueprint("school_months", __name__)


@bp.get("/v/<region_code:code>/year")
@public
def this_year(code: str) -> Any:
    """The year it is."""
    return redirect(url_for("school_months.year", code=code, year=today().year), 303)


@bp.get("/v/<region_code:code>/year/<int(fixed_digits=4):year>")
@public
def year(code: str, year: int) -> Any:
    """Twelve months, each as a small calendar and as a list."""
    try:
        term = year_of(year)
    except Refused as refused:
        return _refused(code, refused)
    found = _found(code, term)
    return deliver(reading_here(), repr(found), lambda: _shown(found))


@bp.get("/v/<region_code:code>/term/<first>/<last>")
@public
def term(code: str, first: str, last: str) -> Any:
    """The classes from one month to another, with who teaches them and what they are about."""
    try:
        wanted = read_term(first, last)
    except Refused as refused:
        return _refused(code, refused, first=first, last=last)
    if (first, last) != (wanted.first.code, wanted.last.code):
        return redirect(_address(code, wanted), 301)
    found = _found(code, wanted)
    return deliver(reading_here(), repr(found), lambda: _shown(found, is_year=False))


@bp.get("/v/<region_code:code>/term")
@public
def choose(code: str) -> Any:
    """Other months: what was filled in leads to its page, or says why it cannot."""
    if "first" not in request.args and "last" not in request.args:
        return _choice(code, TermForm(None, meta={"csrf": False}))
    form = TermForm(request.args, meta={"csrf": False})
    if not form.validate():
        return _refused(code, None, form)
    try:
        return redirect(_address(code, read_term(form.first.data or "", form.last.data or "")), 303)
    except Refused as refused:
        return _refused(code, refused, form)


@bp.get("/desk/<region_code:village>/year")
@allows("see_village")
def this_years_drafts(village: str) -> Any:
    """The coordinator's year it is."""
    return redirect(url_for("school_months.with_drafts", village=village, year=today().year), 303)


@bp.get("/desk/<region_code:village>/year/<int(fixed_digits=4):year>")
@allows("see_village")
def with_drafts(village: str, year: int) -> Any:
    """The coordinator's year: what is not announced yet stands among the rest."""
    try:
        term = year_of(year)
    except Refused:
        raise NotFound from None
    found = _found(village, term, with_drafts=True)
    return _shown(found, is_own=True)


def _found(code: str, term: Term, *, with_drafts: bool = False) -> SchoolMonths:
    return look_up(school_months, code, term, at=moment(), with_drafts=with_drafts)


def _shown(found: SchoolMonths, *, is_year: bool = True, is_own: bool = False) -> str:
    year = found.term.first.year
    around = (year - 1, year + 1) if is_year else (year,)
    values = months_words(found) | {
        "code": found.village.code,
        "is_own": is_own,
        "has_calendars": is_year,
        "years": [other for other in around if FIRST_YEAR <= other <= LAST_YEAR],
        "parts": [(_(told), _address(found.village.code, part)) for told, part in parts_of_year(year)],
        "form": TermForm(
            None, data={"first": found.term.first.code, "last": found.term.last.code}, meta={"csrf": False}
        ),
        "full": whole(url_for("timetable.village", code=found.village.code)),
    }
    if not is_own:
        values["card"] = card(
            reading_here(),
            tell_months_title(found),
            tell_totals(found.totals),
            is_indexed=bool(found.entries),
        )
    return render_template("notices/school_months/months.html", **values)


def _address(code: str, term: Term) -> str:
    return url_for("school_months.term", code=code, first=term.first.code, last=term.last.code)


def _refused(code: str, refused: Refused | None, form: TermForm | None = None, **typed: str) -> Any:
    """The form for other months, with the sentence at its field and what was typed kept."""
    form = form or TermForm(None, data=typed, meta={"csrf": False})
    if refused is not None:
        form.refuse(refused.field, tell_refused_months(refused))
    return _choice(code, form), 422


def _choice(code: str, form: TermForm) -> str:
    with reading() as db:
        village = village_here(db, code, reading_here(), at=moment())
    return render_template("notices/school_months/choose.html", village=village, form=form)
