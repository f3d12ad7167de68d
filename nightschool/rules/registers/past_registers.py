"""Registers of past classes in spreadsheets: a column a class and a row a person, or a row for each who came.

A list that was looked through is kept and shown as those of people are; `rules.people.lists` says how.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from unicodedata import normalize

from nightschool.rules.almanac import day_with_year
from nightschool.rules.names import compared, normalised
from nightschool.rules.people.lists import (
    Doubt,
    PeopleSheet,
    cell_of,
    column_choices,
    columns_named,
    group_in,
    plain_name,
)
from nightschool.rules.people.people import group_number, group_order
from nightschool.rules.registers.attendance import EXCUSED, LATE, PRESENT, Sheet, WrittenGuest
from nightschool.rules.registers.from_paper import OnRoster
from nightschool.rules.typed import LONGEST_LINE, why_not_kept
from nightschool.texts import _

_DAY = re.compile(
    r"(?<![0-9])(?:(20[0-9]{2})[年./-])?(1[0-2]|0?[1-9])[月./-]([12][0-9]|3[01]|0?[1-9])(?![0-9])"
    r"|(?<![0-9])(20[0-9]{2})(0[1-9]|1[0-2])([0-3][0-9])(?![0-9])"
)
# As Moodle writes them: 24 Nov 2026 7.00PM, 2026-11-24 19:00; and P (2/2).
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ENGLISH_DAY = re.compile(
    rf"(?<![0-9])([0-9]{{1,2}}) ({'|'.join(_MONTHS)})[a-z]* (20[0-9]{{2}})", re.IGNORECASE
)
_CLOCK = re.compile(r"(?<![0-9.])[0-9]{1,2}(?::[0-9]{2}|\.[0-9]{2}(?= ?[ap]m))", re.IGNORECASE)
_POINTS = re.compile(r" *\([0-9.]+ ?/ ?[0-9.]+\)$")
_SAID = {
    PRESENT: "√ ✓ ✔ ☑ ✅ ○ ● o v y yes 1 到 到课 已到 到了 来 来了 是 有 出勤 签到 已签 present p",
    "": "× x ✗ ✘ ✕ 0 缺 缺席 缺勤 缺课 旷 旷课 没来 没到 未到 未 否 无 空 n no - — / ? absent a",
    EXCUSED: "请假 假 事假 病假 △ excused e",
    LATE: "迟到 迟 late l",
}
_MARKS = {word: status for status, words in _SAID.items() for word in words.split()}
_APART = re.compile(r"[、,，;；/\s]+")
_NOBODY = re.compile("(?:合|总|小|共)计.*|制表.*|填表.*|备注.*|.*(?:签字|盖章).*|(?:到课|应到|实到)?人数.*")


@dataclass(frozen=True, slots=True)
class PastClass:
    """A class session that a register of a list may be of."""

    public_id: str
    day: date
    title: str
    course: str  # its public id
    is_cohort: bool
    is_recorded: bool


@dataclass(frozen=True, slots=True)
class SaidAttendance:
    """Somebody and one class, as a cell says. `told`: why it cannot be taken, and what to do."""

    where: str
    name: str
    group: str
    day: date | None
    title: str
    status: str
    told: str = ""


@dataclass
class FoundRegister:
    """What a list says of one class."""

    of: PastClass
    marks: dict[str, str] = field(default_factory=dict)
    guests: dict[str, WrittenGuest] = field(default_factory=dict)

    def sheet(self) -> Sheet:
        """The same as a register is handed in."""
        return Sheet(marks=self.marks, guests=tuple(self.guests.values()))

    def came(self) -> int:
        """How many of the roster came."""
        return sum(status != EXCUSED for status in self.marks.values())


@dataclass
class FoundRegisters:
    """The registers of a list: those to be written, the classes that have one already, and the cells that were left."""

    new: list[FoundRegister] = field(default_factory=list)
    recorded: list[PastClass] = field(default_factory=list)
    bad: list[Doubt] = field(default_factory=list)


def register_columns(sheet: PeopleSheet, columns: Sequence[str], days: Collection[date]) -> tuple[str, ...]:
    """What each column most likely holds, by its name: that of a class is called by its day."""
    heads = (*sheet.heads(), *[""] * len(columns))
    found: list[str] = []
    for head, column in zip(heads, columns, strict=False):
        day = None if column or "day" in columns else day_meant(head, days)
        found.append(day.isoformat() if day and day.isoformat() not in found else column)
    return tuple(found)


def register_choices(days: Collection[date]) -> dict[str, str]:
    """What a column can be said to hold: what those of lists do, or who came on a day."""
    return column_choices("register") | {day.isoformat(): day_with_year(day) for day in sorted(days)}


def day_meant(text: str, days: Collection[date]) -> date | None:
    """The one of these days that is written there, with its year or without; None where it is none, or two."""
    found = _day_in(text)
    if found is None:
        return None
    year, month, day = (
        part and int(part) for part in (found.groups()[:3] if found[2] else found.groups()[3:])
    )
    fits = [one for one in days if (one.month, one.day) == (month, day) and year in (None, one.year)]
    return fits[0] if len(fits) == 1 else None


def _day_in(text: str) -> re.Match[str] | None:
    if len(text) > LONGEST_LINE:
        return None
    plain = _CLOCK.sub("", normalize("NFKC", text))
    plain = _ENGLISH_DAY.sub(lambda day: f"{day[3]}-{_MONTHS.index(day[2].lower()) + 1}-{day[1]}", plain)
    return _DAY.search(re.sub(r"\s", "", plain))


def status_said(cell: str, name: str) -> str | None:
    """The status that a cell says, "" where somebody did not come; None where it says nothing that is known.

    Who signed has their own name there.
    """
    if not cell:
        return ""
    return PRESENT if compared(cell) == compared(name) else _MARKS.get(_POINTS.sub("", normalised(cell)))


def attended_in(
    sheet: PeopleSheet, columns: Sequence[str], days: Collection[date]
) -> Iterator[SaidAttendance]:
    """What each cell says of somebody and a class; that they did not come, as blank cells say too, is not told."""
    if "name" not in columns:
        return
    for place, head in enumerate(sheet.heads()):
        is_left = place >= len(columns) or not columns[place]
        if is_left and _day_in(head) and "day" not in columns:
            told = _(
                "「%(day)s」没有这一天的课，这一列没有带入。先在课程里「加一次课」，再传一次。", day=head
            )
            yield SaidAttendance(cell_of(sheet, place, sheet.head_line() or 1), "", "", None, "", "", told)
    above_day, above_group = "", ""
    for number, cells in sheet.below():
        said = {name: cells[place] for place, name in enumerate(columns) if name and place < len(cells)}
        written = said.get("name", "")
        if written and (surname := said.get("surname")):
            written = said["name"] = f"{surname}{' ' if surname.isascii() else ''}{written}"
        if not written or _NOBODY.fullmatch(written) or "name" in columns_named("register", (written,)):
            continue
        if group_number(written):  # a line of its own over those of the group
            above_group = written
            continue
        typed = said.get("group_name", "")
        above_group = (group_in(typed) or typed) or above_group
        if "day" in columns:
            above_day = said.get("day") or above_day  # merged cells
            yield from _row_of_one_class(sheet, columns, number, said, above_day, days)
            continue
        name = plain_name(written)
        for place, column in enumerate(columns):
            if column[:2] != "20" or place >= len(cells):
                continue
            status = status_said(cells[place], name)
            told = "" if status is not None else _tell_unknown_mark(cells[place])
            if status != "":
                where = cell_of(sheet, place, number)
                yield SaidAttendance(
                    where, name, above_group, date.fromisoformat(column), "", status or "", told
                )


def _row_of_one_class(
    sheet: PeopleSheet,
    columns: Sequence[str],
    number: int,
    said: dict[str, str],
    typed_day: str,
    days: Collection[date],
) -> Iterator[SaidAttendance]:
    where, day = cell_of(sheet, columns.index("name"), number), day_meant(typed_day, days)
    told = (
        ""
        if day
        else _("这一行写的日期是『%(day)s』，那天没有课。先在课程里「加一次课」，再传一次。", day=typed_day)
    )
    status = status_said(said["mark"], said["name"]) if "mark" in said else PRESENT
    if status is None:
        told = told or _tell_unknown_mark(said["mark"])
    words = [plain_name(said["name"])]
    if len(words[0]) > 4:  # several in one cell, or a name with a dot
        words = [word for word in _APART.split(said["name"]) if word]
    group = said.get("group_name", "")
    for name in words if status != "" else ():
        yield SaidAttendance(
            where, name, group_in(group) or group, day, said.get("title", ""), status or "", told
        )


def _tell_unknown_mark(typed: str) -> str:
    return _("写的是『%(typed)s』，看不出到没到。到了写√，没到空着，请假写「假」。", typed=typed[:20])


def sort_out_registers(
    attended: Iterable[SaidAttendance],
    classes: Collection[PastClass],
    roster: Iterable[OnRoster],
    *,
    course: str,
) -> FoundRegisters:
    """The register of each class. Who is on no roster walked in; of two of one name nobody is taken unasked.

    `course`: the public id of the course all of it is of; empty: any, and then a day with two classes is asked about.
    """
    result = FoundRegisters()
    named: dict[str, list[OnRoster]] = {}
    for person in roster:
        named.setdefault(compared(person.name), []).append(person)
    found: dict[str, FoundRegister] = {}
    recorded: dict[str, PastClass] = {}
    for one in attended:
        of = _class_of(one, classes, course) if not one.told else one.told
        if isinstance(of, PastClass) and of.is_recorded:
            recorded[of.public_id] = of
            continue
        who = _who(one, named) if isinstance(of, PastClass) else of
        if isinstance(who, str) or not isinstance(of, PastClass):
            result.bad.append(Doubt(one.where, str(who)))
            continue
        register = found.setdefault(of.public_id, FoundRegister(of))
        if isinstance(who, WrittenGuest):
            if one.status != EXCUSED:
                register.guests[compared(who.name) + compared(who.home)] = who
            continue
        status = PRESENT if one.status == LATE and not of.is_cohort else one.status
        if register.marks.get(who.public_id) != PRESENT:
            register.marks[who.public_id] = status
    result.new = sorted(found.values(), key=lambda one: (one.of.day, one.of.title))
    result.recorded = sorted(recorded.values(), key=lambda one: (one.day, one.title))
    return result


def _class_of(one: SaidAttendance, classes: Collection[PastClass], course: str) -> PastClass | str:
    title = compared(one.title)
    fits = [
        that
        for that in classes
        if that.day == one.day
        and course in ("", that.course)
        and (not title or title in compared(that.title) or compared(that.title) in title)
    ]
    if len(fits) == 1:
        return fits[0]
    day = day_with_year(one.day) if one.day else ""
    if fits:
        return _("%(day)s有 %(n)d 次课，不知道是哪一次。在下面选是哪门课。", day=day, n=len(fits))
    return _("%(day)s没有这门课。看看日期和课名，或者先在课程里「加一次课」。", day=day)


def _who(one: SaidAttendance, named: dict[str, list[OnRoster]]) -> OnRoster | WrittenGuest | str:
    people = named.get(compared(one.name), [])
    if one.group:
        group = group_order(group_number(one.group), one.group)
        fits = [who for who in people if group_order(group_number(who.group_name), who.group_name) == group]
    else:
        fits = people
    if len(fits) == 1:
        return fits[0]
    if fits:
        return _("名单上有 %(n)d 个%(name)s，不知道是哪一个。写上组，再传一次。", n=len(fits), name=one.name)
    if people:
        return _(
            "名单上的%(name)s不是%(group)s的。组写得和名单一样，再传一次。", name=one.name, group=one.group
        )
    if sentence := why_not_kept(one.name, LONGEST_LINE) or why_not_kept(one.group, LONGEST_LINE):
        return sentence
    return WrittenGuest(one.name, one.group)
