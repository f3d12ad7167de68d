"""The audit trail, as people read it: of a village by day, and of one record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from flask import Blueprint, render_template, request, url_for

from nightschool.queries.places import places
from nightschool.queries.trust import trail as queries
from nightschool.queries.trust.trail import RecordTrail, Subject, TrailLine
from nightschool.rules.access import may
from nightschool.rules.almanac import clock, spoken_day
from nightschool.rules.regions import Level, level_of
from nightschool.rules.trust import trail as rules
from nightschool.rules.trust.trail import KINDS, Kind
from nightschool.texts import _, counted
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import reading, services, today
from nightschool.web.site.records import look_up

bp = Blueprint("trail", __name__)

# Table -> where its records have their page, who may open it, and where the trail of one is for those who may not.
PAGES = {
    "class_session": ("sessions.show", "schedule", "trail.of_session"),
    "course": ("courses.show", "schedule", "trail.of_course"),
    "learner": ("learners.edit", "keep_people", ""),
    "teacher": ("teachers.edit", "keep_teachers", "trail.of_teacher"),
    "venue": ("venues.edit", "keep_venues", "trail.of_venue"),
    "account": ("admin.account", "manage_accounts", ""),
}


@dataclass(frozen=True)
class TrailSentence:
    """One line as it is read."""

    time: str
    sentence: str
    link: str  # to the record, or to its trail where the reader may not open it; else empty


@bp.get("/trail/<region_code:village>")
@allows("see_trail")
def village(village: str) -> Any:
    """What was done in a village, the latest first."""
    asked = request.args.get("kind", "")
    kind = Kind(asked) if asked in set(Kind) else None
    with reading() as db:
        page = queries.village(db, village, actions=rules.actions_of(kind) if kind else (), before=_before())
        [place] = places.regions_named(db, [village])
    return render_template(
        "trust/trail/village.html",
        place=place,
        days=_days(page.lines, village),
        older=page.older,
        is_first=_before() is None,
        kinds={"": _("全部")} | {one.value: rules.kind_word(one) for one in KINDS},
        kind=asked if kind else "",
    )


@bp.get("/sessions/<public_id:class_session>/trail")
@allows("see_trail")
def of_session(class_session: str) -> Any:
    """What was done to one class session."""
    return _of_record("class_session", class_session)


@bp.get("/courses/<public_id:course>/trail")
@allows("see_trail")
def of_course(course: str) -> Any:
    """What was done to one course and its class sessions."""
    return _of_record("course", course)


@bp.get("/learners/<public_id:learner>/trail")
@allows("keep_people")
def of_learner(learner: str) -> Any:
    """What was done to one learner's record."""
    return _of_record("learner", learner)


@bp.get("/teachers/<public_id:teacher>/trail")
@allows("see_trail")
def of_teacher(teacher: str) -> Any:
    """What was done to one teacher's record."""
    return _of_record("teacher", teacher)


@bp.get("/venues/<public_id:venue>/trail")
@allows("see_trail")
def of_venue(venue: str) -> Any:
    """What was done to one venue's record."""
    return _of_record("venue", venue)


@bp.get("/accounts/<public_id:account>/trail")
@allows("manage_accounts")
def of_account(account: str) -> Any:
    """What was done to one account, and when it was used to log in."""
    return _of_record("account", account)


def _of_record(table: str, public_id: str) -> Any:
    found = look_up(queries.record, table, public_id, before=_before())
    return render_template(
        "trust/trail/record.html",
        what=_named(found.subject),
        days=_days(found.page.lines, found.region_code, but=public_id),
        older=found.page.older,
        is_first=_before() is None,
        here=request.path,
        back=_back(found),
    )


def _before() -> int | None:
    """The cursor in the address; anything else begins at the top."""
    asked = request.args.get("before", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 16 else None


def _days(
    lines: Sequence[TrailLine], region: str | None, *, but: str = ""
) -> list[tuple[str, list[TrailSentence]]]:
    """The lines by their day in the village, both the latest first."""
    zone = services().zone
    day_of: Callable[[TrailLine], date] = lambda line: line.at.astimezone(zone).date()  # noqa: E731
    return [
        (spoken_day(day, today()), _once([_told(line, region, but) for line in same]))
        for day, same in groupby(lines, key=day_of)
    ]


def _once(lines: list[TrailSentence]) -> list[TrailSentence]:
    """Lines that say the same one after the other, twenty learners added in a row, are one line with their number."""
    told = []
    for _sentence, same in groupby(lines, key=lambda line: line.sentence):
        first, *more = same
        if more:
            words = counted("%(what)s（%(n)d 次）", 1 + len(more), what=first.sentence)
            first = TrailSentence(first.time, words, "")
        told.append(first)
    return told


def _told(line: TrailLine, region: str | None, but: str) -> TrailSentence:
    local = line.at.astimezone(services().zone)
    minutes = local.hour * 60 + local.minute
    slot = line.subject.slot
    sentence = rules.tell(
        line.action,
        line.details,
        who=line.who or _("系统"),
        what=_named(line.subject),
        title=line.subject.name,
        was_over=slot is not None and (slot.day, slot.ends) <= (local.date(), minutes),
        today=today(),
    )
    link = "" if line.subject.public_id == but else _link(line.subject, region)
    return TrailSentence(clock(minutes), sentence, link)


def _named(subject: Subject) -> str:
    """What a sentence calls the record."""
    match subject.table:
        case "class_session" if subject.slot is not None:
            return rules.tell_session(subject.slot, subject.name, today=today())
        case "class_session":
            return _("一次课")
        case "course":
            return _("课程「%(title)s」", title=subject.name) if subject.name else _("一门课")
        case "learner":
            return _("一位学员")
    return subject.name or _("一条记录")


def _link(subject: Subject, region: str | None) -> str:
    """The way to the record, or to its trail, as far as the reader may go."""
    if not subject.public_id or subject.table not in PAGES or region is None:
        return ""
    page, verb, trail = PAGES[subject.table]
    endpoint = page if may(actor(), verb, region) else trail
    return url_for(endpoint, **{subject.table: subject.public_id}) if endpoint else ""


def _back(found: RecordTrail) -> tuple[str, str]:
    """(address, words): the record itself where the reader may open it, else the trail of its village."""
    page, verb, _trail = PAGES[found.subject.table]
    region = found.region_code
    if region is None or may(actor(), verb, region):
        return url_for(page, **{found.subject.table: found.subject.public_id}), _("回到这一条")
    if level_of(region) is Level.VILLAGE:
        return url_for("trail.village", village=region), _("这个村的全部记录")
    return url_for("admin.region", region=region), _("回到账号管理")
