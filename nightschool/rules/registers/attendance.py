"""Attendance: what a sheet says, what it changes, how people are counted, and which questions that raises."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from nightschool.errors import Refused
from nightschool.rules.almanac import clock, spoken_moment
from nightschool.rules.names import is_surname, may_be_person
from nightschool.rules.slots import Moment, Slot
from nightschool.rules.typed import LONGEST_LINE, cleaned
from nightschool.texts import N_, _

PRESENT = "present"
EXCUSED = "excused"
LATE = "late"
SUBSTITUTE = "substitute"
# Whoever has one of these marks fills a place in the room (人次). A substitute counts for the household that came.
ATTENDED = frozenset({PRESENT, LATE, SUBSTITUTE})
# Who was there in person: what counts as one's own attendance, and cannot be at two places at once (I3, I7).
CAME_IN_PERSON = frozenset({PRESENT, LATE})
# An open lecture asks who came, and who had said they would not; the rest is for the roster of a cohort.
OF_OPEN_LECTURES = frozenset({PRESENT, EXCUSED})

STATUS_WORDS = {
    "present": N_("到"),
    "late": N_("迟到"),
    "excused": N_("请假"),
    "absent": N_("没来"),
    "substitute": N_("家人代到"),
    "makeup": N_("补课"),
}

LATE_AFTER_DAYS = 14
# A register saved before is changed with a reason once its class is so many days past; a region may know better.
OPEN_DAYS = 14
MOST_OPEN_DAYS = 400
MOST_GUESTS = 500

Key = TypeVar("Key", int, str)  # learners go by row number inside, by public id outside
Said = TypeVar("Said")  # a mark: its status, and whatever else it says


@dataclass(frozen=True, slots=True)
class WrittenGuest:
    """A walk-in written down by name, and where they came from when it was said."""

    name: str
    home: str = ""


@dataclass(frozen=True, slots=True)
class NewLearner:
    """Somebody who came and was not on the roster; saved with the sheet, and present."""

    name: str
    group_name: str
    is_another: bool = False  # there is one of this name in the group already, and this is another


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything one arrival says about one class session.

    A sheet is whole: who is not in `marks` (learner's public id -> status) has no mark. `came_instead` names who of the
    family came, for each learner whose mark is `substitute` and for nobody else.
    """

    marks: Mapping[str, str] = field(default_factory=dict)
    came_instead: Mapping[str, str] = field(default_factory=dict)
    new_learners: tuple[NewLearner, ...] = ()
    guests: tuple[WrittenGuest, ...] = ()
    unnamed_guests: int = 0
    headcount: int | None = None
    women: int | None = None
    over_60: int | None = None
    on_paper: int | None = None  # signatures on the sign-in sheet
    difference_note: str = ""


def fingerprint(class_session: str, sheet: Sheet) -> str:
    """A digest of what the sheet says about this class session; equal exactly for equal content."""
    content = {one.name: getattr(sheet, one.name) for one in fields(sheet)}
    content |= {"marks": dict(sheet.marks), "class_session": class_session}
    if not sheet.came_instead:  # a sheet without it says what it said before sheets knew of it
        del content["came_instead"]
    if sheet.on_paper is None:
        del content["on_paper"]
    return _digest(content)


def void_fingerprint(class_session: str, reason: str) -> str:
    """The same for a voiding: equal exactly for the same class session and reason."""
    return _digest(["void", class_session, reason])


def _digest(content: Any) -> str:
    return hashlib.sha256(
        json.dumps(content, sort_keys=True, ensure_ascii=False, default=asdict).encode()
    ).hexdigest()


@dataclass(frozen=True, slots=True)
class MarkChange(Generic[Key, Said]):
    """What a sheet changes for one learner. Nothing before: there was no mark; nothing after: it is taken back."""

    learner: Key
    before: Said | None
    after: Said | None


def reconcile(marks: Mapping[Key, Said], sheet: Mapping[Key, Said]) -> tuple[MarkChange[Key, Said], ...]:
    """The changes that turn these marks into those of the sheet: each learner at most once, in the order of ids."""
    return tuple(
        MarkChange(learner, marks.get(learner), sheet.get(learner))
        for learner in sorted(marks.keys() | sheet.keys())
        if marks.get(learner) != sheet.get(learner)
    )


