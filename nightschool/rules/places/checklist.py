"""八有 and 四个一: what a night school is to have, what of it is seen in the records, and what its coordinator ticks.

Shown so that no inspection is a surprise; nothing is enforced, nothing is added up. Source: docs/domain.md (I26).
"""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date

from nightschool.rules.almanac import spoken_day
from nightschool.texts import N_, _, counted

TEACHERS_NEEDED = 6
ROOM_M2 = 90
ACTIVE_MONTHS = 3
TEACHERS_OF_MONTHS = 12

EIGHT, FOUR = "eight", "four"
PARTS = {EIGHT: N_("八有"), FOUR: N_("四个一")}

# What only somebody who stands in the room can know.
TICKED = {
    "sign": N_("学校标识：门口挂了牌子"),
    "equipment": N_("施教设备：投影、黑板、桌椅这些"),
    "materials": N_("教学教材：书、讲义、挂图"),
    "rules": N_("运行机制：管理制度写出来了"),
    "receiver": N_("一套能用的远教接收设备"),
    "kit": N_("一套教学器材"),
    "sports": N_("一套文体器材"),
}
DERIVED = {
    "venue": N_("教学场地"),
    "manager": N_("管理人员"),
    "teachers": N_("师资配备"),
    "activity": N_("学习活动"),
    "room": N_("一间 90 平方米以上的教室"),
}
ORDER = {
    EIGHT: ("venue", "sign", "manager", "equipment", "teachers", "materials", "rules", "activity"),
    FOUR: ("room", "receiver", "kit", "sports"),
}


@dataclass(frozen=True, slots=True)
class SchoolFacts:
    """What the records say of a school."""

    venues: int = 0
    largest_m2: int | None = None  # None: no venue's area is written down
    coordinators: int = 0
    teachers: int = 0  # kept here and on the list, or taught here within a year
    last_held: date | None = None
    ticked: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the checklist: its words, what the records say of it, and whether it is there."""

    code: str
    words: str
    told: str  # of a derived item: the fact it was derived from
    is_there: bool
    is_ticked: bool  # by hand, not derived
    lacking: str = ""  # what would have to be there for it to be; nothing where it is


@dataclass(frozen=True, slots=True)
class Part:
    """八有 or 四个一."""

    code: str
    words: str
    items: tuple[Item, ...]

    @property
    def missing(self) -> tuple[Item, ...]:
        """What is still to be put right."""
        return tuple(item for item in self.items if not item.is_there)


def checklist(facts: SchoolFacts, *, today: date) -> tuple[Part, ...]:
    """Both parts of the checklist, every item in its order."""
    return tuple(
        Part(part, _(PARTS[part]), tuple(_item(code, facts, today) for code in codes))
        for part, codes in ORDER.items()
    )


def ticked_word(code: str) -> str:
    """An item to be ticked, in the current language."""
    return _(TICKED[code])


def active_since(today: date) -> date:
    """A session held on this day or later counts as activity."""
    return _months_before(today, ACTIVE_MONTHS)


def teachers_since(today: date) -> date:
    """Who taught on this day or later counts among the school's teachers."""
    return _months_before(today, TEACHERS_OF_MONTHS)


def _months_before(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _item(code: str, facts: SchoolFacts, today: date) -> Item:
    if code in TICKED:
        is_there = code in facts.ticked
        lacking = "" if is_there else _("还没有，或者还没勾")
        return Item(code, _(TICKED[code]), "", is_there, is_ticked=True, lacking=lacking)
    told, lacking = _derived(code, facts, today)
    return Item(code, _(DERIVED[code]), told or lacking, not lacking, is_ticked=False, lacking=lacking)


def _derived(code: str, facts: SchoolFacts, today: date) -> tuple[str, str]:
    """What the records say, and what is lacking; where they say nothing only that."""
    match code:
        case "venue":
            told = counted("登记了 %(n)d 个场地", facts.venues)
            return (told, "") if facts.venues else ("", _("还没有登记场地"))
        case "manager":
            told = counted("有 %(n)d 个夜校管理员", facts.coordinators)
            return (told, "") if facts.coordinators else ("", _("现在没有夜校管理员"))
        case "teachers":
            more = TEACHERS_NEEDED - facts.teachers
            told = _(
                "要 %(needed)d 位，有 %(n)d 位：村里名单上的，加上一年里来讲过的",
                needed=TEACHERS_NEEDED,
                n=facts.teachers,
            )
            return told, counted("还差 %(n)d 位", more) if more > 0 else ""
        case "activity":
            return _activity(facts.last_held, today)
        case "room":
            return _room(facts.largest_m2)
    raise ValueError(code)


def _activity(last_held: date | None, today: date) -> tuple[str, str]:
    if last_held is None:
        return "", _("还没有上过课")
    told = _("看最近三个月。最近一次课是%(day)s", day=spoken_day(last_held, today))
    return told, "" if last_held >= active_since(today) else _("最近三个月没有上课")


def _room(largest_m2: int | None) -> tuple[str, str]:
    if largest_m2 is None:
        return "", _("场地还没写面积")
    told = _("最大的场地 %(n)d 平方米", n=largest_m2)
    return told, counted("还差 %(n)d 平方米", ROOM_M2 - largest_m2) if largest_m2 < ROOM_M2 else ""
