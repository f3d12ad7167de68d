"""Wishes (点单): what households want to learn, which of them are the same, and what became of each."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from nightschool.errors import Refused, refuse_all
from nightschool.rules.names import compared, usual_keys
from nightschool.rules.numerals import NUMERALS, number_of
from nightschool.rules.registers.questions import number_in
from nightschool.texts import N_, _, counted

LONGEST_TOPIC = 40
LONGEST_GROUPS = 60
MOST_HOUSEHOLDS = 9999
MOST_LINES = 100
_MOST_PARTS = 60  # classes that one wish can ask for
MOST_LET_IN = 20  # different wishes that may wait on a village's page until the village has looked at them
_LEFT_WHOLE = 2  # characters of a topic on either side of a word that was put into it
_ALIKE = 0.5  # of the pairs of characters of two topics together, as many stand in both


class WishStatus(StrEnum):
    """What was decided about a wish. That a class was planned or held for it is asked of the classes."""

    SUBMITTED = "submitted"  # by a villager on the village's page; nobody but the village sees it yet
    APPROVED = "approved"
    MERGED = "merged"  # into another, which now stands for both
    UNMET = "unmet"  # cannot be met for now, with a reason
    WITHDRAWN = "withdrawn"  # nobody wants it any more


class WishStage(StrEnum):
    """What became of a wish so far."""

    SUBMITTED = "submitted"
    APPROVED = "approved"
    MERGED = "merged"
    UNMET = "unmet"
    WITHDRAWN = "withdrawn"
    DISPATCHED = "dispatched"  # a teacher is asked for it, or the village
    SCHEDULED = "scheduled"  # a class is to come
    DONE = "done"  # a class was held


# From what to what a wish can be decided; the rest is refused.
WISH_MOVES = {
    WishStatus.SUBMITTED: {WishStatus.APPROVED, WishStatus.MERGED, WishStatus.UNMET},
    WishStatus.APPROVED: {WishStatus.MERGED, WishStatus.UNMET, WishStatus.WITHDRAWN},
    WishStatus.MERGED: {WishStatus.APPROVED},
    WishStatus.UNMET: {WishStatus.APPROVED, WishStatus.WITHDRAWN},
    WishStatus.WITHDRAWN: {WishStatus.APPROVED},
}

UNMET_REASONS = {
    "no_teacher": N_("请不到会讲的老师"),
    "season": N_("现在不是时候，等农时"),
    "no_place": N_("没有合适的场地、设备"),
    "few": N_("想学的人太少"),
    "elsewhere": N_("附近别处有课，去那里学"),
    "other": N_("别的原因"),
}
TIMES = {
    "morning": N_("上午"),
    "afternoon": N_("下午"),
    "evening": N_("晚上"),
    "weekend": N_("周末"),
    "market": N_("赶场天"),
}

_STAGES = {
    WishStage.SUBMITTED: N_("村里还没看"),
    WishStage.APPROVED: N_("等着排课"),
    WishStage.MERGED: N_("合在一起了"),
    WishStage.UNMET: N_("暂时办不到"),
    WishStage.WITHDRAWN: N_("不要了"),
    WishStage.DISPATCHED: N_("正在请老师"),
    WishStage.SCHEDULED: N_("排上了"),
    WishStage.DONE: N_("上过了"),
}


@dataclass(frozen=True, slots=True)
class WishEntry:
    """What is written down of a wish. No months, no times: any."""

    topic: str
    category: str | None = None
    households: int = 1
    groups: str = ""
    months: tuple[int, ...] = ()
    times: tuple[str, ...] = ()


def check_wish(entry: WishEntry) -> None:
    """Raises Refused unless this may be kept.

    The codes are `topic_missing`, `too_long` with how many characters there may be, `households` with how many there
    may be, `months`, or `phone` or `identity` where a number of somebody's stands in the words; each with its field.
    """
    refuse_all(_problems(entry))


def _problems(entry: WishEntry) -> Iterator[Refused]:
    if not entry.topic:
        yield Refused("topic_missing", field="topic")
    for field, written, longest in (
        ("topic", entry.topic, LONGEST_TOPIC),
        ("groups", entry.groups, LONGEST_GROUPS),
    ):
        if len(written) > longest:
            yield Refused("too_long", field=field, n=longest, now=len(written))
        elif number := number_in(written):
            yield Refused(number, field=field)
    if not 1 <= entry.households <= MOST_HOUSEHOLDS:
        yield Refused("households", field="households", most=MOST_HOUSEHOLDS)
    if not {*entry.months} <= {*range(1, 13)}:
        yield Refused("months", field="months")


def check_wish_move(before: WishStatus, after: WishStatus) -> None:
    """Raises Refused `no_such_move` unless a wish that stands so can be decided so."""
    if after not in WISH_MOVES[before]:
        raise Refused("no_such_move", before=before, after=after)


def check_unmet(reason: str | None, words: str) -> None:
    """Raises Refused `reason_missing`, or `words_missing` for a reason that says nothing without words."""
    if reason not in UNMET_REASONS:
        raise Refused("reason_missing", field="reason")
    if reason == "other" and not words:
        raise Refused("words_missing", field="words")


def stage_of(status: WishStatus, *, is_planned: bool, is_held: bool, is_asked: bool = False) -> WishStage:
    """What became of a wish. `is_planned`, `is_held`: of its course a class is to come, or was held.

    `is_asked`: an offer for it waits to be answered.
    """
    if status is WishStatus.APPROVED and is_held:
        return WishStage.DONE
    if status is WishStatus.APPROVED and is_planned:
        return WishStage.SCHEDULED
    if status is WishStatus.APPROVED and is_asked:
        return WishStage.DISPATCHED
    return WishStage(status)


def are_alike(one: str, other: str) -> bool:
    """True when two topics may well be the same wish: they sound alike, one holds the other, or half of both is one.

    Held is also what a word was put into: 果树修剪 in 果树冬季修剪, with two characters left on either side.
    """
    first, sounds, mine = _marks(one)
    second, other_sounds, theirs = _marks(other)
    if not first or not second:
        return False
    if first == second or sounds & other_sounds:
        return True
    shorter, longer = (first, second) if len(first) <= len(second) else (second, first)
    if (len(shorter) >= 2 and shorter in longer) or _is_spread(shorter, longer):
        return True
    return len(mine & theirs) >= _ALIKE * len(mine | theirs) > 0


def _is_spread(shorter: str, longer: str) -> bool:
    return any(
        longer.startswith(shorter[:cut]) and longer.endswith(shorter[cut:])
        for cut in range(_LEFT_WHOLE, len(shorter) - _LEFT_WHOLE + 1)
    )


@lru_cache(maxsize=16384)
def _marks(topic: str) -> tuple[str, frozenset[str], frozenset[str]]:
    """The topic as it is compared, how it sounds, and its pairs of characters."""
    text = compared(topic)
    return text, usual_keys(topic), frozenset(text[at : at + 2] for at in range(len(text) - 1))


def clusters(topics: Sequence[str]) -> list[list[int]]:
    """The places of topics that may be one wish, together; each cluster and all of them in the order of the topics."""
    found: list[list[int]] = []
    having: dict[str, list[int]] = defaultdict(
        list
    )  # clusters by what their first topics have in common with others
    for place, topic in enumerate(topics):
        text, sounds, pairs = _marks(topic)
        marks = {text, *sounds, *pairs}
        near = sorted({number for mark in marks for number in having.get(mark, ())})
        alike = next((number for number in near if are_alike(topics[found[number][0]], topic)), None)
        if alike is not None:
            found[alike].append(place)
            continue
        for mark in marks:
            having[mark].append(len(found))
        found.append([place])
    return found


# 三组, 1、3、5组, 一组和四组; a household as 8 户 or a bare 8 in its own cell.
_NUMBER = f"(?:[0-9]{{1,6}}|[{NUMERALS}]+)"
_GROUPS = re.compile(f"(?:{_NUMBER}[组社队]?[、和])*{_NUMBER}[组社队]")
_HOUSEHOLDS = re.compile(f"([0-9]{{1,6}})户?|({_NUMBER})户")
_MONTHS = re.compile(f"(?:{_NUMBER}月?份?[、和至到~—-])*{_NUMBER}月份?")
_ANY_TIME = frozenset({"全年", "常年", "整年", "一年", "一年四季", "随时", "都行", "都可以", "不限"})
_TIMES = {word: code for code, word in TIMES.items()} | {
    "早上": "morning",
    "夜里": "evening",
    "赶场": "market",
}
_IN_TIMES = re.compile(f"(?:(?:{'|'.join(sorted(_TIMES, key=len, reverse=True))})[、和]?)+")
_CATEGORY = re.compile("【(.+)】")
_IN_FRONT = re.compile(r"^\s*(?:[0-9]{1,3}\s*[.、)）]|[-*•·])\s*")


def read_wishes(
    text: str, category: str | None = None, categories: Mapping[str, str] = MappingProxyType({})
) -> tuple[WishEntry, ...]:
    """One wish a line, as typed or pasted from a spreadsheet: 果树修剪 8户 一组 11月 晚上. Without a number, one 户.

    `category` is that of the lines that name none of the `categories` (word -> code) in 【】.
    Raises Refused, all that is wrong at once, each with its `line` (from 1): `nothing_there`, `too_many` lines, and
    what `check_wish` says.
    """
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not lines:
        raise Refused("nothing_there", field="lines")
    if len(lines) > MOST_LINES:
        raise Refused("too_many", field="lines", n=MOST_LINES, now=len(lines))
    entries = [_entry(line, category, categories) for _number, line in lines]
    refuse_all(
        Refused(problem.code, field="lines", line=number, **problem.details)
        for (number, _line), entry in zip(lines, entries, strict=True)
        for problem in _problems(entry)
    )
    return tuple(entries)


def _entry(line: str, category: str | None, categories: Mapping[str, str]) -> WishEntry:
    plain = _IN_FRONT.sub("", unicodedata.normalize("NFKC", line), count=1)
    topic: list[str] = []
    groups: list[str] = []
    households = 1
    months: tuple[int, ...] = ()
    times: tuple[str, ...] = ()
    for word in re.split(r"[\s,;:]+", plain):
        if found := _HOUSEHOLDS.fullmatch(word):
            households = number_of(found[1] or found[2]) or 0
        elif _GROUPS.fullmatch(word):
            groups.append(word)
        elif (some := months_in(word)) is not None:
            months = tuple(sorted({*months, *some}))
        elif (when := times_in(word)) is not None:
            times = tuple(code for code in TIMES if code in (*times, *when))
        elif (found := _CATEGORY.fullmatch(word)) and found[1] in categories:
            category = categories[found[1]]
        elif word and word != "户":
            topic.append(word)
    return WishEntry(" ".join(topic), category, households, "、".join(groups), months, times)


def months_in(written: str) -> tuple[int, ...] | None:
    """The months that these words name, 3、4月 and 十一月到1月 alike; none for any of them; None: they name none.

    A number that is no month's stays as it is, for `check_wish` to refuse.
    """
    if written in _ANY_TIME:
        return ()
    if not _MONTHS.fullmatch(written):
        return None
    found: list[int] = []
    for joint, number in re.findall(f"([至到~—-]?)({_NUMBER})", written):
        month = number_of(number) or 0
        if joint and 1 <= found[-1] <= 12 and 1 <= month <= 12:
            between = (month - found[-1]) % 12
            found += [(found[-1] + step - 1) % 12 + 1 for step in range(1, between)]
        found.append(month)
    return tuple(found)


def times_in(written: str) -> tuple[str, ...] | None:
    """The times that these words name, by code; None: they name none, or more than times."""
    if not _IN_TIMES.fullmatch(written):
        return None
    return tuple(code for word, code in _TIMES.items() if word in written)


def stage_word(stage: WishStage) -> str:
    """What became of it, in the current language."""
    return _(_STAGES[stage])


def unmet_word(reason: str, words: str) -> str:
    """Why it cannot be met for now: the village's own words where there are some."""
    return words or _(UNMET_REASONS[reason])


