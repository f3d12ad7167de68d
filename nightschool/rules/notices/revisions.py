"""Revisions: what villagers can read of a class session, in what two of them differ, and the sentences for that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from nightschool.rules.almanac import clock, full_day
from nightschool.rules.courses.reasons import tell_reason
from nightschool.rules.people.people import tell_public_name
from nightschool.rules.slots import Moment
from nightschool.texts import N_, SOURCE_LANGUAGE, _, language

TOLD_FOR_DAYS = 60  # what changed is told for so long, where no notice says since when
REGION_TOLD_FOR_DAYS = 14  # of all villages together, so long
_ALWAYS = ("title", "day", "starts", "ends", "standing")


class Standing(StrEnum):
    """What villagers are told of a class session: whether it takes place."""

    TAKES_PLACE = "takes_place"
    CANCELLED = "cancelled"
    POSTPONED = "postponed"
    WITHDRAWN = "withdrawn"  # it was public, and is a draft again


class Difference(StrEnum):
    """In what a class session can differ from what it was. These codes stand in the data for other programs."""

    ADDED = "added"
    OFF = "off"
    ON = "on"
    TIME = "time"
    PLACE = "place"
    TEACHERS = "teachers"
    TITLE = "title"


class Known(NamedTuple):
    """A teacher as villagers may know one: the name is empty where it is not public. The id tells who it is to us."""

    name: str
    unit: str
    id: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What villagers can read of one class session. Ids only tell another place from the same under a new name."""

    title: str
    day: date
    starts: int
    ends: int
    standing: str
    place: str = ""
    place_id: int | None = None
    teachers: tuple[Known, ...] = ()
    reason: str | None = None
    reason_text: str = ""
    moves_to: Moment | None = None  # where a postponed one went, once that is public
    moved_from: Moment | None = None  # where the one it replaces was to be
    is_found: bool = False  # public before revisions were written: its first row tells no change

    @property
    def begins(self) -> Moment:
        """The moment it starts."""
        return Moment(self.day, self.starts)

    @property
    def is_off(self) -> bool:
        """True when it does not take place, or is not public any more."""
        return self.standing != Standing.TAKES_PLACE

    def is_over(self, at: Moment) -> bool:
        """True from the minute on at which it ends or would have ended."""
        return at >= Moment(self.day, self.ends)


def facts_json(facts: Facts) -> dict[str, Any]:
    """The facts as JSON holds them; what does not apply is left out."""
    values = {field.name: getattr(facts, field.name) for field in fields(facts)}
    return {name: _as_json(value) for name, value in values.items() if value or name in _ALWAYS}


def _as_json(value: Any) -> Any:
    match value:
        case date():
            return value.isoformat()
        case Moment():
            return [value.day.isoformat(), value.minutes]
    return value


def facts_from_json(values: Mapping[str, Any]) -> Facts:
    """The facts that `facts_json` wrote."""
    read: dict[str, Any] = {
        **values,
        "day": date.fromisoformat(values["day"]),
        "teachers": tuple(Known(*one) for one in values.get("teachers", ())),
    }
    for name in ("moves_to", "moved_from"):
        if name in values:
            day, minutes = values[name]
            read[name] = Moment(date.fromisoformat(day), minutes)
    return Facts(**read)


def differences(before: Facts | None, after: Facts) -> tuple[Difference, ...]:
    """In what the session differs now, the gravest first; nothing where villagers would read the same.

    Nothing before means that it was not public. One that replaces a postponed one is not new: that one tells of it.
    """
    if before is None or (before.standing == Standing.WITHDRAWN and not after.is_off):
        return () if after.moved_from or after.is_found or after.is_off else (Difference.ADDED,)
    found: list[Difference] = []
    if after.is_off and (before.standing != after.standing):
        found.append(Difference.OFF)
    if before.is_off and not after.is_off:
        found.append(Difference.ON)
    if (before.day, before.starts, before.ends) != (after.day, after.starts, after.ends):
        found.append(Difference.TIME)
    if not after.is_off:  # where it does not take place, and who does not teach, is no news
        if before.place != after.place:
            found.append(Difference.PLACE)
        if _shown(before) != _shown(after):
            found.append(Difference.TEACHERS)
    if before.title != after.title:
        found.append(Difference.TITLE)
    return tuple(found)


def tell_differences(before: Facts | None, after: Facts, at: Moment) -> tuple[str, ...]:
    """One sentence for each difference, to be read aloud; `at` is when the change was made, on the village's clock."""
    return tuple(_tell(difference, before or after, after, at) for difference in differences(before, after))


def tell_in_one(sentences: Sequence[str]) -> str:
    """The sentences one after another, as the language puts them."""
    return ("" if language() == SOURCE_LANGUAGE else " ").join(sentences)


def tell_mark(differs: str, told: Moment | None, begins: Moment, today: date) -> str:
    """That it differs from the notice, and in what: 变更：原定周五 12月4日 19:00；换了地点. Empty when in nothing.

    `differs` are the differences as a class session keeps them, with commas between; `told` is when it was to be.
    """
    if not differs:
        return ""
    what = [_tell_differing(difference, told, begins, today) for difference in differs.split(",")]
    return _("变更：%(what)s", what=_("；").join(what))


def tell_moment(moment: Moment, today: date) -> str:
    """周六 12月5日（十月廿七） 19:00."""
    return _("%(day)s %(time)s", day=full_day(moment.day, today), time=clock(moment.minutes))


