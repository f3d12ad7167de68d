"""Learners, teachers or past registers out of a table: handed in, looked through, taken in, and taken back."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from nightschool.actions.people import lists as actions
from nightschool.actions.registers import past_registers
from nightschool.errors import NotFound, Refused
from nightschool.formats.people_lists import likely_columns, read_sheets
from nightschool.formats.tables import TableFault, UnreadableTable
from nightschool.models.people import ListKind
from nightschool.queries.people import lists as queries
from nightschool.queries.people import people
from nightschool.queries.people.lists import PeopleListPage
from nightschool.queries.places import places
from nightschool.queries.registers.past_registers import past_classes, registers_found
from nightschool.rules.access import KEEPERS
from nightschool.rules.errands import ErrandKind
from nightschool.rules.people.lists import (
    MOST_PEOPLE,
    MOST_ROWS_SHOWN,
    ListStage,
    Sorted,
    chosen_twice,
    column_choices,
    list_stage,
    tell_left_out,
    tell_refused_list,
    tell_sheets_left,
)
from nightschool.rules.people.merges import UNDO_FOR
from nightschool.rules.people.people import group_label, masked_phone, sex_word
from nightschool.rules.registers.past_registers import FoundRegisters, register_choices, register_columns
from nightschool.texts import _, counted, language, using_language
from nightschool.web.people.lists_form import ColumnsForm, TakeListForm
from nightschool.web.people.teachers import list_of
from nightschool.web.site.access import MEGABYTE, actor, allows
from nightschool.web.site.context import Services, moment, now, reading, services, today, writing
from nightschool.web.site.errands import ErrandHeld, does, errands, looked_at_again
from nightschool.web.site.handed_in import TableForm, tell_unreadable
from nightschool.web.site.records import SAVED, look_up

bp = Blueprint("people_lists", __name__)
_logger = logging.getLogger(__name__)

MOST_LIST_MEGABYTES = 5
# What is larger is read, and what has more rows taken in, after the answer, while a page tells how far that is.
MOST_BYTES_AT_ONCE, MOST_ROWS_AT_ONCE = 128 * 1024, 2_000


@dataclass(frozen=True)
class ListPages:
    """Learners, teachers or registers: which part of an address says where they are kept."""

    code: str
    home: str

    @property
    def part(self) -> str:
        """Which part of an address names the list."""
        return f"{self.code}_list"

    @property
    def is_register(self) -> bool:
        return self.code == ListKind.REGISTER

    @property
    def is_learner(self) -> bool:
        return self.code == ListKind.LEARNER

    def step(self, name: str, region: str, public_id: str = "") -> str:
        """The address of one of the steps below."""
        named = {self.home: region} | ({self.part: public_id} if public_id else {})
        return url_for(f"people_lists.{name}_{self.code}s", **named)

    def back(self, region: str) -> str:
        """Where these people are listed."""
        if self.is_register:
            return url_for("matrices.index", village=region)
        return url_for("learners.index", village=region) if self.is_learner else list_of(region)

    def name(self) -> str:
        """What that place is called."""
        return _("点名表") if self.is_register else _("学员名单") if self.is_learner else _("老师")

    def choices(self, region: str) -> dict[str, str]:
        """What a column can be said to hold."""
        if not self.is_register:
            return column_choices(self.code)
        return register_choices({one.day for one in look_up(past_classes, region, at=moment())})


def _add_views(kind: ListPages) -> None:
    """Each kind has addresses of its own, which name where it is kept: by that it is known who may be here."""
    code, verb, home = kind.code, KEEPERS[kind.code], kind.home
    address = f"/desk/<region_code:{home}>/{code}s/table"
    of_one = f"{address}/<public_id:{kind.part}>"

    @bp.route(address, methods=["GET", "POST"], endpoint=f"upload_{code}s")
    @allows(verb, most_bytes=MOST_LIST_MEGABYTES * MEGABYTE, files=frozenset({"file"}))
    def upload(**named: str) -> Any:
        return _upload(kind, named[home])

    @bp.get(of_one, endpoint=f"show_{code}s")
    @allows(verb)
    def show(**named: str) -> Any:
        return _page(kind, named[home], named[kind.part])

    @bp.post(f"{of_one}/columns", endpoint=f"columns_{code}s")
    @allows(verb)
    def columns(**named: str) -> Any:
        return _columns(kind, named[home], named[kind.part])

    @bp.post(f"{of_one}/take", endpoint=f"take_{code}s")
    @allows(verb)
    def take(**named: str) -> Any:
        return _take(kind, named[home], named[kind.part])

    @bp.post(f"{of_one}/undo", endpoint=f"undo_{code}s")
    @allows(verb)
    def undo(**named: str) -> Any:
        return _undo(kind, named[home], named[kind.part])


_add_views(ListPages("learner", "village"))
_add_views(ListPages("teacher", "region"))
_add_views(ListPages("register", "village"))


def _upload(kind: ListPages, region: str) -> Any:
    form = TableForm()
    if form.validate_on_submit():
        try:
            return redirect(kind.step("show", region, _keep(kind, region, form)), SAVED)
        except (UnreadableTable, Refused) as problem:
            form.refuse("file", _tell_unread(problem))
    with reading() as db:
        latest = [(one, _stage(one)) for one in queries.latest_lists(db, kind=kind.code, region=region)]
    page = render_template(
        "people/lists/upload.html",
        form=form,
        kind=kind,
        place=look_up(places.region_named, region),
        latest=latest,
        ListStage=ListStage,
        most=MOST_LIST_MEGABYTES,
    )
    return page, 422 if form.errors else 200


def _keep(kind: ListPages, region: str, form: TableForm) -> str:
    """The list's name in addresses. One that is not read at once is read after the answer."""
    data, days = form.file.data.read(), set()
    if kind.is_register:
        days = {one.day for one in look_up(past_classes, region, at=moment())}
    read = partial(_read, kind, data, days, form.file_name())
    is_large = len(data) > MOST_BYTES_AT_ONCE
    found = {} if is_large else read()
    with writing() as db:
        name = actions.begin_list(db, kind=kind.code, region=region, by=actor(), now=now())
        if found:
            actions.keep_list(db, name, **found)
    if is_large:
        read_it = partial(_read_after, services(), name, read, language())
        if not errands().go_on_with(read_it):
            read_it()
    return name


