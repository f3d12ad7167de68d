"""Wishes: a village's list of what its households want to learn, one of them, and what villagers send in and read."""

from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from nightschool.actions.dispatch import wishes as actions
from nightschool.errors import Refused, StaleRecord
from nightschool.formats.tables import UnreadableTable, read_tables
from nightschool.queries.courses import courses
from nightschool.queries.dispatch import wishes as queries
from nightschool.queries.dispatch.wishes import WishLine
from nightschool.queries.places import places
from nightschool.rules.dispatch.summaries import LEAST_PUBLISHED, tell_long_wait
from nightschool.rules.dispatch.wish_lists import tell_listed, wish_lines
from nightschool.rules.dispatch.wishes import (
    check_wish,
    read_wishes,
    stage_word,
    tell_households,
    tell_refused_wish,
    tell_when_suits,
    unmet_word,
)
from nightschool.rules.regions import Level, county_or_township_of, full_code, level_of, prefix_of
from nightschool.texts import _, counted
from nightschool.web.courses.courses_form import put
from nightschool.web.dispatch.wishes_form import DecideForm, LinesForm, VillagerForm, WishForm
from nightschool.web.site.access import actor, allows, public
from nightschool.web.site.context import moment, now, reading, writing
from nightschool.web.site.handed_in import tell_unreadable
from nightschool.web.site.records import BAD_INPUT, SAVED, edited, look_up, telling, tried

bp = Blueprint("wishes", __name__)
for _word in (stage_word, tell_households, tell_when_suits, unmet_word):
    bp.add_app_template_global(_word)

_OFFERED = 8  # topics on a villager's page
_COURSES = 30  # to choose from
_WAITS_SHOWN = 50


@bp.get("/desk/<region_code:village>/wishes")
@allows("schedule")
def index(village: str) -> Any:
    """What households here want to learn: what waits to be looked at, what is open, what became of the rest."""
    found = look_up(queries.wishes_of, village, at=moment())
    place = look_up(places.region_named, village)
    return render_template(
        "dispatch/wishes/index.html", found=found, place=place, alike=queries.alike, decide=DecideForm()
    )


@bp.route("/desk/<region_code:village>/wishes/new", methods=["GET", "POST"])
@allows("schedule", files=frozenset({"file"}))
def new(village: str) -> Any:
    """Some wishes more, one a line, as they stand on the paper that went round; a table becomes lines first."""
    form = LinesForm()
    categories = look_up(courses.categories)
    form.offer(categories)
    noted: list[str] = []
    codes = {word: code for code, word in categories.items()}

    def save(db: Session) -> None:
        entries = read_wishes(form.lines.data, form.category.data or None, codes)
        noted.extend(actions.note_wishes(db, village=village, entries=entries, by=actor(), now=now()))

    told, status = "", 200
    if form.file.data or request.form.get("do") == "read":
        told = _read_table(form, codes)
        status = BAD_INPUT if form.file.errors else 200
    else:
        status = tried(form, save, telling(tell_refused_wish))
    if status == SAVED:
        flash(counted("记下了 %(n)d 个。", len(noted)))
        return redirect(url_for("wishes.index", village=village), SAVED)
    place = look_up(places.region_named, village)
    return render_template("dispatch/wishes/new.html", form=form, place=place, told=told), status


def _read_table(form: LinesForm, categories: Mapping[str, str]) -> str:
    """The lines of the table stand below those that were typed; what was read, and left out, in words."""
    if not form.file.data:
        form.refuse("file", _("选一个文件。"))
        return ""
    try:
        for table in read_tables(form.file.data.read()):
            found = wish_lines([(line.number, line.cells or ()) for line in table.lines], categories)
            if found is not None and not table.is_hidden:
                put(form.lines, "\n".join(filter(None, (form.lines.data or "", *found.lines))))
                return tell_listed(found)
    except UnreadableTable as problem:
        form.refuse("file", tell_unreadable(problem))
        return ""
    form.refuse("file", _("没有找到写着想学什么的那一列。列名写「想学什么」，再传一次。"))
    return ""


@bp.route("/wishes/<public_id:wish>", methods=["GET", "POST"])
@allows("schedule")
def edit(wish: str) -> Any:
    """One wish put right; what can be decided about it stands below."""
    look = partial(look_up, queries.wish, wish, at=moment())
    record = look()
    form = WishForm(data=asdict(record))
    form.offer(look_up(courses.categories))

    def save(db: Session) -> None:
        actions.edit_wish(db, wish=wish, entry=form.entry, version=form.seen_version, by=actor(), now=now())

    record, status = edited(
        form, record, save, telling(tell_refused_wish), again=look, check=lambda: check_wish(form.entry)
    )
    if status == SAVED:
        flash(_("改好了。"))
        return redirect(url_for("wishes.index", village=record.region_code), SAVED)
    return _page(record, form, _decide_form(record, formdata=None)), status