def _tell_differing(difference: str, told: Moment | None, begins: Moment, today: date) -> str:
    match difference:
        case Difference.OFF:
            return _("先前通知这天要上，现在不上了") if begins.day >= today else _("先前通知这天要上，没有上")
        case Difference.ON:
            return _("恢复了，照常上") if begins.day >= today else _("恢复了")
        case Difference.PLACE:
            return _("换了地点")
        case Difference.TEACHERS:
            return _("换了老师")
        case Difference.TITLE:
            return _("换了内容")
        case Difference.TIME if told is not None and told != begins:
            return _("原定%(moment)s", moment=tell_moment(told, today))
    return _("换了时间")


def _tell(difference: Difference, before: Facts, after: Facts, at: Moment) -> str:
    said = {"when": tell_moment(after.begins, at.day), "title": after.title}
    is_over = after.is_over(at)
    match difference:
        case Difference.OFF:
            return _tell_off(after, at)
        case Difference.TIME:
            return _tell_time(before, after, at)
        case Difference.PLACE:
            return _tell_place(before, after, said, is_over)
        case Difference.TEACHERS:
            return _tell_teachers(before, after, said, is_over)
        case Difference.TITLE:
            said["former"] = before.title
    return _((_OVER if is_over else _TO_COME)[difference], **said)


_TO_COME = {
    Difference.ADDED: N_("加了一次：%(when)s %(title)s。"),
    Difference.ON: N_("%(when)s 的%(title)s恢复了，照常上。"),
    Difference.TITLE: N_("%(when)s 的%(former)s改讲%(title)s。"),
}
_OVER = {
    Difference.ADDED: N_("补记了一次：%(when)s %(title)s。"),
    Difference.ON: N_("%(when)s 的%(title)s记成没开成，是记错了。"),
    Difference.TITLE: N_("%(when)s 讲的是%(title)s，不是%(former)s。"),
}


def unended(text: str) -> str:
    """Without the mark that ends it: the sentence it is put into goes on."""
    return text.rstrip("。．.！!；; ")


def _tell_off(after: Facts, at: Moment) -> str:
    why = unended(tell_reason(after.reason, after.reason_text))
    said = {"when": tell_moment(after.begins, at.day), "title": after.title, "why": why}
    if after.standing == Standing.WITHDRAWN:
        return _("%(when)s 的%(title)s先撤下来了，还没定。", when=said["when"], title=after.title)
    if after.standing == Standing.CANCELLED:
        if after.is_over(at):
            return _("%(when)s 的%(title)s没开成：%(why)s。", **said)
        return _("%(when)s 的%(title)s取消了：%(why)s。", **said)
    if after.moves_to is None:
        return _("%(when)s 的%(title)s改期，新的时间还没定：%(why)s。", **said)
    said["to"] = tell_moment(after.moves_to, at.day)
    if after.is_over(at):
        return _("%(when)s 的%(title)s没开成，改到 %(to)s：%(why)s。", **said)
    return _("%(when)s 的%(title)s改到 %(to)s：%(why)s。", **said)


def _tell_time(before: Facts, after: Facts, at: Moment) -> str:
    said = {"when": tell_moment(before.begins, at.day), "title": before.title}
    if before.begins == after.begins:
        said["until"] = clock(after.ends)
        if after.is_over(at):
            return _("%(when)s 的%(title)s上到了 %(until)s。", **said)
        return _("%(when)s 的%(title)s改成上到 %(until)s。", **said)
    if after.is_over(at):
        return _("%(when)s 的%(title)s是 %(to)s 上的。", **said, to=tell_moment(after.begins, at.day))
    return _("%(when)s 的%(title)s改到 %(to)s。", **said, to=tell_moment(after.begins, at.day))


def _tell_place(before: Facts, after: Facts, said: Mapping[str, str], is_over: bool) -> str:
    if not after.place:
        if is_over:
            return _("%(when)s 的%(title)s，地点没有记。", **said)
        return _("%(when)s 的%(title)s，地点还没定。", **said)
    if before.place_id == after.place_id:
        return _("%(when)s 的%(title)s，上课的地方现在叫%(place)s。", **said, place=after.place)
    if is_over:
        return _("%(when)s 的%(title)s是在%(place)s上的。", **said, place=after.place)
    if not before.place:
        return _("%(when)s 的%(title)s在%(place)s上。", **said, place=after.place)
    return _("%(when)s 的%(title)s换到%(place)s上。", **said, place=after.place)


def _tell_teachers(before: Facts, after: Facts, said: Mapping[str, str], is_over: bool) -> str:
    if not after.teachers:
        if is_over:
            return _("%(when)s 的%(title)s，谁讲的没有记。", **said)
        return _("%(when)s 的%(title)s，老师还没定。", **said)
    who = _("、").join(tell_public_name(one.name, one.unit) for one in after.teachers)
    if is_over:
        return _("%(when)s 的%(title)s是%(who)s讲的。", **said, who=who)
    if not before.teachers or _who(before) == _who(after):
        return _("%(when)s 的%(title)s由%(who)s讲。", **said, who=who)
    return _("%(when)s 的%(title)s改由%(who)s讲。", **said, who=who)


def _shown(facts: Facts) -> list[tuple[str, str]]:
    return sorted((one.name, one.unit) for one in facts.teachers)


def _who(facts: Facts) -> set[int]:
    return {one.id for one in facts.teachers}
