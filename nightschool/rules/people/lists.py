"""Lists of people as they stand in spreadsheets: what a column says, what a cell means, who of them is new."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import Any

from nightschool.errors import Refused
from nightschool.rules.errands import GOING_ON
from nightschool.rules.names import compared, may_be_person, normalised
from nightschool.rules.people.people import (
    SEXES,
    LearnerEntry,
    TeacherEntry,
    check_learner,
    group_number,
    group_order,
    parse_birth_year,
    parse_phone,
    sex_word,
    tell_refused_person,
    tell_unreadable_birth_year,
    tell_unreadable_phone,
)
from nightschool.rules.slots import Now
from nightschool.rules.typed import LONGEST_LINE, cell_name, why_not_kept
from nightschool.texts import N_, _

MOST_PEOPLE = 20_000  # in one list
LIST_READ_WITHIN = timedelta(minutes=2)  # or the process that read it is gone
LIST_KEPT_FOR = timedelta(days=1)
MOST_ROWS_SHOWN = 50  # of each kind; a list with more is put right in the spreadsheet
HEAD_WITHIN = 20  # lines; above it may stand a title, a date, who made it

# What a column may hold, as its head says it; the first that fits counts.
_HEADS = {
    "name": "(?:学员|村民|农民|人员|成员|本人|老师|教师|讲师|授课人|专家)?(?:的?姓名|名字)|姓名.*"
    "|名字|学员|村民|(?:参训|参加|到课|签到|听课)(?:人员|学员|的人|人)(?:名单|姓名)?|老师|教师|讲师|授课人|name"
    "|名|firstname|givenname",
    "surname": "姓|姓氏|lastname|surname|familyname",  # Moodle writes the two apart
    "household": "户主(?:的?姓名|名字)?|household",
    "group_name": "(?:所[在属]|村民|哪个?|村)?(?:小组|组|社|生产队|队)(?:别|名|名称|号)?|.*村民小组.*"
    "|(?:家庭|现|居住)?(?:住址|地址)|group",
    "sex": "性别|sex|gender",
    "birth_year": "(?:出生|生日|生年).*|birth.*",
    "age": "(?:实际|周)?(?:年龄|年纪|岁数|周岁).*|age",
    "phone": "(?:本人|联系|移动)?(?:电话|手机|号码).*|联系方式.*|tel.*|phone.*|mobile.*",
    "village": "(?:所[在属]|行政)?(?:村|社区|村社区)(?:名|名称|别)?|village",
    "unit": "(?:工作|所在|派出)?(?:单位|部门)(?:名称|及职务)?|unit",
    "specialities": ".*(?:专长|特长|擅长|会讲|授课内容|课程|专业).*|specialit.*",
    "languages": "语言|方言|讲什么话|languages?",
    "day": "(?:上课|培训|活动|签到)?(?:日期|时间|日子)|(?:session)?date|day",
    "title": "(?:课程|培训|活动)?(?:名称|题目|主题|内容)|课程|课名|哪门课|title|course",
    "mark": "(?:是否)?(?:到课|签到|出勤|考勤|到场|到会|参加|到没到)(?:情况|记录|与否)?|mark|status",
}
_COLUMNS = {
    "learner": ("name", "group_name", "household", "sex", "birth_year", "age", "phone", "village"),
    "teacher": ("name", "unit", "specialities", "languages", "phone"),
    "register": ("name", "surname", "group_name", "day", "title", "mark"),
}
_LABELS = {
    "name": N_("姓名"), "household": N_("户主"), "group_name": N_("哪个组"), "sex": N_("性别"),
    "birth_year": N_("出生年份"), "age": N_("年龄"), "phone": N_("电话"), "village": N_("村"), "unit": N_("单位"),
    "specialities": N_("会讲什么"), "languages": N_("讲什么话"),
    "day": N_("上课日期"), "title": N_("哪门课"), "mark": N_("到没到"), "surname": N_("姓"),
}  # fmt: skip
_LONGEST = {"unit": 200, "specialities": 200, "languages": 200}
_IDENTITY_HEAD = re.compile("身份证|证件号|身份号")
_NO_PERSON = re.compile("(?:合|总|小|共)计.*|制表.*|填表.*|备注.*|说明.*|注[:：].*|.*(?:签字|盖章).*")
_SEVERAL = re.compile(r"[、,，;；/\n]")
_HAN_WITH_BLANKS = re.compile(r"[⺀-鿿\U00020000-\U0003ffff\s]+")
_BRACKETS = re.compile(r"(.+?)\s*[(（\[【]\s*(.*?)\s*[)）\]】]?\s*")
_NUMBERED = re.compile(r"^[0-9]{1,4}[.、,，)）]\s*")
_GROUP_IN = re.compile(
    "第?(?:[0-9０-９]{1,3}|[一二两三四五六七八九十]{1,3})(?:村民小组|生产队|小组|组|社|队)"
)
_NO_PHONE = re.compile(r"[无没有暂\-—/\\]+")
_NOT_WORKED_OUT = re.compile(r"#(?:N/A|NAME\?|REF!|VALUE!|DIV/0!|NULL!|NUM!)")
_AGE = re.compile(r"([0-9]{1,3})\s*(?:周?岁)?")
_SEX = {"女": "female", "女性": "female", "f": "female", "男": "male", "男性": "male", "m": "male"}


@dataclass(frozen=True, slots=True)
class PeopleSheet:
    """One sheet as it is looked through: its lines with their numbers, and which of them names the columns.

    Identity numbers are not in it any more; `left_out` names the columns in which they stood.
    """

    name: str  # "" of a text file
    head: int | None  # place among `lines`; None: no line names the columns
    lines: tuple[tuple[int, tuple[str, ...]], ...]
    left_out: tuple[str, ...] = ()

    def heads(self) -> tuple[str, ...]:
        """What the columns are called."""
        return self.lines[self.head][1] if self.head is not None else ()

    def samples(self, column: int) -> list[str]:
        """Some of what stands in the column."""
        filled = (cells[column] for _number, cells in self.below() if cells[column : column + 1] > ("",))
        return list(islice(filled, 3))

    def head_line(self) -> int | None:
        """The number of the line that names the columns."""
        return self.lines[self.head][0] if self.head is not None else None

    def with_head(self, line: int | None) -> "PeopleSheet":
        """The same where this line names the columns. Raises ValueError when there is no such line."""
        numbers = [number for number, _cells in self.lines]
        return replace(self, head=None if line is None else numbers.index(line))

    def below(self) -> tuple[tuple[int, tuple[str, ...]], ...]:
        """The lines that may each be a person."""
        return self.lines[0 if self.head is None else self.head + 1 :]


@dataclass(frozen=True, slots=True)
class Doubt:
    """One cell that a person has to look at: which, and why and what to do."""

    where: str  # 三组!B14
    told: str


@dataclass(frozen=True, slots=True)
class ListedPerson:
    """Somebody as a row of the list says, and what of the row is doubtful. `stops`: they cannot be taken in so."""

    row: str  # names the row in forms
    where: str
    entry: Any  # LearnerEntry or TeacherEntry
    doubts: tuple[Doubt, ...] = ()
    stops: bool = False


@dataclass(frozen=True, slots=True)
class OnRecord:
    """Somebody who is on record already, as far as a list can tell them from others."""

    entry: Any
    is_retired: bool = False


@dataclass
class Sorted:
    """Who of a list is new, and of whom somebody has to be asked."""

    new: list[ListedPerson] = field(default_factory=list)
    asked: list[tuple[ListedPerson, str]] = field(default_factory=list)  # with the question
    bad: list[ListedPerson] = field(default_factory=list)
    known: int = 0  # on record already
    repeated: int = 0  # more than once in the list, alike in everything


def column_word(name: str) -> str:
    """What a column holds, in the current language."""
    return _(_LABELS[name])


def column_choices(kind: str) -> dict[str, str]:
    """What a column can be said to hold."""
    return {"": _("不带入"), **{name: column_word(name) for name in _COLUMNS[kind]}}


def chosen_twice(columns: Sequence[str]) -> str:
    """What two columns are said to hold; empty where each holds something of its own."""
    return next((name for name in columns if name and columns.count(name) > 1), "")


def is_identity_head(head: str) -> bool:
    """True for the head of a column of identity numbers."""
    return bool(_IDENTITY_HEAD.search(re.sub(r"\s", "", head)))


def columns_named(kind: str, heads: Sequence[str]) -> tuple[str, ...]:
    """What each column holds as far as its head says, "" where it does not; each thing is held by one column."""
    found: list[str] = []
    for head in heads:
        plain = re.sub(r"[\s*＊:：]|[(（].*?[)）]", "", normalised(head))
        fits = (
            name
            for name in _COLUMNS[kind]
            if name not in found and re.fullmatch(_HEADS[name], plain) is not None
        )
        found.append("" if is_identity_head(head) else next(fits, ""))
    return tuple(found)


def columns_seen(kind: str, rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The same where no line names the columns: what most of a column's cells look like."""
    looks = {
        "name": lambda text: may_be_person(plain_name(text)),
        "group_name": lambda text: not text.isascii() and group_number(text) > 0,
        "sex": lambda text: text in _SEX,
        "phone": lambda text: len(text) >= 7 and bool(parse_phone(text)),
    }
    found: list[str] = []
    for place in range(max(map(len, rows), default=0)):
        cells = [row[place] for row in rows if place < len(row) and row[place]]
        fits = (
            name
            for name, test in looks.items()
            if name in _COLUMNS[kind] and name not in found and sum(map(test, cells)) * 2 > len(cells)
        )
        found.append(next(fits, ""))
    return tuple(found)


