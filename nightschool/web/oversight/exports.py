"""A region's year as a table, and the posters of its villages in one PDF: asked for, made after the answer, fetched."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, url_for

from nightschool.actions.oversight import exports as actions
from nightschool.errors import NotFound, Refused
from nightschool.formats.class_poster import POSTER_SIZES, posters_data
from nightschool.formats.classes_table import classes_workbook, told_notes
from nightschool.formats.workbooks import WORKBOOK
from nightschool.queries.errands import ErrandLine, content_of, errand_line
from nightschool.queries.notices.notices import WEEK, Notice, poster_parts, region_notices
from nightschool.queries.oversight import exports as queries
from nightschool.queries.oversight.exports import CountedClass
from nightschool.rules.almanac import clock, day_with_year
from nightschool.rules.errands import ErrandKind
from nightschool.rules.notices.told import Channel
from nightschool.rules.oversight.exports import ExportStage, export_stage, tell_export_refusal
from nightschool.rules.seasons.months import FIRST_YEAR, LAST_YEAR
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import now, reading, services, today, writing
from nightschool.web.site.errands import ErrandHeld, does, looked_at_again, percent_of
from nightschool.web.site.papers import press
from nightschool.web.site.records import look_up

bp = Blueprint("exports", __name__)


@bp.post("/overview/<region_code:region>/years/<int:year>/export")
@allows("see_overview")
def make(region: str, year: int) -> Any:
    """The table begins to be made; the answer does not wait for it."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        abort(404)
    return _begin(region, ErrandKind.CLASSES, date(year, 1, 1), date(year, 12, 31))


@bp.post("/overview/<region_code:region>/posters")
@allows("see_overview")
def make_posters(region: str) -> Any:
    """The posters of all classes of seven days in the villages here begin to be made."""
    return _begin(region, ErrandKind.POSTERS, today(), today() + timedelta(days=WEEK - 1))


def _begin(region: str, kind: ErrandKind, first: date, last: date) -> Any:
    try:
        with writing() as db:
            export = actions.begin_export(
                db, region=region, kind=kind, first=first, last=last, by=actor(), now=now()
            )
    except Refused as refusal:
        flash(tell_export_refusal(refusal), "alarm")
        return redirect(url_for("overview.region", region=region), 303)
    return redirect(url_for("exports.show", export=export), 303)


@bp.get("/exports/<public_id:export>")
@allows("see_overview")
def show(export: str) -> Any:
    """How far the table is, or where to fetch it. While it is being made the page asks again."""
    found = _found(export)
    stage = _stage(found)
    page = render_template(
        "oversight/exports/show.html",
        export=found,
        stage=stage,
        ExportStage=ExportStage,
        is_posters=found.kind == ErrandKind.POSTERS,
        year=_days(found.asked)[0].year,
        percent=percent_of(found),
    )
    return looked_at_again(page) if stage is ExportStage.MAKING else page


@bp.get("/exports/<public_id:export>/classes.xlsx")
@allows("see_overview")
def fetch(export: str) -> Any:
    """The table itself."""
    return _file(export, ErrandKind.CLASSES, WORKBOOK, "{first.year}-classes.xlsx")


@bp.get("/exports/<public_id:export>/posters.pdf")
@allows("see_overview")
def fetch_posters(export: str) -> Any:
    """The posters themselves."""
    return _file(export, ErrandKind.POSTERS, "application/pdf", "{first}-posters.pdf")


def _file(export: str, kind: ErrandKind, mimetype: str, name: str) -> Any:
    found = _found(export)
    if _stage(found) is not ExportStage.READY or found.kind != kind:
        return redirect(url_for("exports.show", export=export), 303)
    with reading() as db:
        content = content_of(db, export)
    if content is None:
        abort(404)
    answer = Response(content, mimetype=mimetype)
    name = f"{found.region_code}-{name.format(first=_days(found.asked)[0])}"
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def _found(export: str) -> ErrandLine:
    found = look_up(errand_line, export)
    if found.kind not in (ErrandKind.CLASSES, ErrandKind.POSTERS):
        raise NotFound
    return found


def _stage(found: ErrandLine) -> ExportStage:
    return export_stage(found.state, has_content=found.has_content, made_at=found.made_at, now=now())


def _days(asked: Mapping[str, str]) -> tuple[date, date]:
    return date.fromisoformat(asked["first"]), date.fromisoformat(asked["last"])


@does(ErrandKind.CLASSES)
def _table(held: ErrandHeld) -> None:
    (first, last), at = _days(held.errand.asked), held.now()
    when = f"{day_with_year(at.day)} {clock(at.minutes)}"

    def classes() -> Iterator[CountedClass]:
        with held.given.database.reading() as db:
            parts = queries.parts_of(db, held.region, first, last)
        for part in _told_of(held, parts):
            with held.given.database.reading() as db:
                yield from queries.counted_classes(db, part, first, last, today=at.day)

    made = classes_workbook(classes(), told_notes(first, last, when))
    with held.ending(made):
        pass


@does(ErrandKind.POSTERS)
def _posters(held: ErrandHeld) -> None:
    first, last = _days(held.errand.asked)
    with held.given.database.reading() as db:
        parts = poster_parts(db, held.region, first, last)
    found: list[Notice] = []
    for part in _told_of(held, parts):
        with held.given.database.reading() as db:
            found += region_notices(db, part, first, last, at=held.now().moment)
    notices = (one.on(Channel.BOARD) for one in found)
    made = press().long_pdf("poster", posters_data(notices, POSTER_SIZES[0], *_addresses()))
    with held.ending(made):
        pass


def _told_of(held: ErrandHeld, parts: Mapping[str, int]) -> Iterator[str]:
    """The parts one after another; when the next one is asked for, everybody can see that this one is done."""
    done, every = 0, sum(parts.values())
    for part, rows in parts.items():
        yield part
        done += rows
        held.tell(done, every)


def _addresses() -> tuple[Callable[[str], str], Callable[[str, str, int], str]]:
    """Where a village's page is, and where the code on a poster leads; for who has no request."""
    urls, base = current_app.url_map.bind("localhost"), services().settings.base_url

    def posted_of(village: str, class_session: str, revision: int) -> str:
        values = {"code": village, "told_class": class_session, "revision": revision}
        return base + urls.build("revisions.posted", values)

    return lambda village: base + urls.build("timetable.village", {"code": village}), posted_of
