"""People as they are written down: phones, village groups, birth years, and what must not be written down at all."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from nightschool.errors import Refused, refuse_all
from nightschool.rules.names import compared
from nightschool.rules.numerals import number_of
from nightschool.texts import N_, _

# Longer texts are none of these; they are refused before any pattern looks at them.
LONGEST_PHONE_TEXT = 60
LONGEST_YEAR_TEXT = 20
# Children below this age are counted but not recorded by name (I20; they are sensitive in whole, PIPL 28).
YOUNGEST_BY_NAME = 14

SEXES = {"female": N_("女"), "male": N_("男")}

TEACHER_KINDS = {
    "local_expert": N_("土专家、致富能人"),
    "technician": N_("农技专家"),
    "doctor": N_("医务人员"),
    "lawyer": N_("法律工作者"),
    "academic": N_("院校教师"),
    "official": N_("领导干部"),
    "resident_cadre": N_("驻村干部"),
    "volunteer": N_("志愿者"),
}


@dataclass(frozen=True, slots=True)
class LearnerEntry:
    """A learner as a coordinator writes one down. An empty phone or day leaves the stored one as it is."""

    name: str = ""
    group_name: str = ""
    household: str = ""
    sex: str | None = None
    birth_year: int | None = None
    phone: str = ""
    removes_phone: bool = False
    is_another: bool = False  # yes, there is one of the same name in this group, and this is another
    came_on: date | None = None  # in this group since; of a new learner without it: today
    always_here: bool = False  # the first day is not known: earlier than anything written down
    group_was_wrong: bool = False  # the group is put right, on registers of before as well
    is_told: bool = False  # the present notice was read to them (rules.people.told)


@dataclass(frozen=True, slots=True)
class TeacherEntry:
    """A teacher as written down. An empty phone leaves the stored one as it is."""

    name: str = ""
    kind: str = "local_expert"
    unit: str = ""
    specialities: str = ""
    languages: str = ""
    phone: str = ""
    removes_phone: bool = False
    name_is_public: bool = True
    weekly_limit: int | None = None  # class sessions a week at most
    is_another: bool = False  # yes, there is one of the same name, and this is another


@dataclass(frozen=True, slots=True)
class Namesake:
    """Somebody already recorded whose name is, or sounds, the same."""

    public_id: str
    name: str
    version: int
    is_retired: bool  # may be asked back instead of being written down anew
    told: str = ""  # what tells teachers apart: their unit, and where they are kept
    region_name: str = ""
    region_code: str = ""


def sex_word(code: str | None) -> str:
    """The sex in the current language; empty when it was not asked."""
    return _(SEXES[code]) if code else ""


def teacher_kind_word(code: str) -> str:
    """What kind of teacher this is, in the current language."""
    return _(TEACHER_KINDS[code])


_NOT_DIALLED = re.compile(r"[\s\-‐-―−.()]+")
_BETWEEN_NUMBERS = re.compile(r"\s*[、,;/|或和\n]\s*")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_SERVICE = re.compile(r"([48]00)([0-9]{3})([0-9]{4})")
# Of a hotline, of the exchange of a works or a village net; and what is dialled to other countries.
_AS_DIALLED = re.compile(r"[0-9]{3,6}|10[0-9]{5,6}|9[56][0-9]{4,6}|\+[1-9][0-9]{6,14}")
_LANDLINE = re.compile(r"(0(?:10|2[0-9]|[3-9][0-9]{2}))([0-9]{7,8})|([2-8][0-9]{6,7})")
_EXTENSION = re.compile(
    r"(.*[0-9)])\s*(?:转接?|分机|ext\.?|[x#\s\-‐-―−(])\s*(?:转|分机)?\s*([0-9]{1,6})\)?",
    re.IGNORECASE,
)
_MOST_NUMBERS = 3


def parse_phone(text: str) -> str | None:
    """What is dialled, as it is kept: 13800005678, 0832-5550101, 5550101, 0832-2123456转801, 400-800-1234, 612345.

    Several numbers stand with 、 between. None where it is no phone number.
    """
    if len(text) > LONGEST_PHONE_TEXT:
        return None
    plain = unicodedata.normalize("NFKC", text).strip()
    found = [_number_of(one) for one in _BETWEEN_NUMBERS.split(plain)]
    if found == [None]:  # blanks stand within a number, and between two
        halves = [(plain[: blank.start()], plain[blank.end() :]) for blank in re.finditer(r"\s+", plain)]
        both = ([_number_of(one, shortest=7) for one in half] for half in halves)
        found = next((half for half in both if None not in half), found)
    kept = list(dict.fromkeys(one for one in found if one))
    return "、".join(kept) if None not in found and len(kept) <= _MOST_NUMBERS else None


def _number_of(text: str, *, shortest: int = 3) -> str | None:
    plain = re.sub(r"^00(?=[1-9])", "+", _NOT_DIALLED.sub("", text))
    if found := re.fullmatch(r"\+?86(1[3-9][0-9]{9})|\+86(0?[1-9][0-9]+)", plain):
        plain = found[1] or f"0{found[2].removeprefix('0')}"
    if _MOBILE.fullmatch(plain):
        return plain
    if found := _LANDLINE.fullmatch(plain):
        return f"{found[1]}-{found[2]}" if found[1] else found[3]
    if found := _SERVICE.fullmatch(plain):
        return "-".join(found.groups())
    if _AS_DIALLED.fullmatch(plain) and len(plain) >= shortest:
        return plain
    if (found := _EXTENSION.fullmatch(text)) and (before := _number_of(found[1], shortest=5)):
        return None if _MOBILE.fullmatch(before) or "转" in before else f"{before}转{found[2]}"
    return None


def numbers_of(phone: str) -> frozenset[str]:
    """The single numbers of a phone as it is kept."""
    return frozenset(phone.split("、")) - {""}


def dialable(phone: str) -> tuple[tuple[str, str], ...]:
    """Each number of a phone as it is shown, and as a telephone takes it: a pause before an extension."""
    numbers = phone.split("、") if phone else ()
    return tuple((one, re.sub(r"[^+0-9,]", "", one.replace("转", ","))) for one in numbers)


def tell_unreadable_phone(typed: str) -> str:
    """One sentence: this is no phone number, and how one is written."""
    return _(
        "电话写的是『%(typed)s』。手机写 11 位，座机写上区号，比如 0832-2123456；不知道就留空。",
        typed=typed[:LONGEST_PHONE_TEXT],
    )


def masked_phone(phone: str) -> str:
    """Enough of a number to recognise it, not enough to dial it: 138****5678, 0832-****01."""
    return "、".join(map(_masked, phone.split("、")))


def _masked(number: str) -> str:
    if _MOBILE.fullmatch(number):
        return f"{number[:3]}****{number[-4:]}"
    before, _turn, extension = number.partition("转")
    area, dash, own = before.rpartition("-")
    hidden = f"{area.partition('-')[0]}{dash}****{own[-2:] if len(number) > 4 else own[-1:]}"
    return f"{hidden}转{'*' * len(extension)}" if extension else hidden


def tell_lost_phone() -> str:
    """What stands in place of a number that was stored and can no longer be read."""
    return _("号码看不到")


_GROUP = re.compile(
    r"第?([0-9]{1,3}|[二三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九])"
    r"(?:村民小组|生产队|小组|组|社|队)?",
)


def group_number(text: str) -> int:
    """The number in the name of a village group, 3 for 三组, 3组, 3社 and 第3村民小组; 0 where it is a name of its own.

    A name with more in it (上湾三组) keeps 0: after villages merge it is not the 三组 of everybody else.
    """
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    found = _GROUP.fullmatch(plain)
    return (number_of(found[1]) or 0) if found else 0


def group_label(group_name: str) -> str:
    """The group as a heading: the name as the village says it; a bare number gets its word."""
    return _("%(number)s组", number=group_name) if group_name.isdecimal() else group_name


def group_order(number: int, group_name: str) -> tuple[bool, int, str]:
    """Sorts groups: by number, then those that have only a name. Equal for two ways to write one numbered group."""
    return (number == 0, number, "" if number else compared(group_name))


def household_of(one: Any) -> tuple[tuple[bool, int, str], str]:
    """Equal for learners of one household as far as it is written down: the head's name, within their group."""
    return group_order(one.group_number, one.group_name), compared(one.household or one.name)


