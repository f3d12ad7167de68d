"""The audit trail, as people read it: of a village by day, and of one record."""

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
from nightschool.rules.trust.trail import Kind
from nightschool.texts import _, counted
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import reading, services, today
from nightschool.web.site.records import look_up

bp = Blueprint("trail", __name__)


@dataclass(frozen=True)
class Page:
    """What somebody needs to be allowed to open a record of one table, and to read what was done to it."""

    name: str  # in addresses
    endpoint: str
    verb: str
    trail_verb: str


PAGES = {
    "class_session": Page("session", "sessions.show", "schedule", "see_trail"),
    "course": Page("course", "courses.show", "schedule", "see_trail"),
    "learner": Page("learner", "learners.edit", "keep_people", "keep_people"),
    "teacher": Page("teacher", "teachers.edit", "keep_teachers", "see_trail"),
    "venue": Page("venue", "venues.edit", "keep_venues", "see_trail"),
    "account": Page("account", "admin.account", "manage_accounts", "manage_accounts"),
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
        page = queries.village_trail(
            db, village, actions=rules.actions_of(kind) if kind else (), before=_before()
        )
    return render_template(
        "trust/trail/village.html",
        place=look_up(places.region_named, village),
        days=_days(page.lines, village),
        older=page.older,
        is_first=_before() is None,
        kinds={"": _("全部")} | {one.value: rules.trail_kind_word(one) for one in Kind},
        kind=asked if kind else "",
        here=url_for("trail.village", village=village, kind=asked if kind else ""),
    )


def _add_view(table: str, page: Page) -> None:
    """Each table has an address of its own, which names the record: by that it is known who may be here."""

    @bp.get(f"/{page.name}s/<public_id:{table}>/trail", endpoint=f"of_{page.name}")
    @allows(page.trail_verb)
    def of_record(**named: str) -> Any:
        return _of_record(table, named[table])


for each, its_page in PAGES.items():
    _add_view(each, its_page)


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
    page, named = PAGES[subject.table], {subject.table: subject.public_id}
    if may(actor(), page.verb, region):
        return url_for(page.endpoint, **named)
    return "" if page.trail_verb == page.verb else url_for(f"trail.of_{page.name}", **named)


def _back(found: RecordTrail) -> tuple[str, str]:
    """(address, words): the record itself where the reader may open it, else the trail of its village."""
    page, region = PAGES[found.subject.table], found.region_code
    if region is None or may(actor(), page.verb, region):
        return url_for(page.endpoint, **{found.subject.table: found.subject.public_id}), _("回到这一条")
    if level_of(region) is Level.VILLAGE:
        return url_for("trail.village", village=region), _("这个村的全部记录")
    return url_for("admin.region", region=region), _("回到账号管理")
