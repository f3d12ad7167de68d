"""What became of many wishes, topic by topic: how many there were, in which villages, what was met, and who waits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from statistics import median_low

from nightschool.rules.dispatch.clusters import same_topics
from nightschool.rules.dispatch.dispatches import DECLINE_REASONS, Party
from nightschool.rules.dispatch.wishes import WishStage
from nightschool.texts import N_, _


@dataclass(frozen=True, slots=True)
class WishFacts:
    """What a summary needs to know of one wish."""

    topic: str
    village: str
    households: int
    stage: WishStage
    wished_on: date


@dataclass(frozen=True, slots=True)
class WishTopic:
    """One topic, as who asked first calls it."""

    topic: str
    wishes: int
    households: int
    villages: tuple[str, ...]
    met: int  # a class was held
    unmet: int  # cannot be met for now
    waiting: int | None  # days, of the one that waits longest for a class; None: none waits


_WAITS = (WishStage.APPROVED, WishStage.DISPATCHED, WishStage.SCHEDULED)


def by_topic(wishes: Sequence[WishFacts], today: date) -> tuple[WishTopic, ...]:
    """Each topic with what became of it; those that wait longest first, what nobody waits for last."""
    topics = [
        _topic([wishes[place] for place in cluster], today)
        for cluster in same_topics([one.topic for one in wishes])
    ]
    return tuple(sorted(topics, key=lambda one: -1 if one.waiting is None else one.waiting, reverse=True))


def _topic(ones: Sequence[WishFacts], today: date) -> WishTopic:
    return WishTopic(
        ones[0].topic,
        len(ones),
        sum(one.households for one in ones),
        tuple(dict.fromkeys(one.village for one in ones)),
        _at(ones, (WishStage.DONE,)),
        _at(ones, (WishStage.UNMET,)),
        max(((today - one.wished_on).days for one in ones if one.stage in _WAITS), default=None),
    )


def _at(ones: Iterable[WishFacts], stages: Sequence[WishStage]) -> int:
    return sum(one.stage in stages for one in ones)


class WhyWaiting(StrEnum):
    """Why a wish still waits, as far as the records say; of several the first holds."""

    PLANNED = "planned"  # a class is to come
    ASKED = "asked"  # an offer waits for its answers
    DECLINED = "declined"  # the last offer was declined
    OVERTAKEN = "overtaken"  # or came to nothing, because what it needed was taken
    NOBODY = "nobody"  # no teacher the village may call on teaches it
    NOT_OFFERED = "not_offered"  # somebody does, and nobody was asked yet


@dataclass(frozen=True, slots=True)
class LongWait:
    """Why, and, of an offer that was declined, by whom and for which reason of the list."""

    why: WhyWaiting
    declined_by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class WaitingWish:
    """A wish no class was held for, and how many days ago it was wished. `why` stands where that is long."""

    wish: str
    topic: str
    village: str
    region_code: str
    township: str
    wished_on: date
    waited: int
    stage: WishStage
    why: LongWait | None = None


@dataclass(frozen=True, slots=True)
class LongestWaits:
    """The wishes of a region that wait, the longest first, and how many days the middle one has."""

    place: str
    median: int
    rows: tuple[WaitingWish, ...]
    every: int  # so many wait, those included who stand on no paper

    @property
    def is_published(self) -> bool:
        """Whether everybody may read who waits longest: of a few, twice the middle one says nothing."""
        return self.every >= LEAST_PUBLISHED


LEAST_PUBLISHED = 5  # wishes that wait in a region


def is_long_wait(waited: int, median: int) -> bool:
    """More than twice as long as the middle one: then the reason is printed."""
    return waited > 2 * median


def median_wait(days: Sequence[int]) -> int:
    """The days of the middle one, the shorter of two in the middle; 0 of none."""
    return median_low(days) if days else 0


def waits(stage: WishStage) -> bool:
    """Whether a wish that stands so waits for a class."""
    return stage in _WAITS


_WHY = {
    WhyWaiting.PLANNED: N_("已经排上了，还没到日子"),
    WhyWaiting.ASKED: N_("正在请老师，等回话"),
    WhyWaiting.OVERTAKEN: N_("答应了没排成：老师或者场地后来占了，要另外派"),
    WhyWaiting.NOBODY: N_("村里能请的老师里，没有登记会讲这个的"),
    WhyWaiting.NOT_OFFERED: N_("有老师会讲，还没有派单"),
}


def tell_long_wait(found: LongWait) -> str:
    """Why it waits so long, without the own words of whoever declined."""
    if found.why is not WhyWaiting.DECLINED:
        return _(_WHY[found.why])
    who = _("村里") if found.declined_by == Party.VILLAGE else _("老师")
    if found.reason in DECLINE_REASONS and found.reason != "other":
        return _("上一次派单%(who)s谢绝了：%(why)s", who=who, why=_(DECLINE_REASONS[found.reason]))
    return _("上一次派单%(who)s谢绝了", who=who)