_YEAR = re.compile(
    r"((?:19|20)[0-9]{2})(?:年.{0,8}|[-./][0-9]{1,2}(?:[-./][0-9]{1,2})?|[0-9]{4})?",
)
_SHORT_YEAR = re.compile(r"([0-9]{2})(?:年生?人?)?")
_NUMERALS = str.maketrans("〇零一二三四五六七八九", "00123456789")
# 05年 is said by those who were born in 2005, 12年 can only be a child or a very old person: no guess is above this.
_GUESSED_IN_2000S = 10


def parse_birth_year(text: str) -> int | None:
    """The year of 1965, 1965年, 1965-03-08; None where a person has to look at it again."""
    if len(text) > LONGEST_YEAR_TEXT:
        return None
    found = _YEAR.fullmatch(re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)))
    return int(found[1]) if found else None


def guessed_birth_year(text: str) -> int | None:
    """What 六五年, 65 or 一九六五年 probably means. Only to be offered, never to be stored unasked."""
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))[:LONGEST_YEAR_TEXT].translate(_NUMERALS)
    if (year := parse_birth_year(plain)) is not None:
        return year
    found = _SHORT_YEAR.fullmatch(plain)
    if found is None:
        return None
    short = int(found[1])
    return (2000 if short <= _GUESSED_IN_2000S else 1900) + short


