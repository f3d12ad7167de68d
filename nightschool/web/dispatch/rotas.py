"""A rota: found for a region's open wishes beside the page, looked at, changed by hand, offered as far as wished."""

import json
import logging
import pickle
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from itertools import groupby
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from nightschool.actions.dispatch import rotas as actions
from nightschool.errors import (
    CannotSchedule,
    LostErrand,
    NightSchoolError,
    NotFound,
    Refused,
    VillageEnded,
)
from nightschool.formats.child import told_by_child
from nightschool.queries.courses.choices import on_offer
from nightschool.queries.dispatch import rotas as queries
from nightschool.queries.dispatch.rotas import RotaGround, RotaPage
from nightschool.queries.oversight.outlines import outlines_of
from nightschool.queries.places import places
from nightschool.rules.almanac import monday_of
from nightschool.rules.courses.choices import TeacherChoice
from nightschool.rules.courses.conflicts import explain
from nightschool.rules.dispatch.candidates import teaches
from nightschool.rules.dispatch.dispatches import tell_refused_dispatch
from nightschool.rules.dispatch.rota_drafts import (
    MOST_ROTA_SECONDS,
    RotaRow,
    by_counties,
    days_taken,
    filled_rows,
    lines_of_rows,
    tell_refused_rota,
    with_pinned,
)
from nightschool.rules.dispatch.rota_search import greedy_rota, mend_rota
from nightschool.rules.dispatch.rotas import RotaLine, RotaTask, broken_rules, rota_rank, rota_value
from nightschool.rules.errands import GOING_ON, ErrandKind, ErrandState
from nightschool.rules.oversight.outlines import ACROSS, height_of, middle_of
from nightschool.rules.places.takeovers import tell_ended
from nightschool.rules.regions import Level, ancestors_of, level_of, township_of
from nightschool.rules.slots import shown_end
from nightschool.texts import _, counted
from nightschool.web.dispatch.rotas_form import RotaForm, RotaRowForm
from nightschool.web.oversight.frame import kept
from nightschool.web.oversight.pictures import Tile, shade_of
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import moment, now, reading, today, writing
from nightschool.web.site.errands import ErrandHeld, does, looked_at_again, percent_of
from nightschool.web.site.records import BAD_INPUT, CLASH, SAVED, look_up, tried

bp = Blueprint("rotas", __name__)
_logger = logging.getLogger(__name__)
_USUAL = {"starts": 19 * 60, "ends": 20 * 60 + 30}
_SOON = 7  # days, for teachers and villages to answer in
_READING = 30  # of a hundred steps: the villages are read, then a rota is sought


@bp.route("/overview/<region_code:region>/rotas", methods=["GET", "POST"])
@allows("dispatch")
def begin(region: str) -> Any:
    """A rota begins to be found; the answer does not wait for it. And the last ones of the region."""
    first = today() + timedelta(days=_SOON)
    started = {"first": first, "last": first + timedelta(days=27), "starts": _USUAL["starts"]}
    form = RotaForm(data=started | {"ends": shown_end(_USUAL["ends"])})
    begun: list[str] = []

    def save(db: Session) -> None:
        begun.append(
            actions.begin_rota(
                db,
                region=region,
                first=form.first.data,
                last=form.last.data,
                starts=form.starts.data,
                ends=form.ends_at,
                by=actor(),
                now=now(),
            )
        )

    status = tried(form, save, lambda form, refused: form.refuse(refused.field, tell_refused_rota(refused)))
    if status == SAVED:
        return redirect(url_for("rotas.show", rota=begun[0]), SAVED)
    with reading() as db:
        line = places.names_of(db, [*ancestors_of(region), region])
        found = queries.latest_rotas(db, region)
        waiting = queries.open_wishes(db, region, at=moment())
    page = render_template(
        "dispatch/rotas/begin.html",
        code=region,
        place=line.pop(region),
        path=tuple(line.items()),
        kept=kept(),
        form=form,
        rotas=found,
        wishes=len(waiting),
        villages=len({one.line.region_code for one in waiting}),
        by_counties=by_counties(region),
        ErrandState=ErrandState,
    )
    return page, status


