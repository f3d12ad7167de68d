"""Registers as workbooks: of one class, of a course, of a village's month."""

from typing import Any

from flask import Blueprint, Response, render_template

from nightschool.formats import register_table
from nightschool.formats.moodle_attendance import moodle_archive
from nightschool.formats.workbooks import WORKBOOK
from nightschool.queries.places import places
from nightschool.queries.registers import matrices as queries
from nightschool.queries.registers.matrices import Matrix
from nightschool.rules.seasons.months import Month, tell_month
from nightschool.web.site.access import allows
from nightschool.web.site.context import reading, today
from nightschool.web.site.records import look_up

bp = Blueprint("matrices", __name__)


@bp.get("/desk/<region_code:village>/registers")
@allows("keep_register")
def index(village: str) -> Any:
    """The months whose registers can be had as a workbook."""
    months = look_up(queries.months_with_registers, village, today=today())
    place = look_up(places.region_named, village)
    return render_template("registers/matrices/index.html", place=place, months=months, tell_month=tell_month)


@bp.get("/desk/<region_code:village>/registers/<month:month>.xlsx")
@allows("keep_register")
def of_month(village: str, month: Month) -> Any:
    """The registers of a month side by side."""
    return _workbook(look_up(queries.of_month, village, month), month.code)


@bp.get("/courses/<public_id:course>/registers.xlsx")
@allows("schedule")
def of_course(course: str) -> Any:
    """The registers of a course side by side."""
    return _workbook(look_up(queries.of_course, course), "course")


@bp.get("/courses/<public_id:course>/registers-moodle.zip")
@allows("schedule")
def for_moodle(course: str) -> Any:
    """The class sessions and the marks of a course, as Moodle takes them in."""
    found = look_up(queries.of_course, course)
    with reading() as db:
        meetings = queries.meetings_of_course(db, course)
    answer = Response(moodle_archive(found.title, meetings, found), mimetype="application/zip")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{found.region_code}-moodle.zip")
    return answer


@bp.get("/sessions/<public_id:class_session>/register.xlsx")
@allows("keep_register")
def of_class_session(class_session: str) -> Any:
    """The register of one class."""
    found = look_up(queries.of_class_session, class_session)
    return _workbook(found, found.registers[0].day.isoformat())


def _workbook(matrix: Matrix, called: str) -> Response:
    answer = Response(register_table.register_workbook(matrix), mimetype=WORKBOOK)
    name = f"{matrix.region_code}-{called}-register.xlsx"
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
