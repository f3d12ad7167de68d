"""A teacher's slip of hours (F12), for one village or for who keeps the teacher: as a page that prints, and as PDF."""

from typing import Any

from flask import Blueprint, redirect, url_for

from nightschool.formats.teaching_slip import teaching_slip
from nightschool.queries.people.teaching_hours import TeachingYear, teaching_year
from nightschool.texts import _
from nightschool.web.site.access import allows
from nightschool.web.site.context import today
from nightschool.web.site.papers import pdf_answer, table_page
from nightschool.web.site.records import look_up

bp = Blueprint("teaching_slips", __name__)


@bp.get("/desk/<region_code:village>/teachers/<public_id:teacher>/hours")
@allows("keep_teachers")
def latest_here(village: str, teacher: str) -> Any:
    """The latest year in which they taught in this village."""
    return redirect(
        url_for("teaching_slips.here", village=village, teacher=teacher, year=_latest(teacher, village)), 303
    )


@bp.get("/desk/<region_code:village>/teachers/<public_id:teacher>/hours/<int(fixed_digits=4):year>")
@allows("keep_teachers")
def here(village: str, teacher: str, year: int) -> Any:
    """What they held in this village in that year."""
    return _page(look_up(teaching_year, teacher, year, village), village)


@bp.get("/desk/<region_code:village>/teachers/<public_id:teacher>/hours/<int(fixed_digits=4):year>.pdf")
@allows("keep_teachers")
def here_pdf(village: str, teacher: str, year: int) -> Any:
    """The same as PDF."""
    return _pdf(look_up(teaching_year, teacher, year, village), village)


@bp.get("/teachers/<public_id:teacher>/hours")
@allows("keep_teachers")
def latest(teacher: str) -> Any:
    """The latest year in which they taught anywhere."""
    return redirect(_address(teacher, _latest(teacher, None), None), 303)


@bp.get("/teachers/<public_id:teacher>/hours/<int(fixed_digits=4):year>")
@allows("keep_teachers")
def everywhere(teacher: str, year: int) -> Any:
    """What they held in that year in every village, for who keeps them."""
    return _page(look_up(teaching_year, teacher, year), None)


@bp.get("/teachers/<public_id:teacher>/hours/<int(fixed_digits=4):year>.pdf")
@allows("keep_teachers")
def everywhere_pdf(teacher: str, year: int) -> Any:
    """The same as PDF."""
    return _pdf(look_up(teaching_year, teacher, year), None)


def _latest(teacher: str, village: str | None) -> int:
    found: TeachingYear = look_up(teaching_year, teacher, today().year, village)
    return found.years[0] if found.years else found.year


def _page(found: TeachingYear, village: str | None) -> str:
    back = {
        _address(found.public_id, year, village): _("%(year)d 年", year=year)
        for year in found.years
        if year != found.year
    }
    home = (
        url_for("teachers.show", village=village, teacher=found.public_id)
        if village
        else url_for("teachers.taught", teacher=found.public_id)
    )
    return table_page(
        teaching_slip(found, today()),
        pdf=_address(found.public_id, found.year, village, "_pdf"),
        back=back | {home: _("回到%(name)s", name=found.name)},
        empty=_("这一年还没有上过的课。"),
    )


def _pdf(found: TeachingYear, village: str | None) -> Any:
    otherwise = _address(found.public_id, found.year, village)
    data = teaching_slip(found, today()).data()
    return pdf_answer("table", data, name=f"hours-{found.year}", otherwise=otherwise)


def _address(teacher: str, year: int, village: str | None, form: str = "") -> str:
    if village is None:
        return url_for(f"teaching_slips.everywhere{form}", teacher=teacher, year=year)
    return url_for(f"teaching_slips.here{form}", village=village, teacher=teacher, year=year)
