"""A region's year as a table, and the posters of its villages in one PDF: asked for, made after the answer, fetched."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any, NamedTuple

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, url_for

from nightschool.actions.oversight import exports as actions
from nightschool.errors import Refused
from nightschool.formats.class_poster import POSTER_SIZES, posters_data
from nightschool.formats.classes_table import classes_workbook, told_notes
from nightschool.formats.pdf import Press
from nightschool.formats.workbooks import WORKBOOK
from nightschool.queries.notices.notices import WEEK, Notice, poster_parts, region_notices
from nightschool.queries.oversight import exports as queries
from nightschool.queries.oversight.exports import CountedClass, ExportLine
from nightschool.rules.almanac import clock, day_with_year
from nightschool.rules.notices.told import Channel
from nightschool.rules.oversight.exports import ExportKind, ExportStage, export_stage, tell_export_refusal
from nightschool.rules.seasons.months import FIRST_YEAR, LAST_YEAR
from nightschool.rules.slots import Moment
from nightschool.texts import _, language, using_language
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import Services, moment, now, reading, services, today, writing
from nightschool.web.site.errands import Tell, errands, looked_at_again
from nightschool.web.site.papers import press
from nightschool.web.site.records import look_up

bp = Blueprint("exports", __name__)


@bp.post("/overview/<region_code:region>/years/<int:year>/export")
@allows("see_overview")
def make(region: str, year: int) -> Any:
    """The table begins to be made; the answer does not wait for it."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        abort(404)
    return _begin(region, ExportKind.CLASSES, date(year, 1, 1), date(year, 12, 31))


@bp.post("/overview/<region_code:region>/posters")
@allows("see_overview")
def make_posters(region: str) -> Any:
    """The posters of all classes of seven days in the villages here begin to be made."""
    return _begin(region, ExportKind.POSTERS, today(), today() + timedelta(days=WEEK - 1))


def _begin(region: str, kind: ExportKind, first: date, last: date) -> Any:
    if errands().is_busy_with_other(""):
        flash(_("另一张表或者名单正在做，等它完了再来。"), "alarm")
        return redirect(url_for("overview.region", region=region), 303)
    try:
        with writing() as db:
            export = actions.begin_export(
                db, region=region, kind=kind, first=first, last=last, by=actor(), now=now()
            )
    except Refused as refusal:
        flash(tell_export_refusal(refusal), "alarm")
        return redirect(url_for("overview.region", region=region), 303)
    content = _posters if kind is ExportKind.POSTERS else _table
    asked = _Asked(services(), press(), _addresses(), export, region, first, last, moment())
    work = partial(_make, asked, content, language())
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
        is_posters=found.kind == ExportKind.POSTERS,
        percent=errands().percent_of(export, otherwise=(found.steps_done, found.steps_all)),
    )
    return looked_at_again(page) if stage is ExportStage.MAKING else page


@bp.get("/exports/<public_id:export>/classes.xlsx")
@allows("see_overview")
def fetch(export: str) -> Any:
    """The table itself."""
    return _file(export, ExportKind.CLASSES, WORKBOOK, lambda found: f"{found.first_day.year}-classes.xlsx")


@bp.get("/exports/<public_id:export>/posters.pdf")
@allows("see_overview")
def fetch_posters(export: str) -> Any:
    """The posters themselves."""
    return _file(
        export, ExportKind.POSTERS, "application/pdf", lambda found: f"{found.first_day}-posters.pdf"
    )


def _file(export: str, kind: ExportKind, mimetype: str, named: Callable[[ExportLine], str]) -> Any:
    found = look_up(queries.export_line, export)
    if _stage(found) is not ExportStage.READY or found.kind != kind:
        return redirect(url_for("exports.show", export=export), 303)
    with reading() as db:
        content = queries.content_of(db, export)
    if content is None:
        abort(404)
    answer = Response(content, mimetype=mimetype)
    name = f"{found.region_code}-{named(found)}"
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


class _Addresses(NamedTuple):
    """Where a village's page is, and where the code on a poster leads."""

    page_of: Callable[[str], str]
    posted_of: Callable[[str, str, int], str]


def _addresses() -> _Addresses:
    """The same for who has no request."""
    urls, base = current_app.url_map.bind("localhost"), services().settings.base_url

    def posted_of(village: str, class_session: str, revision: int) -> str:
        values = {"code": village, "told_class": class_session, "revision": revision}
        return base + urls.build("revisions.posted", values)

    return _Addresses(lambda village: base + urls.build("timetable.village", {"code": village}), posted_of)


class _Asked(NamedTuple):
    """What a thread is given, which has no request."""

    given: Services
    press: Press
    addresses: _Addresses
    export: str
    region: str
    first: date
    last: date
    at: Moment


def _make(asked: _Asked, content: Callable[[_Asked, Tell], bytes], words: str, tell: Tell) -> None:
    """In a thread of its own: the file is ready."""
    with using_language(words):
        made = content(asked, tell)
    with asked.given.database.writing() as db:
        actions.finish_export(db, asked.export, made, now=asked.given.now())


def _table(asked: _Asked, tell: Tell) -> bytes:
    database, first, last = asked.given.database, asked.first, asked.last
    with database.reading() as db:
        parts = queries.parts_of(db, asked.region, first, last)

    def classes() -> Iterator[CountedClass]:
        for part in _told_of(asked, parts, tell):
            with database.reading() as db:
                yield from queries.counted_classes(db, part, first, last, today=asked.at.day)

    local = asked.given.now().instant.astimezone(asked.given.zone)
    when = f"{day_with_year(local.date())} {clock(local.hour * 60 + local.minute)}"
    return classes_workbook(classes(), told_notes(first, last, when))


def _posters(asked: _Asked, tell: Tell) -> bytes:
    database = asked.given.database
    with database.reading() as db:
        parts = poster_parts(db, asked.region, asked.first, asked.last)
    found: list[Notice] = []
    for part in _told_of(asked, parts, tell):
        with database.reading() as db:
            found += region_notices(db, part, asked.first, asked.last, at=asked.at)
    notices = (one.on(Channel.BOARD) for one in found)
    page_of, posted_of = asked.addresses
    return asked.press.long_pdf("poster", posters_data(notices, POSTER_SIZES[0], page_of, posted_of))


def _told_of(asked: _Asked, parts: Mapping[str, int], tell: Tell) -> Iterator[str]:
    """The parts one after another; when the next one is asked for, everybody can see that this one is done."""
    done, every = 0, sum(parts.values())
    for part, rows in parts.items():
        yield part
        done += rows
        tell(done, every)
        with asked.given.database.writing() as db:
            actions.tell_export(db, asked.export, done, every, now=asked.given.now())


def _fail(given: Services, export: str) -> None:
    with given.database.writing() as db:
        actions.fail_export(db, export, now=given.now())
