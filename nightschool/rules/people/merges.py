"""Two records that are one person: who may be meant, what is kept of each, and until when it can be taken back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from nightschool.errors import Refused
from nightschool.rules.almanac import clock, spoken_day
from nightschool.rules.names import compared
from nightschool.rules.people.people import (
    group_label,
    masked_phone,
    numbers_of,
    sex_word,
    teacher_kind_word,
)
from nightschool.rules.slots import Slot
from nightschool.texts import N_, _, counted

UNDO_FOR = timedelta(hours=24)

KEPT, MERGED = "kept", "merged"

# What says most of somebody's being there comes first.
MARK_ORDER = ("present", "late", "substitute", "makeup", "excused", "absent")
ENROLMENT_ORDER = ("enrolled", "waiting", "left")

# What the two records are compared by, in the order shown.
_LEARNER_FIELDS = {
    "group_name": N_("组"),
    "household": N_("户主"),
    "sex": N_("性别"),
    "birth_year": N_("出生年份"),
    "phone": N_("电话"),
}
_TEACHER_FIELDS = {
    "kind": N_("哪一类"),
    "unit": N_("单位"),
    "specialities": N_("会讲什么"),
    "languages": N_("讲什么话"),
    "phone": N_("电话"),
    "name_is_public": N_("课表上写出名字"),
    "weekly_limit": N_("一周最多来几节"),
}
FIELDS = {"learner": _LEARNER_FIELDS, "teacher": _TEACHER_FIELDS}

LIKENESSES = {
    "same_name": N_("同名"),
    "same_sound": N_("名字同音"),
    "part_of_name": N_("名字只差一个字"),
    "same_phone": N_("电话一样"),
    "same_household": N_("户主一样"),
    "same_birth_year": N_("同年出生"),
    "same_group": N_("同一个组"),
}
# One of these is enough to be asked about; the others only tell which is likelier.
TELLING = frozenset({"same_name", "same_sound", "same_phone"})
SHORTEST_PART = 2


@dataclass(frozen=True, slots=True)
class Traits:
    """What a person is recognised by."""

    name: str
    sounds: frozenset[str]  # every reading of the name in pinyin, whole syllables
    group: str = ""
    household: str = ""
    birth_year: int | None = None
    phone: str = ""


def likenesses(one: Traits, other: Traits) -> tuple[str, ...]:
    """In what the two are alike, what tells most first: codes of LIKENESSES."""
    name, others = compared(one.name), compared(other.name)
    found = {
        "same_name": name == others,
        "same_sound": name != others and bool(one.sounds & other.sounds),
        "part_of_name": name != others and _is_part(name, others),
        "same_phone": not numbers_of(one.phone).isdisjoint(numbers_of(other.phone)),
        "same_household": bool(one.household) and compared(one.household) == compared(other.household),
        "same_birth_year": one.birth_year is not None and one.birth_year == other.birth_year,
        "same_group": bool(one.group) and one.group == other.group,
    }
    return tuple(code for code in LIKENESSES if found[code])


def is_candidate(alike: Iterable[str]) -> bool:
    """Whether these likenesses are reason enough to ask if it is the same person."""
    found = set(alike)
    return bool(found & TELLING) or ("part_of_name" in found and len(found) > 1)


def likeness_word(code: str) -> str:
    """In what two people are alike, in the current language."""
    return _(LIKENESSES[code])


def field_word(name: str) -> str:
    """What stands in this field, in the current language."""
    return _((_LEARNER_FIELDS | _TEACHER_FIELDS)[name])


def tell_field(name: str, value: Any) -> str:
    """What a field says, in the current language; of a phone only what may be shown."""
    match name:
        case "group_name":
            return group_label(value)
        case "sex":
            return sex_word(value)
        case "phone":
            return masked_phone(value)
        case "kind":
            return teacher_kind_word(value)
        case "name_is_public":
            return _("写") if value else _("不写")
    return str(value)


def stronger_mark(kept: str | None, merged: str | None) -> str:
    """Whose mark of one class session counts, KEPT or MERGED: attended beats excused, excused beats absent."""
    if kept is None or merged is None:
        return MERGED if kept is None else KEPT
    return MERGED if MARK_ORDER.index(merged) < MARK_ORDER.index(kept) else KEPT


def stronger_enrolment(kept: tuple[str, datetime], merged: tuple[str, datetime]) -> str:
    """Whose place in one cohort counts, by status and then by who asked first."""
    ranks = [(ENROLMENT_ORDER.index(status), asked_at) for status, asked_at in (kept, merged)]
    return MERGED if ranks[1] < ranks[0] else KEPT


def gaps(kept: Mapping[str, Any], merged: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields that are empty in the kept record and not in the other: they are filled from it."""
    return tuple(name for name in kept if kept[name] in (None, "") and merged[name] not in (None, ""))


