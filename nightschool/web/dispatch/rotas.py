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
from typing import Any, NamedTuple

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from nightschool.actions.dispatch import rotas as actions
from nightschool.errors import CannotSchedule, NightSchoolError, Refused, VillageEnded
from nightschool.formats.child import told_by_child
from nightschool.queries.courses.choices import on_offer
from nightschool.queries.dispatch import rotas as queries
from nightschool.queries.dispatch.rotas import RotaGround, RotaPage
from nightschool.queries.oversight.outlines import outlines_of
from nightschool.queries.places import places
from nightschool.rules.access import Actor
from nightschool.rules.almanac import monday_of
from nightschool.rules.courses.conflicts import explain
from nightschool.rules.dispatch.dispatches import tell_refused_dispatch
from nightschool.rules.dispatch.rota_drafts import (
    MOST_ROTA_SECONDS,
    RotaRow,
    RotaStage,
    by_counties,
    filled_rows,
    lines_of_rows,
    rota_stage,
    tell_refused_rota,
    with_pinned,
)
from nightschool.rules.dispatch.rota_search import greedy_rota, mend_rota
from nightschool.rules.dispatch.rotas import RotaLine, RotaTask, broken_rules, rota_rank, rota_value
from nightschool.rules.oversight.outlines import ACROSS, height_of, middle_of
from nightschool.rules.places.takeovers import tell_ended
from nightschool.rules.regions import Level, ancestors_of, level_of, township_of
from nightschool.rules.slots import Moment, shown_end
from nightschool.texts import _, counted, language, using_language
from nightschool.web.dispatch.rotas_form import RotaForm, RotaRowForm
from nightschool.web.oversight.frame import kept
from nightschool.web.oversight.pictures import Tile, shade_of
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import Services, moment, now, reading, services, today, writing
from nightschool.web.site.errands import Tell, errands, looked_at_again
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
        if errands().is_busy_with_other(""):
            raise Refused("busy")
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
        asked = _Sought(services(), begun[0], region, moment())
        work = partial(_seek_counties, asked, actor()) if by_counties(region) else partial(_seek, asked)
        work = partial(work, language())
        errands().start(begun[0], work, failed=partial(_fail, services(), begun[0]))
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
        rotas=[(one, _stage(one)) for one in found],
        wishes=len(waiting),
        villages=len({one.line.region_code for one in waiting}),
        by_counties=by_counties(region),
        RotaStage=RotaStage,
    )
    return page, status


@bp.route("/rotas/<public_id:rota>", methods=["GET", "POST"])
@allows("dispatch")
def show(rota: str) -> Any:
    """How far it is; then its rows by village, teacher or week, of which offers are made as far as they are ticked."""
    if request.method == "POST":
        return _done(rota)
    found = look_up(queries.rota_page, rota)
    stage = _stage(found)
    if by_counties(found.region_code):
        return _counties(found, stage)
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
        stage=stage,
        RotaStage=RotaStage,
        percent=errands().percent_of(rota, otherwise=(found.steps_done, found.steps_all)),
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
    return looked_at_again(page) if stage in (RotaStage.MAKING, RotaStage.STOPPING) else page


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


def _counties(found: RotaPage, stage: RotaStage) -> Any:
    """A rota that is made by counties: how far it is, and what was found in each."""
    with reading() as db:
        counties = queries.county_rotas(db, found, at=moment())
    page = render_template(
        "dispatch/rotas/counties.html",
        rota=found,
        stage=stage,
        RotaStage=RotaStage,
        percent=errands().percent_of(found.public_id, otherwise=(found.steps_done, found.steps_all)),
        counties=[(one, one.rota and _stage(one.rota)) for one in counties],
    )
    return looked_at_again(page) if stage in (RotaStage.MAKING, RotaStage.STOPPING) else page


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
    changing = {**acting, "is_running": errands().is_running(rota)}
    picked = request.form.getlist("pick")
    if request.form.get("do") != "stop" and by_counties(look_up(queries.rota_page, rota).region_code):
        abort(400)
    try:
        with writing() as db:
            match request.form.get("do"):
                case "stop":
                    actions.stop_rota(db, **acting)
                case "mend" | "again" as what:
                    if errands().is_busy_with_other(""):
                        raise Refused("busy")
                    actions.begin_again(db, **changing, picked=picked if what == "again" else None)
                case "offer":
                    asked, left = actions.offer_rows(db, **changing, picked=picked, tell=_told)
                    flash(counted("派出去了 %(n)d 单，村里和老师都看得到。", asked))
                    if left:
                        flash(counted("%(n)d 行没派成，行里写着为什么；别的不受影响。", left), "alarm")
                case "withdraw":
                    gone, stay = actions.withdraw_rows(db, **changing)
                    flash(counted("撤回了 %(n)d 单。", gone))
                    if stay:
                        flash(counted("%(n)d 单已经有了结果，留着没动。", stay), "alarm")
                case str():
                    abort(400)
    except Refused as refusal:
        flash(tell_refused_rota(refusal), "alarm")
    else:
        if request.form.get("do") in ("mend", "again"):
            found = look_up(queries.rota_page, rota)
            sought = _Sought(services(), rota, found.region_code, moment())
            work = partial(_mend if request.form.get("do") == "mend" else _seek, sought, language())
            errands().start(rota, work, failed=partial(_leave, sought.given, rota, found.rows))
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
    form.teacher.choices = {"": _("还没定"), **{one.public_id: one.name for one in teachers}}

    def save(db: Session) -> None:
        actions.change_row(
            db,
            rota=rota,
            key=key,
            teacher=form.teacher.data or "",
            day=form.day.data,
            is_running=errands().is_running(rota),
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
        "too_close",
        "out_of_order",
        "busy",
    }
)