def check_marks(sheet: Sheet, *, is_cohort: bool) -> None:
    """Raises Refused unless these marks can be of such a class session: `cohort_only` or `substitute_unnamed` (I7)."""
    if not is_cohort and not OF_OPEN_LECTURES.issuperset(sheet.marks.values()):
        raise Refused("cohort_only")
    substituted = {learner for learner, status in sheet.marks.items() if status == SUBSTITUTE}
    if substituted != {learner for learner, name in sheet.came_instead.items() if name}:
        raise Refused("substitute_unnamed")


@dataclass(frozen=True, slots=True, order=True)
class Rank:
    """Which of two sheets of one class session counts, when neither knew of the other: the one taken later.

    A clock that runs ahead gains nothing: no sheet was taken after it arrived. Equal times are settled by the id, so
    that every order of arrival ends alike.
    """

    taken_at: datetime
    submission: UUID

    @classmethod
    def of(cls, submission: UUID, taken_at: datetime, received_at: datetime) -> Rank:
        """The rank of a sheet that says it was taken then and arrived then."""
        return cls(min(taken_at, received_at), submission)


def outranks(arriving: Rank, standing: Iterable[Rank]) -> bool:
    """True when a sheet that knew of no other outranks every one that stands."""
    return all(arriving > other for other in standing)


@dataclass(frozen=True, slots=True)
class Turnout:
    """How many came to one class session, by name and without. Counts of attendances (人次), not of people."""

    named: int = 0
    excused: int = 0
    named_guests: int = 0
    unnamed_guests: int = 0
    headcount: int | None = None
    women: int | None = None
    over_60: int | None = None
    on_paper: int | None = None

    @property
    def written(self) -> int:
        """Learners and guests that the register knows of."""
        return self.named + self.named_guests + self.unnamed_guests

    @property
    def attendances(self) -> int:
        """人次 of this session: the headcount where the room was counted, else who was written down.

        The count is independent of the names and sees those nobody wrote down. One class session, one number: reports
        sum this and never one of its parts. `queries.figures.attendances` is the same in SQL.
        """
        return self.written if self.headcount is None else self.headcount

    @property
    def difference(self) -> int:
        """How many more were counted in the room than written down; negative when fewer. 0 when nobody counted."""
        return 0 if self.headcount is None else self.headcount - self.written


OPENS_BEFORE = 60  # minutes before a class begins: whoever comes early is marked, nobody hours ahead


def register_opens(slot: Slot) -> Moment:
    """From when on a class session in this slot can be recorded; on its own day in any case."""
    return Moment(slot.day, max(slot.starts - OPENS_BEFORE, 0))


def why_no_register(status: str, slot: Slot, at: Moment) -> str | None:
    """The code of why this class session has no register to fill in at this moment, or None when it has."""
    if status in ("draft", "cancelled", "postponed"):
        return f"is_{status}"
    if status == "scheduled" and at < register_opens(slot):
        return "opens_later"
    return None


_NO_REGISTER = {
    "opens_later": N_("%(when)s 才上课，%(opens)s 起能点名。提前上了，就先改时间。"),
    "is_draft": N_("这节课还没公布，公布了才点名。"),
    "is_cancelled": N_("这节课取消了，不用点名。"),
    "is_postponed": N_("这节课改期了，点名在新的那一节。"),
}
_REFUSED = {
    "foreign_learner": N_("名单里有人不是这个村的学员，没有存。外村来的写在下面的外来人里。"),
    "other_content": N_("这张单子先前已经存过一份，内容不一样。对一下下面，再按一次保存，就以这一份为准。"),
    "cohort_only": N_("这是讲座，只记到和请假。要记迟到、代到和补课，先到课程那里改成班。"),
    "substitute_unnamed": N_("还没写家里是谁来的。写在那个人下面。"),
    "no_register": N_("这节课没有登记，没有可作废的。"),
    "why_changed": N_("这节课过去好些天了，名单也存过。要改，写一句为什么改，再保存。"),
    "reason_missing": N_("还没写为什么作废。写一句，以后查得到。"),
}