@bp.route("/rotas/<public_id:rota>", methods=["GET", "POST"])
@allows("dispatch")
def show(rota: str) -> Any:
    """How far it is; then its rows by village, teacher or week, of which offers are made as far as they are ticked."""
    if request.method == "POST":
        return _done(rota)
    found = look_up(queries.rota_page, rota)
    if by_counties(found.region_code):
        return _counties(found)
    by = request.args.get("by") if request.args.get("by") in {*_SORTED, "map"} else "village"
    parts: dict[str, list[RotaRow]] = {}
    paths: Mapping[str, str] = {}
    if is_map := by == "map":
        with reading() as db:
            paths = outlines_of(db, found.region_code)
        parts, by = _parts(found), "village"
    tiles = [_tile(found, code, ones, paths.get(code, "")) for code, ones in parts.items()]
    rows = sorted((row for row in found.rows if row.day), key=_SORTED[by][0])
    page = render_template(
        "dispatch/rotas/show.html",
        rota=found,
        ErrandState=ErrandState,
        percent=percent_of(found),
        by=by,
        groups=[
            (_SORTED[by][2](first), [first, *rest])
            for _key, (first, *rest) in groupby(rows, key=_SORTED[by][1])
        ],
        loosed=sum(bool(row.loosed) for row in found.rows),
        unmet=[row for row in found.rows if not row.day],
        met=len(rows),
        asked=sum(bool(row.dispatch) for row in rows),
        is_map=is_map,
        parts=[(one.name, *one.told.split(" / ")) for one in tiles],
        anchors={
            min(row.village for row in ones if row.day): f"t{code}"
            for code, ones in _parts(found).items()
            if any(row.day for row in ones)
        },
        tiles=tiles,
        drawn=[one for one in tiles if one.path],
        across=ACROSS,
        high=height_of(paths),
    )
    return looked_at_again(page) if found.state in GOING_ON else page


def _parts(found: RotaPage) -> dict[str, list[RotaRow]]:
    """The rows by townships of a county, or by villages of a township."""
    is_township = level_of(found.region_code) is Level.TOWNSHIP
    parts: dict[str, list[RotaRow]] = defaultdict(list)
    for row in sorted(found.rows, key=lambda row: row.village):
        parts[row.village if is_township else township_of(row.village)].append(row)
    return parts


