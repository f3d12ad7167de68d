"""A region's year as a table for the office's computer: asked for, made after the answer, fetched when it is ready."""

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for

from nightschool.actions.oversight import exports as actions
from nightschool.errors import Refused
from nightschool.formats.classes_table import classes_workbook, told_notes
from nightschool.formats.workbooks import WORKBOOK
from nightschool.queries.oversight import exports as queries
from nightschool.queries.oversight.exports import CountedClass, ExportLine
from nightschool.rules.almanac import clock, day_with_year
from nightschool.rules.oversight.exports import ExportStage, export_stage, tell_export_refusal
from nightschool.rules.seasons.months import FIRST_YEAR, LAST_YEAR
from nightschool.texts import _, language, using_language
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import Services, now, reading, services, today, writing
from nightschool.web.site.errands import Tell, errands, looked_at_again
from nightschool.web.site.records import look_up

bp = Blueprint("exports", __name__)


@bp.post("/overview/<region_code:region>/years/<int:year>/export")
@allows("see_overview")
def make(region: str, year: int) -> Any:
    """The table begins to be made; the answer does not wait for it."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        abort(404)
    first, last = date(year, 1, 1), date(year, 12, 31)
    if errands().is_busy_with_other(""):
        flash(_("另一张表或者名单正在做，等它完了再来。"), "alarm")
        return redirect(url_for("overview.region", region=region), 303)
    try:
        with writing() as db:
            export = actions.begin_export(db, region=region, first=first, last=last, by=actor(), now=now())
    except Refused as refusal:
        flash(tell_export_refusal(refusal), "alarm")
        return redirect(url_for("overview.region", region=region), 303)
    work = partial(_make, services(), export, region, first, last, today(), language())
    errands().start(export, work, failed=partial(_fail, services(), export))
    return redirect(url_for("exports.show", export=export), 303)


@bp.get("/exports/<public_id:export>")
@allows("see_overview")
def show(export: str) -> Any:
    """How far the table is, or where to fetch it. While it is being made the page asks again."""
    found = look_up(queries.export_line, export)
    stage = _stage(found)
    page = render_template(
        "oversight/exports/show.html",
        export=found,
        stage=stage,
        ExportStage=ExportStage,
        percent=errands().percent_of(export, otherwise=(found.steps_done, found.steps_all)),
    )
    return looked_at_again(page) if stage is ExportStage.MAKING else page


@bp.get("/exports/<public_id:export>/classes.xlsx")
@allows("see_overview")
def fetch(export: str) -> Any:
    """The table itself."""
    found = look_up(queries.export_line, export)
    if _stage(found) is not ExportStage.READY:
        return redirect(url_for("exports.show", export=export), 303)
    with reading() as db:
        content = queries.content_of(db, export)
    if content is None:
        abort(404)
    answer = Response(content, mimetype=WORKBOOK)
    name = f"{found.region_code}-{found.first_day.year}-classes.xlsx"
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def _stage(found: ExportLine) -> ExportStage:
    return export_stage(
        found.state,
        has_content=found.has_content,
        made_at=found.made_at,
        changed_at=found.changed_at,
        is_running=errands().is_running(found.public_id),
        now=now(),
    )


def _make(
    given: Services, export: str, region: str, first: date, last: date, day: date, words: str, tell: Tell
) -> None:
    """In a thread of its own: the table is ready."""
    with using_language(words):
        content = _table(given, export, region, first, last, day, tell)
    with given.database.writing() as db:
        actions.finish_export(db, export, content, now=given.now())


def _table(
    given: Services, export: str, region: str, first: date, last: date, day: date, tell: Tell
) -> bytes:
    with given.database.reading() as db:
        parts = queries.parts_of(db, region, first, last)
    every = sum(parts.values())

    def classes() -> Iterator[CountedClass]:
        done = 0
        for part, rows in parts.items():
            with given.database.reading() as db:
                yield from queries.counted_classes(db, part, first, last, today=day)
            done += rows
            tell(done, every)
            with given.database.writing() as db:
                actions.tell_export(db, export, done, every, now=given.now())

    local = given.now().instant.astimezone(given.zone)
    when = f"{day_with_year(local.date())} {clock(local.hour * 60 + local.minute)}"
    return classes_workbook(classes(), told_notes(first, last, when))


def _fail(given: Services, export: str) -> None:
    with given.database.writing() as db:
        actions.fail_export(db, export, now=given.now())
