"""A storm over an area: which classes fall into its hours, and the plan that puts them off with the least change.

Village, teachers and place stay; the nearest day comes first, and on it the same hour. No two of the plan take one
another's teacher or room: who finds their date taken asks the other to go elsewhere, as in Kuhn's matching.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from nightschool.errors import Refused, refuse_all
from nightschool.rules.almanac import clock, spoken_day
from nightschool.rules.courses.conflicts import nearest_free
from nightschool.rules.resources import Resource
from nightschool.rules.slots import DAY_MINUTES, Moment, Slot
from nightschool.texts import N_, _

LONGEST_STORM_DAYS = 14  # that a storm lasts
_WEEKS_AFTER = 2  # in which a new date is looked for
MOST_OFFERED = 5
# As rules.courses.alternatives weighs another day and another hour; as much as a market in the morning is the order.
_A_DAY_LATER, _ANOTHER_HOUR, _OUT_OF_ORDER = 2, 5, 40


@dataclass(frozen=True, slots=True)
class Storm:
    """Nobody shall set out between these days, both included, from one time of day to another."""

    first: date
    last: date
    starts: int = 0
    ends: int = DAY_MINUTES

    @property
    def days_after(self) -> tuple[date, ...]:
        """On which a new date is looked for."""
        return tuple(self.last + timedelta(days=number) for number in range(1, _WEEKS_AFTER * 7 + 1))


def check_storm(storm: Storm) -> None:
    """Raises Refused with the field: `last_before_first`, `too_long` or `ends_before_starts`."""
    wrong = (
        ("last_before_first", "last", storm.last < storm.first),
        ("too_long", "last", (storm.last - storm.first).days >= LONGEST_STORM_DAYS),
        ("ends_before_starts", "ends", storm.ends <= storm.starts),
    )
    refuse_all(Refused(code, field=name) for code, name, is_so in wrong if is_so)


_REFUSED = {
    "last_before_first": N_("最后一天在第一天前面了。换过来，或者不填。"),
    "too_long": N_("一次最多停 %(n)d 天。再长，过几天再来停后面的。"),
    "ends_before_starts": N_("几点到几点，前后反了。过半夜的，按两天分两次停。"),
}


def tell_refused_storm(refused: Refused) -> str:
    """One sentence for what check_storm refuses."""
    return _(_REFUSED[refused.code], n=LONGEST_STORM_DAYS)


@dataclass(frozen=True, slots=True)
class NewDate:
    """When a class could meet instead, what that costs, and what there is to say about it."""

    slot: Slot
    cost: float
    against: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """As a form sends it."""
        return f"{self.slot.day.isoformat()}-{self.slot.starts}"


@dataclass(frozen=True, slots=True)
class Struck:
    """A class that cannot take place: what it needs, and its new dates, the cheapest first."""

    public_id: str
    slot: Slot
    needs: tuple[Resource, ...]
    course: str = ""
    dates: tuple[NewDate, ...] = ()


def free_dates(
    slot: Slot,
    storm: Storm,
    busy: Mapping[Resource, Sequence[Slot]],
    needs: Iterable[Resource],
    own: Sequence[Slot],
) -> tuple[Slot, ...]:
    """The slots after the storm in which all that it needs is free: of each week the nearest, the same hour first.

    `own` are the other classes of its course: it does not meet twice at a time.
    """
    found: list[Slot] = []
    taken = [*own, *(one for resource in needs for one in busy.get(resource, ()))]
    for week in range(_WEEKS_AFTER):
        before = storm.last + timedelta(days=7 * week)
        wanted = Slot(before, slot.starts, slot.ends)
        found += nearest_free(wanted, taken, not_before=Moment(before, DAY_MINUTES))
    return tuple(found)


def cost_of(slot: Slot, new: Slot, storm: Storm, own: Iterable[Slot], burden: float) -> float:
    """What this new date changes, and what speaks against it; a class out of the order of its course is dear."""
    is_later_than_next = any(slot.begins < one.begins <= Moment(new.day, DAY_MINUTES) for one in own)
    return (
        burden
        + _A_DAY_LATER * (new.day - storm.last).days
        + _ANOTHER_HOUR * (new.starts != slot.starts)
        + _OUT_OF_ORDER * is_later_than_next
    )


@dataclass
class _Plan:
    struck: Mapping[str, Struck]
    chosen: dict[str, NewDate] = field(default_factory=dict)

    def clashing(self, one: Struck, new: NewDate) -> list[str]:
        """Who of the plan so far would need the same then."""
        return [
            key
            for key, taken in self.chosen.items()
            if key != one.public_id
            and taken.slot.overlaps(new.slot)
            and (
                set(self.struck[key].needs) & set(one.needs)
                or (one.course and one.course == self.struck[key].course)
            )
        ]

    def place(self, one: Struck, asked: set[str]) -> bool:
        """It has a date, if need be because others of the plan take another of theirs; or nothing is changed."""
        for new in one.dates:
            if not self.clashing(one, new):
                self.chosen[one.public_id] = new
                return True
        for new in one.dates:
            others = self.clashing(one, new)
            if len(others) != 1 or others[0] in asked:
                continue
            asked.add(others[0])
            former = self.chosen.pop(others[0])
            self.chosen[one.public_id] = new
            if self.place(self.struck[others[0]], asked):
                return True
            self.chosen[others[0]] = former
            del self.chosen[one.public_id]
        return False


def least_change(struck: Collection[Struck]) -> dict[str, NewDate]:
    """A new date for as many as can have one, by public id: the cheapest that are left once all were asked.

    Who has the fewest to choose from comes first, then who would meet first.
    """
    plan = _Plan({one.public_id: one for one in struck})
    for one in sorted(struck, key=lambda one: (len(one.dates), one.slot, one.public_id)):
        plan.place(one, {one.public_id})
    return plan.chosen


def tell_new_date(new: NewDate, today: date) -> str:
    """周五 11月27日 19:00, as a choice of a form says it."""
    return f"{spoken_day(new.slot.day, today)} {clock(new.slot.starts)}"


def tell_no_date(
    struck: Struck, busy: Mapping[Resource, Sequence[Slot]], names: Mapping[Resource, str]
) -> str:
    """One sentence: why there is no new date for it; `names` are those of places, and no teacher is named."""
    if struck.dates:
        return _("空着的时间都给别的课了。")
    full = list(dict.fromkeys(names.get(one) or _("老师") for one in struck.needs if busy.get(one)))
    if not full:
        return _("后面两周都没有空着的时间。")
    return _("后面两周，%(who)s没有一起空着的时候。", who=_("、").join(full))
