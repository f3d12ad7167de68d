"""The evaluation slip of a class (F9, 教学质量评估表): what it asks, until when, and what of the answers is shown.

Answers are counted and never kept one by one. Nothing is shown of fewer than five (I22).
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from nightschool.errors import Refused
from nightschool.rules.registers.questions import number_in
from nightschool.texts import N_, _, counted


class Aspect(StrEnum):
    METHOD = "method"  # 教学方式
    CONTENT = "content"  # 教学内容
    ATTITUDE = "attitude"  # 教学态度
    UNDERSTOOD = "understood"  # 是否听得懂


STARS = (Aspect.METHOD, Aspect.CONTENT, Aspect.ATTITUDE)
_MOST_STARS = 5
UNDERSTOOD_WORDS = {3: N_("听懂了"), 2: N_("听懂一些"), 1: N_("没听懂")}
_ALL = 3  # of it was understood
_ASPECT_WORDS = {
    Aspect.METHOD: (N_("讲法"), N_("讲的办法好不好")),
    Aspect.CONTENT: (N_("内容"), N_("讲的东西有没有用")),
    Aspect.ATTITUDE: (N_("态度"), N_("老师上心不上心")),
    Aspect.UNDERSTOOD: (N_("听懂了的"), N_("听得懂吗")),
}

FEWEST = 5  # answers, of which something is shown; answers by the slip's address come to be shown so many at a time
SLIP_DAYS = 7  # after the class
LONGEST_WORDS = 60
MOST_BY_ADDRESS = 200  # of one class, as long as nobody has said how many came
MOST_ON_PAPER = 300  # that are entered in one go


@dataclass(frozen=True, slots=True)
class EvaluationSlip:
    """What one person answered; what was left out is not there."""

    answers: Mapping[Aspect, int] = field(default_factory=dict)
    words: str = ""  # what they want to learn next


class Evaluated(NamedTuple):
    """What is shown of the answers to one class or to several."""

    slips: int
    averages: Mapping[Aspect, float]
    understood: int | None  # per cent


def answers_to(aspect: Aspect) -> dict[int, str]:
    """What can be answered, the best first, in words."""
    if aspect is Aspect.UNDERSTOOD:
        return {choice: _(words) for choice, words in UNDERSTOOD_WORDS.items()}
    return {stars: _("%(n)d 星", n=stars) for stars in range(_MOST_STARS, 0, -1)}


def question_of(aspect: Aspect) -> str:
    """The question as it is asked."""
    return _(_ASPECT_WORDS[aspect][1])


def check_time(status: str, day: date, today: date, *, by_address: bool) -> None:
    """Raises Refused unless slips about a class of that status and day are taken: `not_yet`, `called_off`, or `closed`
    once the address on the slip takes no more; on paper there may be some for longer.
    """
    if status not in ("scheduled", "held"):
        raise Refused("called_off", field="slips")
    if today < day:
        raise Refused("not_yet", field="slips")
    if by_address and today > day + timedelta(days=SLIP_DAYS):
        raise Refused("closed")


def most_by_address(came: int | None) -> int:
    """How many answers the address takes: no more than people who came, where that is recorded."""
    return MOST_BY_ADDRESS if came is None else max(came, FEWEST)


def check_slip(slip: EvaluationSlip) -> None:
    """Raises Refused with `nothing_said`, `too_long` or `names_somebody`, each with its field."""
    if not slip.answers and not slip.words:
        raise Refused("nothing_said")
    if len(slip.words) > LONGEST_WORDS:
        raise Refused("too_long", field="words", n=LONGEST_WORDS, text=slip.words[:10])
    if number_in(slip.words):
        raise Refused("names_somebody", field="words", text=slip.words[:10])


_LINE = re.compile(r"([0-5])[ ,、]*([0-5])[ ,、]*([0-5])[ ,、]*([0-3])(?![0-9])[ ,、:]*(.*)")


def read_paper_slips(text: str) -> list[EvaluationSlip]:
    """Slips as they are typed from paper, a line each: 5 4 5 3, and what somebody wants to learn behind it; 0 is blank.

    Raises: Refused with `no_slips`, `too_many`, `unreadable`, or as `check_slip` does, with the line.
    """
    found = []
    for line in filter(None, map(str.strip, unicodedata.normalize("NFKC", text).splitlines())):
        read = _LINE.fullmatch(line)
        if read is None:
            raise Refused("unreadable", field="slips", text=line[:20])
        answers = {
            aspect: int(one) for aspect, one in zip(Aspect, read.groups()[:4], strict=True) if one != "0"
        }
        slip = EvaluationSlip(answers, read[5])
        try:
            check_slip(slip)
        except Refused as refused:
            raise Refused(refused.code, field="slips", **{"text": line[:20], **refused.details}) from None
        found.append(slip)
    if not found:
        raise Refused("no_slips", field="slips")
    if len(found) > MOST_ON_PAPER:
        raise Refused("too_many", field="slips", n=len(found), most=MOST_ON_PAPER)
    return found


_REFUSED = {
    "nothing_said": N_("还什么都没选。选一样也行。"),
    "too_long": N_("「%(text)s…」太长，最多写 %(n)d 个字。"),
    "names_somebody": N_("「%(text)s…」里像是有手机号或身份证号。这里不记是谁写的，去掉号码再交。"),
    "closed": N_("这张表收完了，谢谢。"),
    "enough": N_("来的人都交过了，谢谢。"),
    "not_yet": N_("这节课还没上，上课那天起才能交。"),
    "called_off": N_("这节课没有上，不用评。"),
    "no_slips": N_("还没写。一张一行。"),
    "too_many": N_("写了 %(n)d 张，一次最多 %(most)d 张。分几次记。"),
    "unreadable": N_("「%(text)s」看不懂。前三个数是 0 到 5，第四个是 0 到 3，像 5 4 5 3。"),
}


def tell_refused_evaluation(refused: Refused) -> str:
    """One sentence: why this is not taken, and what can be done."""
    return _(_REFUSED[refused.code], **refused.details)


# What is added up of slips: how many there are, and of each question the answers and their points.
EVALUATED = ("slips", *(f"{aspect}{what}" for aspect in Aspect for what in ("", "_points")))


def summed(slips: int, numbers: Iterable[tuple[str, int, int]]) -> Counter[str]:
    """What so many slips add, of which so many say this to that: (aspect, choice, number); nothing, of too few."""
    sums = Counter[str]()
    if slips >= FEWEST:
        sums["slips"] = slips
        for aspect, choice, number in numbers:
            sums[aspect] += number
            points = int(choice == _ALL) if aspect == Aspect.UNDERSTOOD else choice
            sums[f"{aspect}_points"] += points * number
    return sums


def evaluation_of(slips: int, numbers: Iterable[tuple[str, int, int]]) -> Evaluated | None:
    """What is shown of the slips about one class; as `summed` and `shown_of`."""
    return shown_of(summed(slips, numbers))


def shown_of(sums: Mapping[str, int]) -> Evaluated | None:
    """What is shown of what slips add up to; None of too few. A question that too few have answered is left out."""
    if sums["slips"] < FEWEST:
        return None
    shares = {aspect: sums[f"{aspect}_points"] / sums[aspect] for aspect in Aspect if sums[aspect] >= FEWEST}
    understood = shares.pop(Aspect.UNDERSTOOD, None)
    return Evaluated(sums["slips"], shares, None if understood is None else round(100 * understood))


def tell_evaluation(found: Evaluated) -> str:
    """评课 12 份：讲法 4.6 星，内容 4.4 星；听懂了的 92%."""
    told = [
        _("%(what)s %(stars)s 星", what=_(_ASPECT_WORDS[aspect][0]), stars=f"{average:.1f}")
        for aspect, average in found.averages.items()
    ]
    if found.understood is not None:
        told.append(_("听懂了的 %(share)d%%", share=found.understood))
    return counted("评课 %(n)d 份：%(told)s", found.slips, told=_("，").join(told) or _("各项答的人都还少"))