def tell_no_register(code: str, *, slot: Slot, today: date) -> str:
    """One sentence: why there is no register, and when or where there will be one."""
    when = f"{spoken_moment(slot.day, slot.starts, today)} {clock(slot.starts)}"
    return _(_NO_REGISTER[code], when=when, opens=clock(register_opens(slot).minutes))


def tell_refused_register(refused: Refused, *, today: date) -> str:
    """One sentence: why this register was not saved or not voided, and what can be done."""
    if refused.code in _NO_REGISTER:
        return tell_no_register(refused.code, slot=refused.details["slot"], today=today)
    return _(_REFUSED[refused.code])


def mark_word(code: str | None, came_instead: str = "") -> str:
    """A mark in the current language, with who of the family came where somebody did; no mark says so."""
    if came_instead:
        return _("家人代到（%(name)s）", name=came_instead)
    return _(STATUS_WORDS[code]) if code else _("没记")


def days_late(day: date, today: date) -> int:
    """How many days after the session a register is entered, where that is long enough to be worth a word; else 0."""
    late = (today - day).days
    return late if late > LATE_AFTER_DAYS else 0


def asks_why(day: date, today: date, open_days: int) -> bool:
    """True when a register that was saved before is changed only with a reason, its class being so long past."""
    return (today - day).days > open_days


_GUESTS_APART = re.compile(r"[\n、，,；;。/|]+")
_GUEST_WORDS = re.compile(r"\(([^()]*[^()\s][^()]*)\)|((?:(?!\([^()]*[^()\s][^()]*\))\S)+)")
_PLACE = re.compile(
    r".+村|.{2,}(?:社区|街道|[镇乡县区市省街])|.*[0-9一二三四五六七八九十][组社队]|.{2,}(?:公司|合作社|学校|医院)"
)


def read_guests(text: str) -> tuple[WrittenGuest, ...]:
    """The walk-ins in this text: one a line or set apart, 「名字」, 「名字 村名」 or 「名字（村名）」.

    Several names with blanks between are several people, and what reads as a place belongs to the name before it.
    Raises: Refused with `guest_too_long`, `too_many_guests`, or `one_or_two` where two words may be two people.
    """
    guests = [guest for piece in _GUESTS_APART.split(cleaned(text)) for guest in _guests_in(piece)]
    for guest in guests:
        if max(len(guest.name), len(guest.home)) > LONGEST_LINE:
            raise Refused("guest_too_long", field="guests", text=f"{guest.name} {guest.home}"[:20])
    if len(guests) > MOST_GUESTS:
        raise Refused("too_many_guests", field="guests", n=len(guests))
    return tuple(guests)


def read_list(text: str) -> tuple[WrittenGuest, ...]:
    """The people of a pasted list, as `read_guests` reads them, each with the group as home.

    What else lists say of people is passed over: the number of the row, sex, age, year of birth, telephone; and a head.
    """
    rows = (
        " ".join(filter(_is_name, _APART.split(_ROW_NUMBER.sub("", row))))
        for row in cleaned(text).split("\n")
    )
    return read_guests("\n".join(row for row in rows if not _HEAD.search(row)))


_ROW_NUMBER = re.compile(r"^\s*[0-9０-９]+\s*[.．、)）:：]?(?=\s|[^0-9０-９\s])")
_APART = re.compile(r"[\s,，;；]+")
_PARTICULAR = re.compile(
    r"男|女|[男女]性|[0-9０-９]{1,3}岁|(?:19|20)[0-9]{2}(?:[年./-].*)?|[0-9０-９+ -]{2,}|[一-龥]{1,4}族"
)
_HEAD = re.compile("姓名|名字|名单")


def _is_name(word: str) -> bool:
    return bool(word) and _PARTICULAR.fullmatch(word) is None


def _is_rest_of_name(before: str, word: str) -> bool:
    """True when a blank parts a surname from the name it belongs to: 王 芳, 陈 大秀."""
    return len(before) == 1 and is_surname(before) and len(word) <= 2 and not _PLACE.fullmatch(word)