def tell_when_suits(months: Iterable[int], times: Iterable[str]) -> str:
    """When it suits, in one line; empty: any time."""
    told = [
        _("、").join(_("%(month)d月", month=month) for month in months),
        _("、").join(_(TIMES[one]) for one in times),
    ]
    return _("，").join(filter(None, told))


_REFUSED = {
    "topic_missing": N_("还没写想学什么。"),
    "too_long": N_("最多写 %(n)d 个字，现在有 %(now)d 个。"),
    "phone": N_("里面像是有手机号。这里只记想学什么、几户，把号码去掉再存。"),
    "identity": N_("里面像是有身份证号。这里只记想学什么、几户，把号码去掉再存。"),
    "households": N_("几户，填 1 到 %(most)d 的整数。"),
    "months": N_("月份写 1 到 12，像「11月」「3、4月」；哪个月都行就不写。"),
    "nothing_there": N_("还没写。一行写一个想学的，像「果树修剪 8户 三组」。"),
    "too_many": N_("一次最多 %(n)d 行，现在有 %(now)d 行。分两次录。"),
    "no_such_move": N_("这个点单刚才已经有人处理了。看看现在怎样，再定。"),
    "reason_missing": N_("选一个原因，问的人看得到。"),
    "words_missing": N_("写一句是什么原因，问的人看得到。"),
    "no_such_course": N_("这门课已经不在了，重新选一门。"),
    "not_a_parent": N_("要合过去的那一个已经不在单子上了，重新选一个。"),
    "enough": N_("这会儿收不下了：前面的村里还没来得及看。直接给村干部说一声也行。"),
}


