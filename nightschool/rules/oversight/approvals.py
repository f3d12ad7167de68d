"""What a township approved of a class session, in what that is otherwise now, and the sentences for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from nightschool.rules.courses.labels import NO_LABELS, LabelRole, Labels, label_role_word
from nightschool.rules.courses.modes import mode_word
from nightschool.rules.notices.revisions import tell_moment
from nightschool.rules.slots import Moment
from nightschool.texts import _, counted

# What of a class session a plan is about: everything on its paper. Approvals of before know only day and starts.
_TIME = ("day", "starts", "ends")
FACTS = (
    *(*_TIME, "title", "category", "mode", "venue", "teachers"),
    *LabelRole,
    *("audience", "expected", "is_off"),
)


@dataclass(frozen=True, slots=True)
class Then:
    """A class session as it was approved, in words; of what was not kept nothing. `fields`: what is otherwise now."""

    begins: Moment
    fields: tuple[str, ...] = ()
    title: str = ""
    category: str = ""
    mode: str = ""
    venue: str = ""
    teachers: tuple[str, ...] = ()
    audience: str = ""
    expected: int | None = None
    labels: Labels[str] = NO_LABELS
    is_off: bool = False


@dataclass(frozen=True, slots=True)
class Gone:
    """What was approved for a month and is not in it any more: now at another time, or nowhere."""

    then: Then
    now: Moment | None


def read_approved(line: Any) -> tuple[int, dict[str, Any]]:
    """The class session and what was approved of it, from a line of the trail."""
    if isinstance(line, list):
        number, day, starts = line
        return number, {"day": day, "starts": starts}
    return line["id"], {name: line[name] for name in FACTS if name in line}


def fields_changed_since(then: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[str, ...]:
    """In what it is otherwise; `time` stands for day, start and end."""
    other = [name for name in FACTS if name in then and then[name] != now[name]]
    found = ["time"] if any(name in _TIME for name in other) else []
    return (*found, *(name for name in other if name not in _TIME))


def tell_since_approval(then: Then, today: date) -> str:
    """What was approved, of all that is otherwise now: 批的时候是周五 12月4日 19:00；由周老师讲."""
    return _("批的时候：%(what)s", what=_("；").join(_tell(name, then, today) for name in then.fields))


def tell_gone(gone: Gone, today: date) -> str:
    """One line: what was approved, and where it is now."""
    words = {"when": tell_moment(gone.then.begins, today), "title": gone.then.title}
    if gone.now is None:
        return _("%(when)s %(title)s：现在没有了", **words)
    return _("%(when)s %(title)s：改到 %(to)s", to=tell_moment(gone.now, today), **words)


def _tell(field: str, then: Then, today: date) -> str:
    match field:
        case "time":
            return tell_moment(then.begins, today)
        case "title":
            return _("讲「%(title)s」", title=then.title)
        case "category":
            return then.category
        case "mode":
            return mode_word(then.mode)
        case "venue":
            return _("在%(place)s", place=then.venue) if then.venue else _("地点还没定")
        case "teachers":
            return _("由%(who)s讲", who=_named(then.teachers)) if then.teachers else _("老师还没定")
        case "host" | "helper" | "campaign":
            borne = _named(then.labels.by_role[LabelRole(field)]) or _("没写")
            return _("%(role)s：%(names)s", role=label_role_word(field), names=borne)
        case "is_off":
            return _("不上") if then.is_off else _("还要上")
        case "audience":
            return _("对象：%(who)s", who=then.audience or _("没写"))
    return _("没写预计多少人") if then.expected is None else counted("预计 %(n)d 人", then.expected)


def _named(names: Sequence[str]) -> str:
    return _("、").join(names)
