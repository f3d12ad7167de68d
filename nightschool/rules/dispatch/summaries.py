"""What became of many wishes, topic by topic: how many there were, in which villages, what was met, and who waits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from nightschool.rules.dispatch.clusters import same_topics
from nightschool.rules.dispatch.wishes import WishStage


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