@bp.post("/wishes/<public_id:wish>/decide")
@allows("schedule")
def decide(wish: str) -> Any:
    """The wish is decided as the button says, unless somebody has saved it since it was looked at."""
    record = look_up(queries.wish, wish, at=moment())
    form = _decide_form(record)
    told = ""
    try:
        if form.validate():
            with writing() as db:
                told = _decided(db, record, form)
    except Refused as refused:
        form.refuse(refused.field, tell_refused_wish(refused))
    except StaleRecord:
        form.refuse(None, _("没有存：你打开以后，别人也动过这个点单。看看现在怎样，再定。"))
    if told:
        flash(told)
        return redirect(url_for("wishes.index", village=record.region_code), SAVED)
    record = look_up(queries.wish, wish, at=moment())
    shown = WishForm(formdata=None, data=asdict(record))
    shown.offer(look_up(courses.categories))
    return _page(record, shown, form), BAD_INPUT


@bp.post("/desk/<region_code:village>/wishes/clear")
@allows("schedule")
def clear(village: str) -> Any:
    """All that villagers sent in and nobody has looked at is gone."""
    with writing() as db:
        gone = actions.refuse_all_waiting(db, village=village, by=actor(), now=now())
    flash(counted("删掉了 %(n)d 个。", gone))
    return redirect(url_for("wishes.index", village=village), SAVED)


@bp.route("/v/<region_code:code>/wishes", methods=["GET", "POST"])
@public
def of_villagers(code: str) -> Any:
    """What became of the wishes of a village, and a villager's own, without a login."""
    place = look_up(places.region_named, code)
    found = look_up(queries.wishes_of, code, at=moment(), is_public=True)
    form = VillagerForm()
    form.offer({one.topic: one.topic for one in found.open[:_OFFERED]})

    def save(db: Session) -> None:
        actions.take_wish(db, village=code, entry=form.entry, now=now())

    def refuse(form: VillagerForm, refused: Refused) -> None:
        form.refuse("other" if refused.field == "topic" else refused.field, tell_refused_wish(refused))

    status = tried(form, save, refuse, check=lambda: check_wish(form.entry))
    if status == SAVED:
        return redirect(url_for("wishes.of_villagers", code=code, said=1), SAVED)
    wider = county_or_township_of(code)
    page = render_template(
        "dispatch/wishes/of_villagers.html",
        form=form,
        found=found,
        place=place,
        wider=prefix_of(wider) if wider else "",
        is_county=level_of(wider) is Level.COUNTY if wider else False,
        said=request.args.get("said") == "1",
    )
    return page, status


@bp.get("/r/<short_code:area>/waits")
@public
def longest(area: str) -> Any:
    """Which villages of a township or a county wait longest, for what and why, for everybody to read."""
    code = full_code(area)
    if level_of(code) not in (Level.COUNTY, Level.TOWNSHIP):
        return redirect(url_for("region_timetable.region", area=area), SAVED)
    place = look_up(places.region_named, code)
    found = look_up(queries.longest_waits, code, at=moment(), is_public=True, most=_WAITS_SHOWN)
    return render_template(
        "dispatch/wishes/longest.html",
        place=place,
        area=area,
        found=found,
        least=LEAST_PUBLISHED,
        long_wait_word=tell_long_wait,
    )


def _decided(db: Session, record: WishLine, form: DecideForm) -> str:
    """What was done, in words; empty: the button is none of ours. Raises Refused, StaleRecord."""
    acting: dict[str, Any] = {"wish": record.public_id, "by": actor(), "now": now()}
    seen = {"version": form.seen_version}
    match request.form.get("do"):
        case "open":
            actions.let_in_wish(db, **acting, **seen)
            return _("「%(topic)s」上单了。", topic=record.topic)
        case "merge":
            actions.merge_wish(db, **acting, **seen, into=form.into.data or "")
            return _("「%(topic)s」合过去了，户数加在一起。", topic=record.topic)
        case "unmet":
            actions.refuse_wish(db, **acting, **seen, reason=form.reason.data, words=form.words.data or "")
            return _("记下了：「%(topic)s」暂时办不到。村里人看得到为什么。", topic=record.topic)
        case "withdraw":
            actions.withdraw_wish(db, **acting, **seen)
            return _("「%(topic)s」撤下来了。", topic=record.topic)
        case "meet":
            actions.meet_wish(db, **acting, course=form.course.data or "")
            return _("「%(topic)s」记好了。", topic=record.topic)
        case "remove":
            actions.remove_wish(db, **acting, **seen)
            return _("「%(topic)s」删掉了。", topic=record.topic)
    return ""


def _decide_form(record: WishLine, **of: None) -> DecideForm:
    form = DecideForm(**of, data={"course": record.course, "version": record.version})
    with reading() as db:
        others = queries.wishes_of(db, record.region_code, at=moment()).open
        choices = courses.latest_titles(db, record.region_code, _COURSES)
    if record.course:
        choices = {record.course: record.title, **choices}
    near = queries.alike(record, others)
    rest = [one for one in others if one not in near and one.public_id != record.public_id]
    form.offer(courses=choices, wishes={one.public_id: _told(one) for one in (*near, *rest)})
    return form


def _told(one: WishLine) -> str:
    """Two wishes for the same are told apart by who asked."""
    return " · ".join(filter(None, (one.topic, tell_households(one.wanted_by), one.groups)))


def _page(record: WishLine, form: WishForm, decide: DecideForm) -> Any:
    place = look_up(places.region_named, record.region_code)
    return render_template("dispatch/wishes/edit.html", record=record, form=form, decide=decide, place=place)