def _guests_in(piece: str) -> list[WrittenGuest]:
    words: list[tuple[str, bool]] = []  # each with whether it stands in brackets, and so is a place
    for found in _GUEST_WORDS.finditer(piece.replace("（", "(").replace("）", ")")):
        if found[1]:
            words.append((" ".join(found[1].split()), True))
        elif words and _is_rest_of_name(words[-1][0], found[2]):
            words[-1] = (f"{words[-1][0]} {found[2]}", False)  # 王 芳, as long as a name of three
        else:
            words.append((found[2], False))
    is_list = len(words) > 2 and not piece.isascii()
    guests: list[WrittenGuest] = []
    for word, in_brackets in words:
        is_place = in_brackets or _PLACE.fullmatch(word) is not None
        if not guests:
            guests.append(WrittenGuest(f"({word})" if in_brackets else word))
        elif is_place or not is_list:
            if not is_place and len(words) == 2 and may_be_person(word):
                raise Refused("one_or_two", field="guests", name=guests[-1].name, other=word)
            guests[-1] = WrittenGuest(guests[-1].name, f"{guests[-1].home} {word}".strip())
        else:
            guests.append(WrittenGuest(word))
    return guests


def write_guests(guests: Iterable[WrittenGuest]) -> str:
    """The text that `read_guests` reads back into these guests."""
    return "\n".join(map(_write_guest, guests))


def _write_guest(guest: WrittenGuest) -> str:
    plain = f"{guest.name} {guest.home}".strip()
    try:
        is_plain = read_guests(plain) == (guest,)
    except Refused:
        is_plain = False
    return plain if is_plain else guest.name + _("（%(what)s）", what=guest.home)


_REFUSED_GUESTS = {
    "one_or_two": N_(
        "「%(name)s %(other)s」是两个人就分两行写；%(other)s是地方，就写成 %(name)s（%(other)s）。"
    ),
    "guest_too_long": N_("「%(text)s…」太长，不像一个名字。一行写一个人。"),
    "too_many_guests": N_("写了 %(n)d 个名字，一次最多 %(most)d 个。其余的算进人数。"),
}


def tell_refused_guests(refused: Refused) -> str:
    """One sentence: what about the guests' names cannot be kept."""
    return _(_REFUSED_GUESTS[refused.code], most=MOST_GUESTS, **refused.details)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A learner who is also marked as present at a session elsewhere that overlaps this one (I3)."""

    learner: str
    class_session: str
    title: str
    starts: int
    ends: int


def questions(turnout: Turnout, note: str) -> tuple[str, ...]:
    """The sentences to ask about these numbers (I8). An answer, where one was given, is enough; none is required."""
    asked = []
    if turnout.difference < 0 and not note:
        asked.append(
            _(
                "名单和外来的一共 %(written)d 人，清点是 %(headcount)d 人，少 %(less)d 人。有人先走了，还是数漏了？",
                written=turnout.written,
                headcount=turnout.headcount,
                less=-turnout.difference,
            )
        )
    if turnout.on_paper is not None and turnout.on_paper != turnout.written and not note:
        asked.append(
            _(
                "纸上签了 %(paper)d 个，这里记了 %(written)d 人。有人没签，还是漏勾了？写一句就行，不用改成一样。",
                paper=turnout.on_paper,
                written=turnout.written,
            )
        )
    most = turnout.attendances  # where the room was counted, names above it are asked about already
    if turnout.women is not None and turnout.women > most:
        asked.append(
            _("女的写了 %(n)d 人，到的一共才 %(total)d 人。哪个数写错了？", n=turnout.women, total=most)
        )
    if turnout.over_60 is not None and turnout.over_60 > most:
        asked.append(
            _(
                "60 岁以上的写了 %(n)d 人，到的一共才 %(total)d 人。哪个数写错了？",
                n=turnout.over_60,
                total=most,
            )
        )
    return tuple(asked)


def tell_counted_twice(substitute: str, absent: str) -> str:
    """The question about a name that stands for itself and for somebody of the family as well."""
    return _(
        "%(name)s自己记了到，又写成替%(absent)s来的。一个人只占一个位子，是不是记了两遍？",
        name=substitute,
        absent=absent,
    )


def tell_elsewhere(found: Elsewhere) -> str:
    """The question about somebody who was at two places at once."""
    return _(
        "%(name)s这个时间在「%(title)s」（%(from)s–%(to)s）也记了到。是哪一节？",
        **{
            "name": found.learner,
            "title": found.title,
            "from": clock(found.starts),
            "to": clock(found.ends),
        },
    )
