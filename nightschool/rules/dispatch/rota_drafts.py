"""A rota as an office looks at it: a row for each wish, with the class it could have, or why it has none."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any

from nightschool.errors import Refused
from nightschool.rules.almanac import day_without_year, monday_of
from nightschool.rules.dispatch.rota_reasons import AskedRota, tell_pin_against, tell_why, tell_why_not
from nightschool.rules.dispatch.rotas import APART_DAYS, RotaLine, RotaTask, way_km, with_pins
from nightschool.rules.regions import Level, does_as_a_county, level_of
from nightschool.texts import N_, _

LONGEST_ROTA = timedelta(days=62)
MOST_ROTA_SECONDS = 120


@dataclass(frozen=True, slots=True)
class RotaRow:
    """One wish in a rota. Teacher, venue, wish and offer go by their public ids; no day: it has no class."""

    wish: str
    village: str  # its code
    place: str
    township: str
    topic: str
    category: str
    waited: int
    why: str  # why it has no class, why this one, or why it has to wait so long
    teacher: str = ""
    teacher_name: str = ""
    day: date | None = None
    km: int | None = None
    venue: str = ""
    expected: int | None = None
    dispatch: str = ""  # what was asked of it
    stood_against: str = ""  # why nobody could be asked
    part: int = 0  # of a wish for several; none: it is the whole of it
    more: int = 0  # parts that come after this one and do not fit into the time
    pinned: bool = False  # it stays where it is when the others are found anew
    loosed: str = ""  # why it could not stay where it was pinned

    @property
    def key(self) -> str:
        """By what it is told from the others."""
        return f"{self.wish}.{self.part}" if self.part else self.wish

    @property
    def is_planned(self) -> bool:
        """True when it has a class in the rota, which nobody has been asked for."""
        return self.day is not None and not self.dispatch


def filled_rows(
    task: RotaTask, rows: Sequence[RotaRow], lines: Sequence[RotaLine], *, first: date
) -> tuple[RotaRow, ...]:
    """The rows of the wishes of a task, each with its class and why this one, or why it has none.

    `first` is the day of evening 0.

    Who waits more than twice as long as the middle one reads why, also where there is a class at last.
    """
    asked = AskedRota(task, lines)
    long_waits = set(asked.long_waits())
    by_wish = {line.wish: line for line in lines}
    found = []
    for number, row in enumerate(rows):
        line = by_wish.get(number)
        if line is None:
            found.append(replace(row, why=tell_why_not(task, number, asked.why_not(number), first=first)))
            continue
        why = tell_why(task, line, asked.nearer(number))
        if number in long_waits:
            before = asked.why_not(number, before=line.evening)
            why = _("等得久了。%(why)s", why=tell_why_not(task, number, before, first=first))
        teacher, village = task.teachers[line.teacher], task.villages[task.wishes[number].village]
        km = round(way_km(teacher, village)) if teacher.home and village.position else None
        day = first + timedelta(days=line.evening)
        name = teacher.name
        found.append(replace(row, why=why, teacher=teacher.key, teacher_name=name, day=day, km=km))
    return tuple(found)


def with_pinned(task: RotaTask, rows: Iterable[RotaRow], *, first: date) -> tuple[RotaTask, dict[str, str]]:
    """The task in which the rows that are pinned stay as far as they can; and by their keys why others do not."""
    pinned = {row.key: row for row in rows if row.pinned and row.is_planned}
    lines = lines_of_rows(task, pinned.values(), first=first)
    known = {task.wishes[line.wish].key for line in lines}
    sound, against = with_pins(task, lines)
    wishes = {wish.key for wish in task.wishes}
    loosed = {key: _loosed("gone", row.day) for key, row in pinned.items() if key in wishes - known}
    for rule, line in against:
        wish = task.wishes[line.wish]
        closed = wish.evenings.closed.get(line.evening, "") if rule == "closed" else ""
        loosed[wish.key] = _loosed(rule, pinned[wish.key].day, closed)
    return sound, loosed


def _loosed(rule: str, day: date | None, closed: str = "") -> str:
    assert day is not None, "it was pinned to one"
    return tell_pin_against(rule, day, closed)


def pinned_rows(rows: Sequence[RotaRow], picked: Collection[str]) -> tuple[RotaRow, ...]:
    """The rows with these pinned, and with them the parts that come before them; no others."""
    last: dict[str, int] = defaultdict(int)
    for row in rows:
        if row.key in picked and row.is_planned:
            last[row.wish] = max(last[row.wish], row.part)
    return tuple(
        replace(
            row, pinned=row.is_planned and (row.key in picked or 0 < row.part < last[row.wish]), loosed=""
        )
        for row in rows
    )


def lines_of_rows(task: RotaTask, rows: Iterable[RotaRow], *, first: date) -> list[RotaLine]:
    """The classes that rows have, as far as the task still knows wish, teacher and day."""
    wishes = {wish.key: number for number, wish in enumerate(task.wishes)}
    teachers = {teacher.key: number for number, teacher in enumerate(task.teachers)}
    return [
        RotaLine(wishes[row.key], teachers[row.teacher], (row.day - first).days)
        for row in rows
        if row.day is not None
        and row.key in wishes
        and row.teacher in teachers
        and 0 <= (row.day - first).days < len(task.weeks)
    ]


def rows_as_json(rows: Iterable[RotaRow]) -> list[dict[str, Any]]:
    """As they are kept."""
    return [asdict(row) | {"day": row.day.isoformat() if row.day else None} for row in rows]


def rows_of_json(kept: Iterable[Mapping[str, Any]]) -> tuple[RotaRow, ...]:
    """What was kept."""
    return tuple(
        RotaRow(**{**row, "day": date.fromisoformat(row["day"]) if row["day"] else None}) for row in kept
    )


def check_rota_span(first: date, last: date, *, today: date) -> None:
    """Raises Refused, `past`, `backwards` or `too_long`, unless a rota can be found for these days."""
    if first <= today:
        raise Refused("past", field="first")
    if last < first:
        raise Refused("backwards", field="last")
    if last - first > LONGEST_ROTA:
        raise Refused("too_long", field="last")


def with_class(
    rows: Sequence[RotaRow],
    key: str,
    *,
    teacher: str,
    name: str,
    day: date | None,
    beside: Sequence[RotaRow] = (),
) -> tuple[RotaRow, ...]:
    """The rows after one was changed by hand. Without a day it has no class. `beside`: of the counties beside this one.

    Raises Refused with `no_such_row`, `asked_for_it`, `teacher_twice`, `village_twice`, `too_close` or `out_of_order`.
    """
    row = next((one for one in rows if one.key == key), None)
    if row is None:
        raise Refused("no_such_row")
    if row.dispatch:
        raise Refused("asked_for_it")
    for other in (*rows, *beside):
        if day is None or other.day is None or other is row:
            continue
        if other.day == day and other.teacher == teacher:
            raise Refused("teacher_twice", field="day", place=other.place)
        if other.village != row.village:
            continue
        if other.day == day:
            raise Refused("village_twice", field="day", topic=other.topic)
        if monday_of(other.day) == monday_of(day) or abs((other.day - day).days) < APART_DAYS:
            told = day_without_year(other.day)
            raise Refused("too_close", field="day", topic=other.topic, day=told, days=APART_DAYS)
        if row.part and other.wish == row.wish and (other.part < row.part) != (other.day < day):
            raise Refused("out_of_order", field="day", topic=other.topic, day=day_without_year(other.day))
    changed = replace(
        row,
        teacher=teacher,
        teacher_name=name,
        day=day,
        km=row.km if row.teacher == teacher else None,
        why="",
        stood_against="",
        pinned=False,
        loosed="",
    )
    if day is None:
        changed = replace(changed, teacher="", teacher_name="", km=None, why=_("手工去掉的。"))
    return tuple(changed if one is row else one for one in rows)


def by_counties(region: str) -> bool:
    """Whether a rota of this region is made of those of its counties."""
    return level_of(region) in (Level.PROVINCE, Level.CITY) and not does_as_a_county(region)


def days_taken(rows: Sequence[RotaRow]) -> Mapping[str, list[date]]:
    """On which days these rows need whom, by the public id of the teacher."""
    taken: dict[str, list[date]] = defaultdict(list)
    for row in rows:
        if row.day is not None and row.is_planned:
            taken[row.teacher].append(row.day)
    return taken


_REFUSED = {
    "past": N_("第一天要在今天之后：老师和村里还要时间回话。"),
    "backwards": N_("最后一天在第一天前面了，换过来。"),
    "too_long": N_("一次最多排两个月。最后一天往前挪。"),
    "no_wishes": N_("这里现在没有等着的点单，没有要排的。村里记下点单、上了单，再来。"),
    "a_village": N_("一个村不单独排。在它的乡镇、县或者市里排，给哪一单派老师在「所有的点单」里。"),
    "no_such_row": N_("这一行已经不在了，重新看一遍。"),
    "asked_for_it": N_("这一行已经派出去了。先撤回那一单，再改。"),
    "teacher_twice": N_("老师这天已经排去%(place)s了。换一天，或者换一位老师。"),
    "village_twice": N_("村里这天已经排了「%(topic)s」。换一天。"),
    "too_close": N_("村里%(day)s已经排了「%(topic)s」。一周排一次，至少隔 %(days)d 天。换一天。"),
    "out_of_order": N_("「%(topic)s」排在%(day)s，前后就颠倒了。按讲的先后换一天。"),
    "outside": N_("这张表排的是%(first)s到%(last)s。换一天在里面的；别的日子在「所有的点单」里单独派。"),
    "no_such_teacher": N_("这位老师不在这个村能请的名单里了。重新选一位。"),
    "nothing_picked": N_("一行也没勾，没有派。"),
    "busy": N_("另一张表或者名单正在做，等它完了再来。"),
}


def tell_refused_rota(refused: Refused) -> str:
    """One sentence: why there is no such rota, or it cannot be changed so; and what to do."""
    return _(_REFUSED[refused.code], **refused.details)
