"""What a register makes one ask back (Q1 to Q8 of docs/domain.md): kindly, of its village alone.

Every sentence names an innocent reason first. None needs an answer; one that was given is kept beside the class.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from nightschool.rules.almanac import clock, is_new_years_eve, spoken_day
from nightschool.rules.courses.advice import AFTER_WORK, MARKET_OVER
from nightschool.rules.registers.attendance import days_late
from nightschool.rules.seasons.farm_windows import FarmWindow, in_season
from nightschool.rules.seasons.markets import Markets
from nightschool.texts import _, counted


class AskedBackKind(StrEnum):
    SAME_NAMES = "same_names"  # Q1
    SAME_COUNT = "same_count"  # Q2
    LATE = "late"  # Q3
    FAR_TEACHER = "far_teacher"  # Q4
    FULL = "full"  # Q5
    CROWDED = "crowded"  # Q6
    QUIET = "quiet"  # Q7
    SAME_PHOTO = "same_photo"  # Q8


# What a village does from habit, or a room of it is like: answered once, it is not asked again for a while.
HABITS = frozenset(
    {AskedBackKind.SAME_NAMES, AskedBackKind.SAME_COUNT, AskedBackKind.LATE, AskedBackKind.CROWDED}
)
ANSWER_HOLDS = timedelta(days=90)
IN_A_ROW = 3
COMPARED = 6  # classes, the one that was just recorded among them
_FEWEST_NAMES = 8  # of fewer it is likely that they are always the same
_SAME_SHARE = 90  # per cent
_ROUND = 50
_FEWEST_BEFORE = 3
_MOST_AT_ONCE = 5
WITHIN_ONE_GO = timedelta(hours=1)
_FAR_KM, _SOON_MINUTES = 40, 60
_FULL_TIMES = 3  # as many people as seats, and two more on each, are asked about
_QUIET_DAYS = 60


@dataclass(frozen=True, slots=True)
class HeldClass:
    """One class that was held: who came in person, and how many. `expected`: what was entered for its course."""

    came: frozenset[int]
    headcount: int | None
    expected: int | None
    attendances: int


@dataclass(frozen=True, slots=True)
class FarClass:
    """Another class of one of the teachers on the same day, in another village."""

    teacher: str
    village: str
    starts: int
    ends: int
    km: float
    gap: int  # minutes between the two


@dataclass(frozen=True, slots=True)
class Look:
    """What is known of one recorded class, and of those around it."""

    day: date
    is_cohort: bool
    entered: date  # when its first sheet was written
    at_once: int  # classes of the village whose first sheets were written within an hour of it, it among them
    last: Sequence[HeldClass]  # this one and those held before, the latest first
    far: Sequence[FarClass]
    seats: int | None  # of the venue, where they are known
    hard_day: Sequence[str]  # why few are expected on such a day, in words
    same_photo: tuple[date, str] | None  # day and title of another class with the very same photograph
    is_the_last: bool  # nothing was held or is planned in the village after it


def asked_back(look: Look, *, today: date, answered_before: Collection[str] = ()) -> dict[AskedBackKind, str]:
    """The sentences. `answered_before`: the kinds that were answered in this village within `ANSWER_HOLDS`."""
    return {
        kind: sentence
        for kind, sentence in _sentences(look, today)
        if kind not in HABITS or kind not in answered_before
    }


def tell_quiet(last: date, today: date) -> str:
    """The question about a village in which nothing was held for long; empty where that is not so."""
    days = (today - last).days
    if days <= _QUIET_DAYS:
        return ""
    return counted(
        "最近一次上课是%(day)s，过去 %(n)d 天了。农忙、没请到老师，还是上了没记？",
        days,
        day=spoken_day(last, today),
    )


def is_above_usual(last: Sequence[HeldClass]) -> bool:
    """True when more came to the first of these than on average to the others; of few others nothing is said."""
    came, before = [one.attendances for one in last[:1]], [one.attendances for one in last[1:]]
    return len(before) >= _FEWEST_BEFORE and sum(came) * len(before) > sum(before)


def hard_day(day: date, starts: int, markets: Markets, windows: Iterable[FarmWindow]) -> tuple[str, ...]:
    """Why few are expected at a class that starts then, in words; of examples nothing is said."""
    told = []
    if starts < MARKET_OVER and markets.on(day):
        told.append(_("上午逢场"))
    if starts < AFTER_WORK:
        known = [window for window in windows if not window.is_example]
        told += [_("正在%(name)s", name=window.name) for window in in_season(known, day)]
    if is_new_years_eve(day):
        told.append(_("是除夕"))
    return tuple(told)


def _sentences(look: Look, today: date) -> Iterator[tuple[AskedBackKind, str]]:
    recent = look.last[:IN_A_ROW]
    if len(recent) == IN_A_ROW:
        if not look.is_cohort and all(map(_are_same, recent, recent[1:])):
            yield (
                AskedBackKind.SAME_NAMES,
                counted(
                    "连着三次，来的差不多就是同样的 %(n)d 个人。都是老学员，还是照上次的名单勾的？",
                    len(recent[0].came),
                ),
            )
        if all(map(_is_as_told, recent)):
            numbers = _("、").join(str(one.headcount) for one in reversed(recent))
            yield (
                AskedBackKind.SAME_COUNT,
                _(
                    "连着三次清点是 %(numbers)s 人，都正好是预计的人数或者整五十。是一个一个数的，还是估的？",
                    numbers=numbers,
                ),
            )
    if late := days_late(look.day, look.entered):
        yield (
            AskedBackKind.LATE,
            counted("这节课过了 %(n)d 天才记。是照纸上的补的，还是凭记性补的？", late),
        )
    elif look.at_once >= _MOST_AT_ONCE:
        yield (
            AskedBackKind.LATE,
            counted("一个钟头里记了 %(n)d 节课的名单。是照纸上的一起补的，还是凭记性补的？", look.at_once),
        )
    for far in look.far:
        if far.km > _FAR_KM and far.gap < _SOON_MINUTES:
            yield AskedBackKind.FAR_TEACHER, _tell_far(far)
            break
    if look.hard_day and is_above_usual(look.last):
        came, *before = (one.attendances for one in look.last)
        yield (
            AskedBackKind.FULL,
            counted(
                "那天%(why)s，来的 %(n)d 人次却比前几次还多（前几次平均 %(usual)d）。是专门挑的日子，还是人数写错了？",
                came,
                why=_("，又").join(look.hard_day),
                usual=sum(before) // len(before),
            ),
        )
    if look.seats and look.last and look.last[0].attendances > _FULL_TIMES * look.seats:
        yield (
            AskedBackKind.CROWDED,
            _(
                "到了 %(n)d 人，这里能坐 %(seats)d 个。站着听的多，还是哪个数写错了？",
                n=look.last[0].attendances,
                seats=look.seats,
            ),
        )
    if look.same_photo:
        day, title = look.same_photo
        yield (
            AskedBackKind.SAME_PHOTO,
            _(
                "%(day)s「%(title)s」存的也是这一张照片。是两节课签在一张纸上，还是选错了照片？",
                day=spoken_day(day, today),
                title=title,
            ),
        )
    if look.is_the_last and (quiet := tell_quiet(look.day, today)):
        yield AskedBackKind.QUIET, quiet


def _are_same(one: HeldClass, other: HeldClass) -> bool:
    both, either = one.came & other.came, one.came | other.came
    return len(one.came) >= _FEWEST_NAMES and 100 * len(both) >= _SAME_SHARE * len(either)


def _is_as_told(one: HeldClass) -> bool:
    return bool(one.headcount) and (one.headcount == one.expected or one.headcount % _ROUND == 0)  # type: ignore[operator]


def _tell_far(far: FarClass) -> str:
    return _(
        "%(teacher)s这天 %(from)s–%(to)s 还在%(village)s讲，隔 %(km)d 公里，中间 %(gap)d 分钟。有人代讲，还是写错了？",
        **{
            "teacher": far.teacher,
            "from": clock(far.starts),
            "to": clock(far.ends),
            "village": far.village,
            "km": round(far.km),
            "gap": far.gap,
        },
    )