def tell_unreadable_birth_year(typed: str) -> str:
    """One sentence: what is written there, and what to write."""
    guess = guessed_birth_year(typed)
    shown = typed[:LONGEST_YEAR_TEXT]
    if guess is None:
        return _("出生年份写的是『%(typed)s』。填四位数的年份，比如 1965，或留空。", typed=shown)
    return _("出生年份写的是『%(typed)s』。填 %(guess)d，或留空。", typed=shown, guess=guess)


def check_learner(entry: LearnerEntry, *, today: date, asked: Iterable[Refused] = ()) -> None:
    """Raises Refused unless this learner may be recorded by name, with all that is `asked` besides.

    The codes are `name_missing`, `group_missing`, `not_come_yet`, `not_born_yet` or `child`, each with its field.
    """
    refuse_all((*_learner_problems(entry, today), *asked))


def _learner_problems(entry: LearnerEntry, today: date) -> Iterator[Refused]:
    if not entry.name:
        yield Refused("name_missing", field="name")
    if not entry.group_name:
        yield Refused("group_missing", field="group_name")
    if entry.came_on is not None and entry.came_on > today:
        yield Refused("not_come_yet", field="came_on")
    if entry.birth_year is None:
        return
    if entry.birth_year > today.year:
        yield Refused("not_born_yet", field="birth_year", year=entry.birth_year)
    # Only the year is known, so the year in which somebody turns 14 still counts as below it.
    elif today.year - entry.birth_year <= YOUNGEST_BY_NAME:
        yield Refused("child", field="birth_year", year=entry.birth_year)


_REFUSED = {
    "name_missing": N_("还没写名字。"),
    "group_missing": N_("还没写是哪个组的。写三组、3组都行。"),
    "not_born_yet": N_("%(year)d 年还没到。填出生的年份，或留空。"),
    "child": N_("%(year)d 年出生的可能还不满 14 岁。不满 14 岁的孩子不记名字，来了就算进清点人数里。"),
    "not_told": N_("留电话以前，先把告知书念给本人听，再在下面打勾。不留电话，就空着。"),
    "same_name": N_("%(group)s已经有一个%(name)s。是同一个人就不用再加；是另一个人，在下面打勾再存。"),
    "same_name_retired": N_(
        "%(group)s有一位不再来的%(name)s。是同一个人，把他请回来就行；是另一个人，在下面打勾再存。"
    ),
    "not_come_yet": N_("这一天还没到。填今天或以前的日子，空着就是今天。"),
    "too_early": N_("%(name)s的上一段记到%(day)s。这里填那天或以后的日子。"),
    "came_after_leaving": N_("%(day)s就不再来了，哪天来的要在那以前。"),
    "known_teacher": N_("名单里已经有同名的老师，看看是不是同一个人。是另一个人，在下面打勾再存。"),
}


def tell_refused_person(refused: Refused) -> str:
    """One sentence: why this person cannot be saved so, and what can be done."""
    code, details = refused.code, refused.details
    if code == "same_name":
        code = "same_name_retired" if details.get("retired") else code
        details = {**details, "group": group_label(details["group"])}
    return _(_REFUSED[code], **details)


def tell_public_name(name: str, unit: str) -> str:
    """A teacher as villagers may know one: 周老师（农技站）, or as much of it as is public."""
    if name and unit:
        return _("%(name)s（%(unit)s）", name=name, unit=unit)
    if name:
        return name
    return _("%(unit)s的老师", unit=unit) if unit else _("老师")