def _read(kind: ListPages, data: bytes, days: set[date], file_name: str) -> dict[str, Any]:
    sheets, unread = read_sheets(data, kind=kind.code)
    columns = [likely_columns(kind.code, sheet) for sheet in sheets]
    if kind.is_register:
        columns = [register_columns(*both, days) for both in zip(sheets, columns, strict=True)]
    return {"file_name": file_name, "sheets": sheets, "columns": columns, "unread": unread}


def _read_after(given: Services, name: str, read: Callable[[], Any], words: str) -> None:
    """The list is read, or its page says why not. Nobody's file is kept for it, so nobody else could go on with it."""
    found, why = None, ""
    with using_language(words):
        try:
            found = read()
        except (UnreadableTable, Refused) as problem:
            why = _tell_unread(problem)
        except Exception:
            _logger.exception("a list was not read")
    with given.database.writing() as db:
        if found:
            actions.keep_list(db, name, **found)
        else:
            actions.fail_list(db, name, why)


def _tell_unread(problem: UnreadableTable | Refused) -> str:
    if isinstance(problem, Refused):
        return tell_refused_list(problem)
    if problem.fault is TableFault.TOO_LARGE:
        return tell_refused_list(Refused("too_large", n=MOST_PEOPLE))
    return tell_unreadable(problem)


def _find(kind: ListPages, region: str, public_id: str) -> PeopleListPage:
    return look_up(queries.people_list, public_id, kind=kind.code, region=region)


def _columns(kind: ListPages, region: str, public_id: str) -> Any:
    found, form, choices = _find(kind, region, public_id), ColumnsForm(), kind.choices(region)
    form.course.choices = _courses(kind, region)
    chosen = form.chosen([len(columns) for columns in found.columns]) if form.validate() else None
    if chosen is None or not all(choices.keys() >= {*one} for one in chosen):
        flash(_("这一页不是最新的。再选一次。"), "alarm")
    elif (heads := form.lines(found.sheets)) is None:
        flash(_("列名那一行没有找到。写表里的行号，没有列名就空着。"), "alarm")
    elif twice := next(filter(None, map(chosen_twice, chosen)), ""):
        flash(_("有两列都选了%(what)s。只选一列，另一列选不带入。", what=choices[twice]), "alarm")
    else:
        how = {"columns": chosen, "heads": heads, "group_name": form.group_name.data or ""}
        if kind.is_register:
            how["course"] = form.course.data or ""
        _tried(partial(actions.choose_columns, **how), kind, region, public_id)
    return redirect(kind.step("show", region, public_id), SAVED)


def _take(kind: ListPages, region: str, public_id: str) -> Any:
    if kind.is_register:
        take: Any = past_registers.take_registers
    else:
        form = TakeListForm()
        form.validate()
        how = {"others": form.others.data, "always_here": bool(form.always_here.data)}
        found = _find(kind, region, public_id)
        rows = sum(len(sheet.lines) for sheet in found.sheets)
        if _stage(found) is ListStage.TAKING:
            return redirect(kind.step("show", region, public_id), SAVED)
        if rows > MOST_ROWS_AT_ONCE:
            _tried(partial(actions.begin_taking, **how), kind, region, public_id)
            return redirect(kind.step("show", region, public_id), SAVED)
        with reading() as db:
            listed = queries.looked_through(db, found, others=form.others.data, today=today())
        actions.learn_names(listed.new)
        take = partial(actions.take_list, **how)
    n = _tried(take, kind, region, public_id)
    if n is not None:
        flash(
            counted("%(n)d 次课的点名补上了。", n)
            if kind.is_register
            else counted("%(n)d 个人记在名单上了。", n)
        )
    return redirect(kind.step("show", region, public_id), SAVED)