def tell_refused_wish(refused: Refused) -> str:
    """One sentence: why this cannot be saved so, and what can be done."""
    sentence = _(_REFUSED[refused.code], **refused.details)
    if line := refused.details.get("line"):
        return _("第 %(line)d 行：%(sentence)s", line=line, sentence=sentence)
    return sentence


_PARTS = re.compile(
    rf"[\s(（,，:：]*(?:[分共要讲上]+\s*)?(?<![第0-9{NUMERALS}])({_NUMBER})\s*(?:次课|节课|堂课|次|讲|节|堂)[)）\s]*$"
)


def parts_wished(topic: str) -> tuple[str, int]:
    """What it is about and in how many parts it is wished for: 果树修剪 三次课. One where the words name no number."""
    found = _PARTS.search(topic)
    number = number_of(found[1]) if found else None
    if found is None or number is None or not found.start() or not 1 < number <= _MOST_PARTS:
        return topic, 1
    return topic[: found.start()], number


def part_topic(topic: str, part: int) -> str:
    """What a part is called, always in the same words: what was offered is found again by them."""
    return f"{topic}（第{part}讲）"


def is_part(topic: str, wished: str) -> bool:
    """Whether this is a part of what was wished for."""
    about, parts = parts_wished(wished)
    return parts > 1 and any(topic == part_topic(about, part) for part in range(1, parts + 1))


def tell_households(households: int) -> str:
    """How many want it."""
    return counted("%(n)d 户想学", households)