def contradictions(kept: Mapping[str, Any], merged: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields in which both say something, and not the same: the kept record's word stays."""
    empty = (None, "")
    return tuple(
        name
        for name in kept
        if kept[name] not in empty and merged[name] not in empty and kept[name] != merged[name]
    )


def undo_until(merged_at: datetime) -> datetime:
    """The instant from which the merge can no longer be taken back."""
    return merged_at + UNDO_FOR


@dataclass(frozen=True, slots=True)
class KnownLesson:
    """A class session as somebody may know of it; of another village's draft only when and in which village."""

    slot: Slot
    village: str
    title: str = ""

    def told(self) -> str:
        """Where and when it is, in words."""
        times = {"from": clock(self.slot.starts), "to": clock(self.slot.ends), "village": self.village}
        if not self.title:
            return _("%(village)s %(from)s–%(to)s", **times)
        return _("%(village)s %(from)s–%(to)s「%(title)s」", **times, title=self.title)


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two class sessions at one time, one of each teacher: so they cannot be one person."""

    kept: KnownLesson
    merged: KnownLesson


def tell_overlap(overlap: Overlap, *, today: date) -> str:
    """One sentence: where each of the two teaches at that time, and what can be done."""
    return _(
        "%(day)s 两边同时有课：%(one)s；%(other)s。一个人不能同时在两处：先把其中一节改期，或者他们不是同一个人。",
        day=spoken_day(overlap.merged.slot.day, today),
        one=overlap.kept.told(),
        other=overlap.merged.told(),
    )


_REFUSED = {
    "same_record": N_("选的是同一份记录，没有可并的。"),
    "is_merged": N_("%(name)s已经并到别人名下了，不能再并。"),
    "kept_retired": N_("%(name)s已经不在名单上，另一位还在。留下还在名单上的那一位。"),
    "kept_apart": N_("%(name)s不归这里管，这里的课请不到他。只能并到同一个地方、或者上面管的那一位。"),
    "undo_over": N_("过了 24 小时，不能撤回了。记录都还在，要分开就另加一个人。"),
    "undo_later_first": N_("%(name)s后来又并过一次。先撤回后来的那次，再撤回这次。"),
    "not_merged": N_("这一位没有并到别人名下，没有可撤回的。"),
}


def tell_refused_merge(refused: Refused, *, today: date) -> str:
    """One sentence: why the two records are not put together, or not taken apart, and what can be done."""
    if refused.code == "teacher_busy":
        return tell_overlap(refused.details["overlap"], today=today)
    return _(_REFUSED[refused.code], name=refused.details.get("name", ""))


@dataclass(frozen=True, slots=True)
class NotPutBack:
    """What an undo could not put back, because somebody changed it since the two were merged."""

    sessions: int = 0  # sessions whose marks, or whose teachers, are others now
    courses: int = 0  # courses whose enrolment, or whose teachers, are others now
    fields: tuple[str, ...] = ()


def tell_not_put_back(stays: NotPutBack, *, kept: str) -> tuple[str, ...]:
    """What stays with the kept record, a sentence each; empty when everything is as it was."""
    told = []
    if stays.sessions:
        told.append(
            counted(
                "合并以后又改过 %(n)d 次课，那几次没有动，照现在的算。",
                stays.sessions,
            )
        )
    if stays.courses:
        told.append(
            counted(
                "合并以后又改过 %(n)d 门课的名单，那几门没有动，照现在的算。",
                stays.courses,
            )
        )
    if stays.fields:
        words = _("、").join(field_word(name) for name in stays.fields)
        told.append(_("%(name)s的%(fields)s后来改过，没有动。", name=kept, fields=words))
    return tuple(told)


def _is_part(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) >= SHORTEST_PART and len(longer) - len(shorter) == 1 and shorter in longer