def head_of(kind: str, lines: Sequence[Sequence[str]]) -> int | None:
    """The place of the line that names the columns: the first that names two of them, a name among them, else one."""
    named = [set(columns_named(kind, cells)) - {""} for cells in lines[:HEAD_WITHIN]]
    fits = [place for place, found in enumerate(named) if "name" in found]
    return next((place for place in fits if len(named[place]) > 1), next(iter(fits), None))


def group_in(text: str) -> str:
    """The numbered group in an address or a heading: 三组 of 狮湾村三组12号 and of 三组（32人）; "" without one."""
    found = [one for one in _GROUP_IN.findall(re.sub(r"\s", "", text)) if group_number(one)]
    return found[-1] if found else ""


def _village(name: str) -> str:
    return re.sub("(?:村民委员会|居民委员会|村委会|居委会|村|社区)+$", "", compared(name))


def _begins_with_person(text: str) -> bool:
    return may_be_person(re.split(r"[\s(（]", text)[0])


def plain_name(text: str) -> str:
    """The name without what sets it in a column: 王 芳 and 王　芳 are written 王芳, Anna Li stays."""
    return re.sub(r"\s+", "", text) if _HAN_WITH_BLANKS.fullmatch(text) else " ".join(text.split())


def people_in(
    kind: str,
    sheet: PeopleSheet,
    columns: Sequence[str],
    *,
    group: str,
    today: date,
    place: str = "",
    prefix: str = "",
) -> Iterator[ListedPerson]:
    """Everybody in the sheet, row by row; blank lines, sums and repeated heads are nobody.

    `columns`: what each holds. `place`: the village; a row that names another cannot be taken. Who has no group is of
    the one above, as in cells that were merged, else of the one the sheet is called after, else of `group`.
    """
    if "name" not in columns:
        return  # of this sheet nobody is wanted
    called = sheet.name if kind == "learner" and group_number(sheet.name) else ""
    above = ""
    for number, cells in sheet.below():
        told = {name: cells[place] for place, name in enumerate(columns) if name and place < len(cells)}
        is_head = cells == sheet.heads() or "name" in columns_named(kind, (told.get("name", ""),))
        if not any(cells) or is_head:
            continue  # on every page the columns are named once more
        filled = [cell for cell in cells if cell]
        if len(filled) == 1 and not _begins_with_person(filled[0]) and (heading := group_in(filled[0])):
            above = heading  # a line of its own over those of the group
            continue
        if not any(told.values()) or any(_NO_PERSON.fullmatch(cell) for cell in filled[:2]):
            continue
        if "group_name" in _COLUMNS[kind]:
            typed = told.get("group_name", "").removeprefix(place).strip()
            typed = group_in(typed) or typed
            above = typed or above
            told["group_name"] = typed
        yield _Row(kind, sheet, number, columns, told, today).read(prefix, place, above or called or group)


