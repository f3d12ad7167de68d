"""What a notice remembers: what was said of a class session where, and what is to be compared with that now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from nightschool.rules.notices.revisions import Facts, Standing, differences


class Channel(StrEnum):
    """Where villagers hear of a class."""

    CHAT = "chat"
    LOUDSPEAKER = "loudspeaker"
    SHORT = "short"  # short messages
    BOARD = "board"  # poster and strip


@dataclass(frozen=True, slots=True)
class Said:
    """What there was to read of a class session from one of its revisions on, and where that was said."""

    facts: Facts
    channels: frozenset[str] = frozenset()
    in_month: bool = False  # the notice of its month said it, and that reaches everybody
    is_own: bool = True  # False: of a class session that this one replaces


def said_before(history: Sequence[Said], channel: str) -> Facts | None:
    """What was said last on this channel and is not so any more; what holds now, where all were told of that.

    `history` is what holds now, and what was before, the latest first, those of whom it replaces at the end. Where the
    channel said nothing what the others said counts; None: nobody said anything.
    """
    if not history or not history[0].is_own:
        return None
    now = history[0]
    if now.in_month:
        return now.facts
    told = [one for one in history[1:] if one.in_month or one.channels]
    for one in [one for one in told if one.in_month or channel in one.channels] or told:
        if one.is_own:
            return one.facts
        promised = _promised(one.facts)
        if promised and differences(promised, now.facts):
            return promised
    return None


def _promised(facts: Facts) -> Facts | None:
    """The class that people were told to come to: a postponed one where it was to go."""
    if facts.moves_to is None:
        return None if facts.is_off else facts
    to = facts.moves_to
    ends = to.minutes + facts.ends - facts.starts
    standing = Standing.TAKES_PLACE.value
    return replace(facts, day=to.day, starts=to.minutes, ends=ends, standing=standing, moves_to=None)


def revision_in_force(revisions: Iterable[int], seen: int) -> int:
    """Which of these revisions, the first one first, whoever saw this number has read; they are written down late."""
    known = list(revisions)
    return max((one for one in known if one <= seen), default=known[0])