@does(ErrandKind.PEOPLE)
def _take_after(held: ErrandHeld) -> None:
    """The list is taken in."""
    how = dict(held.errand.asked)
    name, kind, now = how.pop("list"), how.pop("kind"), held.now()
    with held.given.database.reading() as db:
        found = queries.people_list(db, name, kind=kind, region=held.region, is_held=True)
        if found is None:
            raise NotFound
        listed = queries.looked_through(db, found, others=how["others"], today=now.day)
        by = held.by(db)
    actions.learn_names(listed.new, lambda done, every: held.tell(10 + 50 * done // every, 100))
    with held.ending() as db:
        actions.take_list(db, name, kind=kind, region=held.region, **how, by=by, now=now)


def _undo(kind: ListPages, region: str, public_id: str) -> Any:
    reason = _("从表格补的，撤回了")
    undo = partial(past_registers.undo_registers, reason=reason) if kind.is_register else actions.undo_list
    done = _tried(undo, kind, region, public_id)
    if done is not None:
        gone, kept = done
        if kind.is_register:
            told = counted("撤回了：%(n)d 次课的点名作废。", gone)
            left = counted("%(n)d 次课后来又改过，留着。", kept)
        else:
            told = counted("撤回了：%(n)d 个人又不在名单上了。", gone)
            left = counted("%(n)d 个人已经改过或者点过名，留着。", kept)
        flash(told + (left if kept else ""))
    return redirect(kind.step("show", region, public_id), SAVED)


def _tried(action: Any, kind: ListPages, region: str, public_id: str) -> Any:
    """What the action answers; None when it refuses, and then the next page says why."""
    try:
        with writing() as db:
            answer = action(db, public_id, kind=kind.code, region=region, by=actor(), now=now())
            return True if answer is None else answer
    except Refused as refused:
        flash(tell_refused_list(refused), "alarm")
        return None


def _courses(kind: ListPages, region: str) -> dict[str, str]:
    """The courses whose registers may come."""
    if not kind.is_register:
        return {}
    classes = look_up(past_classes, region, at=moment())
    return {"": _("按日期认"), **{one.course: one.title for one in classes}}


def _page(kind: ListPages, region: str, public_id: str) -> Any:
    found = _find(kind, region, public_id)
    stage = _stage(found)
    if stage in (ListStage.READING, ListStage.TAKING):
        return looked_at_again(
            render_template(
                "people/lists/going_on.html",
                kind=kind,
                found=found,
                place=look_up(places.region_named, region),
                is_read=found.is_read,
                percent=found.percent,
            )
        )
    listed, registers, groups = Sorted(), FoundRegisters(), ()
    with reading() as db:
        if stage is ListStage.WAITING and kind.is_register:
            registers = registers_found(db, found, at=moment())
        elif stage is ListStage.WAITING:
            listed = queries.looked_through(db, found, today=today())
        if kind.is_learner:
            groups = people.groups(db, region)
    columns = ColumnsForm(data={"group_name": found.group_name, "course": found.course})
    columns.group_name.known = groups
    columns.course.choices = _courses(kind, region)
    return render_template(
        "people/lists/show.html",
        kind=kind,
        found=found,
        listed=listed,
        registers=registers,
        doubtful=[one for one in (*listed.new, *(one for one, _why in listed.asked)) if one.doubts],
        left_out=[tell_left_out(sheet.left_out) for sheet in found.sheets if sheet.left_out],
        unread=tell_sheets_left(found.unread) if found.unread else "",
        nothing_new=tell_refused_list(Refused("no_new_register" if kind.is_register else "nobody_new")),
        has_names=any("name" in one for one in found.columns),
        place=look_up(places.region_named, region),
        stage=stage,
        can_undo=found.taken_at is not None and now().is_within(UNDO_FOR, found.taken_at),
        ListStage=ListStage,
        columns=columns,
        form=TakeListForm(),
        choices=kind.choices(region),
        most=MOST_ROWS_SHOWN,
        told=_told,
    )


def _told(entry: Any) -> str:
    """What of an entry stands beside its name."""
    if hasattr(entry, "group_name"):
        year = _("%(year)s 年生", year=entry.birth_year) if entry.birth_year else ""
        household = _("户主 %(name)s", name=entry.household) if entry.household else ""
        told = [group_label(entry.group_name), household, sex_word(entry.sex), year]
    else:
        told = [entry.unit, entry.specialities]
    return " · ".join(filter(None, [*told, masked_phone(entry.phone) if entry.phone else ""]))


def _stage(found: PeopleListPage) -> ListStage:
    return list_stage(
        is_read=found.is_read,
        made_at=found.made_at,
        taken_at=found.taken_at,
        undone_at=found.undone_at,
        errand=found.errand,
        now=now(),
    )