class _Row:
    """One row, read cell by cell."""

    def __init__(
        self,
        kind: str,
        sheet: PeopleSheet,
        number: int,
        columns: Sequence[str],
        told: Mapping[str, str],
        today: date,
    ) -> None:
        self.kind, self.sheet, self.number, self.columns = kind, sheet, number, columns
        self.told, self.today = dict(told), today
        self.doubts: list[Doubt] = []
        self.stops = False

    def read(self, prefix: str, place: str, group: str) -> ListedPerson:
        village = self.told.pop("village", "")
        if village and not _village(village).endswith(_village(place)):
            told = _(
                "这一行写的是%(village)s，不是%(place)s的。到那个村的名单里去带入。",
                village=village,
                place=place,
            )
            self._stop("village", told)
        kept: dict[str, Any] = {"name": self._name()}
        if "group_name" in _COLUMNS[self.kind] and not self.told.get("group_name"):
            self.told["group_name"] = group
        for name in self.columns:
            if name not in ("", "name", "age", "birth_year", "group_name") and (
                text := self.told.get(name, "")
            ):
                kept[name] = self._kept(name, text)
        for name in ("group_name", "sex"):  # which may stand beside the name, or above
            if name not in kept and self.told.get(name):
                kept[name] = self._kept(name, self.told[name])
        if year := self._birth_year():
            kept["birth_year"] = year
        entry = (LearnerEntry if self.kind == "learner" else TeacherEntry)(**kept)
        if not self.stops:
            self._check(entry)
        where = cell_of(self.sheet, self._place("name"), self.number)
        return ListedPerson(f"{prefix}{self.number}", where, entry, tuple(self.doubts), self.stops)

    def _name(self) -> str:
        name = plain_name(_NUMBERED.sub("", self.told.get("name", "")))
        if (found := _BRACKETS.fullmatch(name)) and found[2]:
            name = found[1]
            if group_number(found[2]) and not self.told.get("group_name"):
                self.told["group_name"] = found[2]
            elif normalised(found[2]) in _SEX and not self.told.get("sex"):
                self.told["sex"] = found[2]
            else:
                self._doubt(
                    "name",
                    _(
                        "写的是「%(typed)s」，只记「%(name)s」，括号里的不记。括号里是另一个人，就另写一行。",
                        typed=self.told["name"],
                        name=name,
                    ),
                )
        words = self.told.get("name", "").split()
        if _NOT_WORKED_OUT.fullmatch(name):
            self._stop("name", _tell_not_worked_out(name))
        elif _SEVERAL.search(name) or (
            len(words) > 1 and all(len(w) > 1 and may_be_person(w) for w in words)
        ):
            self._stop("name", _("「%(name)s」像是不止一个人。一行写一个，再来一次。", name=name))
        elif sentence := why_not_kept(name, LONGEST_LINE):
            self._stop("name", sentence)
        return name

    def _kept(self, name: str, text: str) -> Any:
        """What is kept of the cell; None or "" where it is left blank, and then it is doubtful."""
        if sentence := why_not_kept(text, _LONGEST.get(name, LONGEST_LINE)):
            (self._stop if name == "group_name" else self._doubt)(name, sentence)
            return None if name == "sex" else ""
        if _NOT_WORKED_OUT.fullmatch(text):
            self._doubt(name, _tell_not_worked_out(text))
            return None if name == "sex" else ""
        if name == "phone":
            if _NO_PHONE.fullmatch(text):
                return ""
            if (phone := parse_phone(text)) is None:
                self._doubt(name, tell_unreadable_phone(text))
            return phone or ""
        if name == "sex":
            if (sex := _SEX.get(normalised(text))) is None:
                self._doubt(
                    name,
                    _(
                        "性别写的是『%(typed)s』，写%(female)s或%(male)s，不知道就留空。",
                        typed=text,
                        **{code: sex_word(code) for code in SEXES},
                    ),
                )
            return sex
        return plain_name(text) if name == "household" else text

    def _birth_year(self) -> int | None:
        for name, text in self.told.items():
            if not text or name not in ("birth_year", "age"):
                continue
            if name == "birth_year" and (year := parse_birth_year(text)):
                return year
            found = _AGE.fullmatch(normalised(text)) if name == "age" else None
            if found and int(found[1]) <= 120:
                return self.today.year - int(found[1])
            sentence = (
                tell_unreadable_birth_year(text)
                if name == "birth_year"
                else _(
                    "年龄写的是『%(typed)s』，读不出几岁。写数字，比如 56，不知道就留空。", typed=text[:20]
                )
            )
            self._doubt(name, sentence)
        return None

    def _check(self, entry: Any) -> None:
        if self.kind == "teacher":
            if not entry.name:
                self._stop("name", tell_refused_person(Refused("name_missing")))
            return
        try:
            check_learner(entry, today=self.today)
        except Refused as refused:
            for one in (refused, *refused.others):
                self._stop(one.field or "name", tell_refused_person(one))

    def _place(self, name: str) -> int:
        other = "age" if name == "birth_year" else "name"
        return self.columns.index(name if name in self.columns else other if other in self.columns else "")

    def _doubt(self, name: str, told: str) -> None:
        place = self._place(name)
        self.doubts.append(Doubt(cell_of(self.sheet, place, self.number), told))

    def _stop(self, name: str, told: str) -> None:
        self._doubt(name, told)
        self.stops = True