def _stage(found: RotaPage) -> RotaStage:
    running = errands().is_running(found.public_id)
    return rota_stage(found.state, found.changed_at, is_running=running, now=now())


class _Sought(NamedTuple):
    """What a thread is given, which has no request."""

    given: Services
    rota: str
    region: str
    at: Moment
    whole: str = ""  # of which it is the rota of one county
    place: tuple[int, int] = (0, 1)  # of that county: which, of how many


def _seek(asked: _Sought, words: str, tell: Tell) -> None:
    """In a thread of its own: the villages are read, and a child process seeks a rota, whose best is kept."""
    database, clock = asked.given.database, asked.given.now

    def told(done: int, every: int) -> bool:
        tell(done, every)
        with database.writing() as db:
            goes_on = actions.tell_rota(db, asked.rota, done, every, now=clock())
            if asked.whole:
                goes_on &= actions.tell_rota(db, asked.whole, *asked.place, now=clock())
            return goes_on

    ground, rows, loosed = _ground(asked, words, tell)
    former = lines_of_rows(ground.task, rows, first=ground.days[0])
    lines, bound, is_whole = _best(ground.task, former, told)
    gap = None if not bound else max(round(1000 * (1 - rota_value(ground.task, lines) / bound)), 0)
    _keep(
        asked,
        words,
        ground,
        rows,
        loosed,
        lines,
        knows_ways=ground.task.knows_ways,
        gap_permille=gap,
        greedy_met=len(greedy_rota(ground.task)),
        **({"steps_done": 1, "steps_all": 1} if is_whole else {}),
    )


def _seek_counties(asked: _Sought, by: Actor, words: str, tell: Tell) -> None:
    """In a thread of its own: the counties in which somebody waits, one after another, until it is stopped."""
    database, clock = asked.given.database, asked.given.now
    with database.reading() as db:
        whole = queries.rota_page(db, asked.rota)
        assert whole is not None, "it was begun"
        counties = [one.code for one in queries.county_rotas(db, whole, at=asked.at)]
    days = {"first": whole.first_day, "last": whole.last_day, "starts": whole.starts, "ends": whole.ends}
    for number, county in enumerate(counties):
        place = number, len(counties)
        with database.writing() as db:
            if not actions.tell_rota(db, asked.rota, *place, now=clock()):
                break
            begun = actions.begin_rota(db, region=county, **days, by=by, now=clock())
        one = asked._replace(rota=begun, region=county, whole=asked.rota, place=place)
        try:
            _seek(one, words, partial(_tell_part, tell, place))
        except Exception:
            _logger.exception("the rota of %s was not found", county)
            _fail(asked.given, begun)
    with database.writing() as db:
        is_whole = actions.tell_rota(db, asked.rota, len(counties), len(counties), now=clock())
        actions.keep_rota(db, asked.rota, now=clock(), steps_done=int(is_whole), steps_all=1)


def _tell_part(tell: Tell, place: tuple[int, int], done: int, every: int) -> None:
    tell(place[0] * every + done, place[1] * every)


def _ground(asked: _Sought, words: str, tell: Tell) -> tuple[RotaGround, tuple[RotaRow, ...], dict[str, str]]:
    """Everything that the rota has to know today; the rows it has, and why some of them cannot stay that are pinned."""
    with using_language(words), asked.given.database.reading() as db:
        page = queries.rota_page(db, asked.rota)
        assert page is not None, "it was begun"
        found = queries.rota_ground(
            db,
            asked.region,
            max(page.first_day, asked.at.day + timedelta(days=1)),
            page.last_day,
            starts=page.starts,
            ends=page.ends,
            zone=str(asked.given.zone),
            at=asked.at,
            tell=lambda done, every: tell(done * _READING, every * 100),
        )
        task, loosed = with_pinned(found.task, page.rows, first=found.days[0])
    return replace(found, task=task), page.rows, loosed


def _mend(asked: _Sought, words: str, tell: Tell) -> None:
    """In a thread of its own: what cannot be any more is elsewhere, with few changes; what was offered stays."""
    ground, rows, loosed = _ground(asked, words, tell)
    lines = mend_rota(ground.task, lines_of_rows(ground.task, rows, first=ground.days[0]))
    _keep(asked, words, ground, rows, loosed, lines, gap_permille=None, steps_done=1, steps_all=1)


def _keep(
    asked: _Sought,
    words: str,
    ground: RotaGround,
    before: Sequence[RotaRow],
    loosed: Mapping[str, str],
    lines: Sequence[RotaLine],
    **figures: Any,
) -> None:
    """These lines are what the rota has, beside the rows whose offers are not open again."""
    with using_language(words):
        found = filled_rows(ground.task, ground.rows, lines, first=ground.days[0])
    pinned = {ground.task.wishes[pin.wish].key for pin in ground.task.pins}
    rows = {row.key: replace(row, pinned=row.key in pinned, loosed=loosed.get(row.key, "")) for row in found}
    offered = [row for row in before if row.dispatch and row.key not in rows]
    with asked.given.database.writing() as db:
        actions.keep_rota(db, asked.rota, [*offered, *rows.values()], now=asked.given.now(), **figures)


def _leave(given: Services, rota: str, rows: Sequence[RotaRow]) -> None:
    """It could not be mended, and is what it was."""
    with given.database.writing() as db:
        actions.keep_rota(db, rota, rows, now=given.now())


def _best(
    task: RotaTask, former: Sequence[RotaLine], told: Callable[[int, int], bool]
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
        goes_on=lambda: told(*steps[0]),
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


def _fail(given: Services, rota: str) -> None:
    with given.database.writing() as db:
        actions.fail_rota(db, rota, now=given.now())