def _tile(found: RotaPage, code: str, rows: Sequence[RotaRow], path: str) -> Tile:
    met = [row for row in rows if row.day]
    return Tile(
        rows[0].place if rows[0].village == code else rows[0].township,
        f"{len(met)} / {len(rows)}",
        shade_of(100 * len(met) // len(rows)),
        url_for("rotas.show", rota=found.public_id, _anchor=f"t{code}" if met else "why"),
        path,
        middle_of(path) if path else (0, 0),
    )


def _counties(found: RotaPage) -> Any:
    """A rota that is made by counties: how far it is, and what was found in each."""
    with reading() as db:
        counties = queries.county_rotas(db, found, at=moment())
    page = render_template(
        "dispatch/rotas/counties.html",
        rota=found,
        ErrandState=ErrandState,
        percent=percent_of(found),
        counties=counties,
    )
    return looked_at_again(page) if found.state in GOING_ON else page


def _monday(row: RotaRow) -> date:
    assert row.day is not None, "it has a class"
    return monday_of(row.day)


# How the rows are looked at: in which order, which stand together, and under what.
_SORTED: dict[Any, tuple[Callable[[RotaRow], Any], Callable[[RotaRow], Any], Callable[[RotaRow], Any]]] = {
    "village": (
        lambda row: (row.village, row.day),
        lambda row: row.village,
        lambda row: f"{row.place} {row.township}",
    ),
    "teacher": (
        lambda row: (row.teacher_name, row.teacher, row.day),
        lambda row: row.teacher,
        lambda row: row.teacher_name,
    ),
    "week": (lambda row: (row.day, row.village), _monday, _monday),
}


def _done(rota: str) -> Any:
    acting: dict[str, Any] = {"rota": rota, "by": actor(), "now": now()}
    picked = request.form.getlist("pick")
    if request.form.get("do") != "stop" and by_counties(look_up(queries.rota_page, rota).region_code):
        abort(400)
    try:
        with writing() as db:
            match request.form.get("do"):
                case "stop":
                    actions.stop_rota(db, **acting)
                case "mend" | "again" as what:
                    actions.begin_again(db, **acting, picked=picked if what == "again" else None)
                case "offer":
                    asked, left = actions.offer_rows(db, **acting, picked=picked, tell=_told)
                    flash(counted("派出去了 %(n)d 单，村里和老师都看得到。", asked))
                    if left:
                        flash(counted("%(n)d 行没派成，行里写着为什么；别的不受影响。", left), "alarm")
                case "withdraw":
                    gone, stay = actions.withdraw_rows(db, **acting)
                    flash(counted("撤回了 %(n)d 单。", gone))
                    if stay:
                        flash(counted("%(n)d 单已经有了结果，留着没动。", stay), "alarm")
                case str():
                    abort(400)
    except Refused as refusal:
        flash(tell_refused_rota(refusal), "alarm")
    return redirect(url_for("rotas.show", rota=rota, by=request.args.get("by")), SAVED)


@bp.route("/rotas/<public_id:rota>/rows/<public_id:wish>", methods=["GET", "POST"])
@allows("dispatch")
def change(rota: str, wish: str) -> Any:
    """One row changed by hand: another teacher, another day, or none."""
    found = look_up(queries.rota_page, rota)
    key = f"{wish}.{part}" if (part := request.args.get("part", "")) else wish
    row = next((one for one in found.rows if one.key == key), None)
    if row is None:
        abort(404)
    with reading() as db:
        teachers = on_offer(db, row.village).teachers
    form = RotaRowForm(data={"teacher": row.teacher, "day": row.day})
    able = sorted(teachers, key=lambda one: not teaches(row.topic, one.specialities))
    form.teacher.choices = {"": _("还没定"), **{one.public_id: _tell_teacher(one, row.topic) for one in able}}

    def save(db: Session) -> None:
        actions.change_row(
            db,
            rota=rota,
            key=key,
            teacher=form.teacher.data or "",
            day=form.day.data,
            by=actor(),
            now=now(),
        )

    def refuse(form: RotaRowForm, refusal: Refused | CannotSchedule) -> int:
        field = "day" if isinstance(refusal, CannotSchedule) else refusal.field
        form.refuse(field if field in form.data else None, _told(row.village, refusal))
        return CLASH if isinstance(refusal, CannotSchedule) else BAD_INPUT

    status = tried(form, save, refuse)
    if status == SAVED:
        flash(_("改好了。"))
        return redirect(url_for("rotas.show", rota=rota), SAVED)
    return render_template("dispatch/rotas/change.html", rota=found, row=row, form=form), status


def _tell_teacher(one: TeacherChoice, topic: str) -> str:
    return f"{one.told} · {_('会讲这个')}" if teaches(topic, one.specialities) else one.told


def _told(village: str, refusal: NightSchoolError) -> str:
    """Why this class cannot be offered, or changed so."""
    match refusal:
        case CannotSchedule(conflicts=conflicts):
            return explain(conflicts[0], village_code=village, today=today())
        case VillageEnded():
            return tell_ended(refusal.village, refusal.ended_on, refusal.successor)
        case Refused(code=code) if code in _OF_ROTAS:
            return tell_refused_rota(refusal)
        case Refused():
            return tell_refused_dispatch(refusal)
    return _("这个点单刚才已经有人处理了。看看现在怎样，再定。")


_OF_ROTAS = frozenset(
    {
        "no_such_row",
        "asked_for_it",
        "teacher_twice",
        "village_twice",
        "no_such_teacher",
        "outside",
        "too_close",
        "out_of_order",
        "busy",
    }
)


@does(ErrandKind.ROTA)
def _seek(held: ErrandHeld) -> None:
    """A rota is found for the region, or for its counties one after another."""
    with held.given.database.reading() as db:
        page = _asked(db, held)
        beside = days_taken(queries.rows_beside(db, page))
    if by_counties(page.region_code):
        _seek_counties(held, page)
        return
    found = _found(page, held, held.tell, beside)
    with held.ending() as db:
        actions.keep_rota(db, page.public_id, **found)


def _seek_counties(held: ErrandHeld, whole: RotaPage) -> None:
    """Those in which somebody waits, but for those that whoever was at it before has found, until it is stopped."""
    with held.given.database.reading() as db:
        counties = queries.county_rotas(db, whole, at=held.now().moment)
    beside = defaultdict(list, days_taken([row for one in counties if one.rota for row in one.rota.rows]))
    goes_on = True
    for number, county in enumerate(counties):
        if not (goes_on := held.tell(number, len(counties))):
            break
        if county.rota is not None:
            continue
        try:
            of_county = replace(whole, region_code=county.code)
            tell = partial(_tell_part, held.tell, (number, len(counties)))
            found = _found(of_county, held, tell, beside)
        except (LostErrand, SQLAlchemyError):
            raise
        except Exception:
            _logger.exception("the rota of %s was not found", county.code)
            continue
        with held.writing() as db:
            by = held.by(db)
            made = actions.add_county(db, whole=whole.public_id, region=county.code, by=by, now=held.now())
            actions.keep_rota(db, made, **found)
        for teacher, days in days_taken(found["rows"]).items():
            beside[teacher] += days
    with held.ending() as db:
        actions.keep_rota(db, whole.public_id, is_whole=goes_on)


def _tell_part(tell: Callable[[int, int], bool], place: tuple[int, int], done: int, every: int) -> bool:
    return tell(place[0] * every + done, place[1] * every)


@does(ErrandKind.MEND)
def _mend(held: ErrandHeld) -> None:
    """What cannot be any more is elsewhere, with few changes; what was offered stays."""
    with held.given.database.reading() as db:
        page = _asked(db, held)
        beside = days_taken(queries.rows_beside(db, page))
    ground, loosed = _ground(page, held, held.tell, beside)
    former = lines_of_rows(ground.task, page.rows, first=ground.days[0])
    lines = mend_rota(ground.task, former, goes_on=lambda: held.tell(*held.steps))
    rows = _rows(page, ground, loosed, lines)
    with held.ending() as db:
        actions.keep_rota(db, page.public_id, rows, gap_permille=None, is_whole=held.goes_on)


def _asked(db: Session, held: ErrandHeld) -> RotaPage:
    page = queries.rota_page(db, held.errand.asked["rota"])
    if page is None:
        raise NotFound
    return page


def _found(
    page: RotaPage,
    held: ErrandHeld,
    tell: Callable[[int, int], bool],
    beside: Mapping[str, Sequence[date]],
) -> dict[str, Any]:
    """The villages are read, and a child process seeks a rota: its best, with what is told of it."""
    ground, loosed = _ground(page, held, tell, beside)
    former = lines_of_rows(ground.task, page.rows, first=ground.days[0])
    lines, bound, is_whole = _best(ground.task, former, tell)
    return {
        "rows": _rows(page, ground, loosed, lines),
        "is_whole": is_whole,
        "knows_ways": ground.task.knows_ways,
        "gap_permille": max(round(1000 * (1 - rota_value(ground.task, lines) / bound)), 0) if bound else None,
        "greedy_met": len(greedy_rota(ground.task)),
    }


def _ground(
    page: RotaPage,
    held: ErrandHeld,
    tell: Callable[[int, int], bool],
    beside: Mapping[str, Sequence[date]],
) -> tuple[RotaGround, dict[str, str]]:
    """Everything that the rota has to know today, and why some rows cannot stay that are pinned."""
    at = held.now().moment
    with held.given.database.reading() as db:
        found = queries.rota_ground(
            db,
            page.region_code,
            max(page.first_day, at.day + timedelta(days=1)),
            page.last_day,
            starts=page.starts,
            ends=page.ends,
            zone=str(held.given.zone),
            at=at,
            beside=beside,
            tell=lambda done, every: tell(done * _READING, every * 100),
        )
        task, loosed = with_pinned(found.task, page.rows, first=found.days[0])
    return replace(found, task=task), loosed


def _rows(
    page: RotaPage, ground: RotaGround, loosed: Mapping[str, str], lines: Sequence[RotaLine]
) -> list[RotaRow]:
    """What the rota has with these lines, beside the rows whose offers are not open again."""
    found = filled_rows(ground.task, ground.rows, lines, first=ground.days[0])
    pinned = {ground.task.wishes[pin.wish].key for pin in ground.task.pins}
    rows = {row.key: replace(row, pinned=row.key in pinned, loosed=loosed.get(row.key, "")) for row in found}
    return [*(row for row in page.rows if row.dispatch and row.key not in rows), *rows.values()]


def _best(
    task: RotaTask, former: Sequence[RotaLine], tell: Callable[[int, int], bool]
) -> tuple[tuple[RotaLine, ...], int | None, bool]:
    """The best rota the child has told of until it ended, or had to; or the greedy or former one.

    With the bound, where it was proven, and whether the child came to its end.
    """
    sound = () if broken_rules(task, former) else tuple(former)
    best = max(greedy_rota(task), sound, key=partial(rota_rank, task))
    bound, is_whole = None, False
    steps = [(_READING, 100)]
    answers = told_by_child(
        "nightschool.engines.seek_rota",
        pickle.dumps(task),
        seconds=MOST_ROTA_SECONDS,
        goes_on=lambda: tell(*steps[0]),
    )
    for answer in answers:
        try:
            said = json.loads(answer)
        except ValueError:  # it was ended in the middle of a line
            break
        lines = tuple(RotaLine(*line) for line in said["lines"])
        if not broken_rules(task, lines) and rota_rank(task, lines) >= rota_rank(task, best):
            best = lines
        bound, is_whole = said["bound"] or bound, said["done"] == said["every"]
        steps[0] = _READING + (100 - _READING) * said["done"] // said["every"], 100
    return best, bound, is_whole