def _tell_not_worked_out(typed: str) -> str:
    return _("写的是『%(typed)s』，是表格没有算出来的公式。把要写的字写上，不知道就留空。", typed=typed)


def cell_of(sheet: PeopleSheet, column: int, line: int) -> str:
    """How a cell is named: B14 of a sheet called 三组 is 三组!B14."""
    named = cell_name(column, line)
    return f"{sheet.name}!{named}" if sheet.name else named


def sort_out(listed: Iterable[ListedPerson], known: Iterable[OnRecord], *, others: Collection[str]) -> Sorted:
    """Who is new, who is on record, who is both only by name; `others`: rows of whom it is said that they are another.

    Nobody is taken for somebody else unasked: where what both say of two of one name differs, it is asked.
    """
    result = Sorted()
    on_record: dict[Any, list[OnRecord]] = {}
    in_other_groups: dict[Any, list[tuple[Any, ...]]] = {}
    for one in known:
        on_record.setdefault(_key(one.entry), []).append(one)
        in_other_groups.setdefault(compared(one.entry.name), []).append(_facts(one.entry))
    seen: dict[Any, list[Any]] = {}
    for person in listed:
        if person.stops:
            result.bad.append(person)
            continue
        key, facts = _key(person.entry), _facts(person.entry)
        records, before = on_record.get(key, []), seen.setdefault(key, [])
        same = [one for one in records if not one.is_retired and _agree(facts, _facts(one.entry))]
        if facts in before:
            result.repeated += 1
            continue
        if same:
            result.known += 1  # and whoever is found once is nobody else of the list
            records.remove(max(same, key=lambda one: _alike(facts, _facts(one.entry))))
        elif (records or before) and person.row not in others:
            result.asked.append((person, _question(person.entry, records, bool(before))))
            continue
        elif person.row not in others and any(
            _born_or_phoned_alike(facts, theirs)
            for theirs in in_other_groups.get(compared(person.entry.name), ())
        ):
            result.asked.append((person, _tell_in_other_group(person.entry.name)))
            continue
        else:
            result.new.append(person)
        before.append(facts)
    return result


