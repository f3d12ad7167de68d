"""Sign-in sheets (F6): of one class, of a month; printed from the page or as PDF."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from markupsafe import Markup

from nightschool.actions.registers import sign_in_sheets as actions
from nightschool.errors import Refused
from nightschool.formats import sign_in_sheet
from nightschool.formats.qr import qr_svg
from nightschool.queries.places import places
from nightschool.queries.registers import sign_in_sheets as queries
from nightschool.queries.registers.sign_in_sheets import PrintedSheet
from nightschool.rules.registers.sign_in_sheets import check_sheet, tell_called_off
from nightschool.rules.seasons.months import Month, month_of, month_word
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import now, today, whole, writing
from nightschool.web.site.papers import pdf_answer, unprintable
from nightschool.web.site.records import look_up

bp = Blueprint("sign_in_sheets", __name__)

_BLANK_SHEETS = 3  # beside those of a month, for what nobody knows of yet


@bp.get("/sessions/<public_id:class_session>/sheet")
@allows("keep_register")
def show(class_session: str) -> Any:
    """The sheet as a page that prints; before the first printing, what comes of it."""
    found = look_up(queries.sheet, class_session)
    told = sign_in_sheet.told_sheet(found)
    return render_template(
        "registers/sign_in_sheets/show.html",
        sheet=found,
        told=told,
        refusal=_refusal(found),
        columns=sign_in_sheet.sheet_columns(),
        closing=sign_in_sheet.sheet_closing(),
        qr=Markup(qr_svg(_address(found)).decode()),  # made of squares; nothing of it was typed by anybody  # noqa: S704
        unprintable=unprintable(told),
    )


@bp.post("/sessions/<public_id:class_session>/sheet")
@allows("keep_register")
def number(class_session: str) -> Any:
    """Everybody has a row number, and the sheet can be printed."""
    _number([class_session])
    return redirect(url_for("sign_in_sheets.show", class_session=class_session), 303)


@bp.get("/sessions/<public_id:class_session>/sheet.pdf")
@allows("keep_register")
def pdf(class_session: str) -> Any:
    """The same sheet as PDF."""
    found = look_up(queries.sheet, class_session)
    otherwise = url_for("sign_in_sheets.show", class_session=class_session)
    if not found.rows:
        return redirect(otherwise, 303)
    data = sign_in_sheet.sheets_data([(sign_in_sheet.told_sheet(found), _address(found))])
    return pdf_answer("sign_in_sheet", data, name=f"{found.register.day}", otherwise=otherwise)


@bp.get("/desk/<region_code:village>/sheets")
@allows("keep_register")
def this_month(village: str) -> Any:
    """The sheets of the month that it is."""
    return redirect(url_for("sign_in_sheets.month", village=village, month=month_of(today())), 303)


@bp.get("/desk/<region_code:village>/sheets/<month:month>")
@allows("keep_register")
def month(village: str, month: Month) -> Any:
    """The classes of a month that are still to be held, each with how far its sheet is."""
    sheets = _to_come(village, month)
    told = [sign_in_sheet.told_sheet(one) for one in sheets]
    return render_template(
        "registers/sign_in_sheets/month.html",
        place=look_up(places.region_named, village),
        sheets=sheets,
        waiting=[one for one in sheets if one.newcomers or not one.rows],
        month=month,
        beside=[one for one in (month.before, month.after) if one.last >= today()],
        month_word=lambda month: month_word(month, today()),
        unprintable=unprintable(told),
        blank=_BLANK_SHEETS,
    )


@bp.post("/desk/<region_code:village>/sheets/<month:month>")
@allows("keep_register")
def number_month(village: str, month: Month) -> Any:
    """Everybody has a row number in each class of the month that is still to be held."""
    these = [one.register.class_session for one in _to_come(village, month)]
    _number(these)
    return redirect(url_for("sign_in_sheets.month", village=village, month=month), 303)


@bp.get("/desk/<region_code:village>/sheets/<month:month>/sheets.pdf")
@allows("keep_register")
def month_pdf(village: str, month: Month) -> Any:
    """The sheets of a month, and some on which all is written by hand; with `only=blank` nothing but these."""
    sheets = (
        [] if request.args.get("only") == "blank" else [one for one in _to_come(village, month) if one.rows]
    )
    blank = sign_in_sheet.blank_sheet(look_up(places.region_named, village).name)
    data = sign_in_sheet.sheets_data(
        [*((sign_in_sheet.told_sheet(one), _address(one)) for one in sheets), *[(blank, "")] * _BLANK_SHEETS]
    )
    otherwise = url_for("sign_in_sheets.month", village=village, month=month)
    return pdf_answer("sign_in_sheet", data, name=f"{village}-{month.code}", otherwise=otherwise)


def _number(these: list[str]) -> None:
    """Nobody's number is given out where one of these was called off meanwhile; the page says it then."""
    try:
        with writing() as db:
            actions.number_rows(db, class_sessions=these, by=actor(), now=now())
    except Refused:
        flash(tell_called_off(), "alarm")


def _to_come(village: str, month: Month) -> tuple[PrintedSheet, ...]:
    return look_up(queries.sheets_to_come, village, month, today=today())


def _refusal(found: PrintedSheet) -> str:
    try:
        check_sheet(found.register.status)
    except Refused:
        return tell_called_off()
    return ""


def _address(found: PrintedSheet) -> str:
    return whole(url_for("attendance.register", class_session=found.register.class_session))
