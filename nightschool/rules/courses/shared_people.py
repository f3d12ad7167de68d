"""People of two cohorts at once: what is known of them, and the sentence for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from nightschool.rules.almanac import full_day
from nightschool.rules.slots import Slot
from nightschool.texts import _, counted

_MOST_NAMED = 6


@dataclass(frozen=True, slots=True)
class PeopleElsewhere:
    """A class of another cohort, and who of the people asked about is meant to be there."""

    slot: Slot
    title: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InBoth:
    """Another cohort that meets at the same time: who is in both, and the days on which that is so."""

    title: str
    names: tuple[str, ...]
    days: tuple[date, ...]


def tell_in_both(both: InBoth, today: date) -> str:
    """张三、李四也在「养蜂班」那个班，周五 12月4日 起有 3 次正好同时上。"""
    return counted(
        "%(names)s也在「%(title)s」那个班，%(day)s 起有 %(n)d 次正好同时上。",
        len(both.days),
        names=tell_names(both.names),
        title=both.title,
        day=full_day(both.days[0], today),
    )


def tell_names(names: Sequence[str]) -> str:
    """张三、李四、王五 and so many others: nobody reads more than a few."""
    told = _("、").join(names[:_MOST_NAMED])
    if len(names) <= _MOST_NAMED:
        return told
    return counted("%(names)s和另外 %(n)d 人", len(names) - _MOST_NAMED, names=told)