def _born_or_phoned_alike(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    return _agree(one, other) and any(
        mine and mine == theirs for mine, theirs in zip(one[2:], other[2:], strict=True)
    )


def _tell_in_other_group(name: str) -> str:
    return _(
        "名单上别的组有一个%(name)s，出生年份或者电话一样，像是换过组。是同一个人就不用再加；是另一个人，打勾。",
        name=name,
    )


def _key(entry: Any) -> Any:
    """Equal for those who may be one person."""
    if isinstance(entry, TeacherEntry):
        return compared(entry.name)
    return compared(entry.name), group_order(group_number(entry.group_name), entry.group_name)


def _facts(entry: Any) -> tuple[Any, ...]:
    """What tells namesakes apart."""
    if isinstance(entry, TeacherEntry):
        return compared(entry.unit), entry.phone
    return compared(entry.household), entry.sex, entry.birth_year, entry.phone


def _agree(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    return all(mine == theirs for mine, theirs in zip(one, other, strict=True) if mine and theirs)


def _alike(one: tuple[Any, ...], other: tuple[Any, ...]) -> int:
    return sum(mine == theirs for mine, theirs in zip(one, other, strict=True))


def _question(entry: Any, records: Sequence[OnRecord], is_in_list: bool) -> str:
    if isinstance(entry, TeacherEntry):
        return _("已经有一位%(name)s。是同一个人就不用再加；是另一个人，打勾。", name=entry.name)
    if records and all(record.is_retired for record in records):
        return _("有一位不再来的%(name)s。是同一个人，到名单里请回来；是另一个人，打勾。", name=entry.name)
    if is_in_list:
        return _("表里前面已经有一个同组的%(name)s，写的不一样。是另一个人，打勾。", name=entry.name)
    return _(
        "名单上已经有一个同组的%(name)s，写的不一样。是同一个人就不用再加；是另一个人，打勾。",
        name=entry.name,
    )


class ListStage(StrEnum):
    """Where a list stands, as a page tells it."""

    READING = "reading"
    TAKING = "taking"  # somebody takes it in, or will soon
    UNREAD = "unread"  # it could not be read, or the process that read it is gone
    WAITING = "waiting"  # looked through, nobody of it written down yet
    EXPIRED = "expired"
    TAKEN = "taken"
    UNDONE = "undone"


def list_stage(
    *,
    is_read: bool | None,
    made_at: datetime,
    taken_at: datetime | None,
    undone_at: datetime | None,
    errand: str | None = None,
    now: Now,
) -> ListStage:
    """What is told of a list. `is_read`: None until it is known; `errand`: how that stands which takes it in."""
    if undone_at:
        return ListStage.UNDONE
    if taken_at:
        return ListStage.TAKEN
    if errand in GOING_ON:
        return ListStage.TAKING
    if not now.is_within(LIST_KEPT_FOR, made_at):
        return ListStage.EXPIRED
    if is_read:
        return ListStage.WAITING
    reads = is_read is None and now.is_within(LIST_READ_WITHIN, made_at)
    return ListStage.READING if reads else ListStage.UNREAD


_REFUSED = {
    "list_expired": N_("这份表传上来一天多了，内容已经删掉。重新传一次。"),
    "list_taken": N_("这份表已经带入了。"),
    "list_unread": N_("这份表没有读完。等一等，或者再传一次。"),
    "nobody_new": N_("没有要加的人：都已经在名单上，或者写的还读不出来。什么也没有变。"),
    "no_new_register": N_("没有要补的点名：这些课都已经点过名，或者写的还读不出来。什么也没有变。"),
    "list_not_taken": N_("这份表没有带入，或者已经撤回了。"),
    "undo_over": N_("带入一天多了，不能整份撤回。不对的人在名单里一个一个改。"),
    "nobody_in_it": N_("表里没有找到人。要有一列是姓名，一行一个人。"),
    "too_many": N_("一份表最多 %(n)d 人。分成几份再来。"),
    "too_large": N_("这张表太大了。只留要带入的那几列，一份最多 %(n)d 人，另存一份再来。"),
}


def tell_refused_list(refused: Refused) -> str:
    """One sentence: why nothing is done with the list, and what to do."""
    return _(_REFUSED[refused.code], **refused.details)


def tell_left_out(columns: Sequence[str]) -> str:
    """One sentence: identity numbers stood in these columns, and are not kept."""
    return _(
        "%(columns)s里是身份证号。夜校不记身份证号，没有带入，也没有存下来。", columns=_("、").join(columns)
    )


def tell_sheets_left(sheets: Sequence[str]) -> str:
    """One sentence: which sheets were not read, and what they would need."""
    return _("这些工作表没有读：%(names)s。要读的话，不要隐藏，要有一列是姓名。", names=_("、").join(sheets))
