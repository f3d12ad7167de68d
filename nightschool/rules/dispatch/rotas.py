"""Rotas (派课表): which teacher goes to which village on which evening, what that is worth, and what may never be."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from nightschool.rules.places.travel import ROAD_FACTOR, straight_km
from nightschool.rules.seasons.daylight import Position

# What a class is worth, in tenths of a kilometre of the teacher's way: a village's first class most, so that a second
# one is given where everybody has one.
FIRST_CLASS = 10_000
LATER_SHARES = (1.0, 0.8, 0.65, 0.52)
OFF_ITS_WEEK = 40  # for each week away from where an even spread would have a part of a course
A_WEEK_LATER = 100  # for each week that any other wish waits, and more the longer it has waited already
MOST_WAITED = 200  # days; who has waited longer counts no more
APART_DAYS = 3  # between two classes of a village, also where a week ends between them
NEAREST = 10  # so many teachers are thought of for a wish, those with the shortest way
# Where a way is not known: inside a township, and between two of a county.
KM_IN_TOWNSHIP, KM_BETWEEN_TOWNSHIPS = 5, 20


@dataclass(frozen=True, slots=True)
class RotaEvenings:
    """The evenings of a village, by their number: what speaks against each, and why some cannot be."""

    against: tuple[int, ...]
    closed: Mapping[int, str] = field(default_factory=dict)  # number -> a code of rota_reasons.CLOSED


@dataclass(frozen=True, slots=True)
class RotaVillage:
    """A village that waits for classes."""

    code: str
    name: str
    township: str
    position: Position | None = None


@dataclass(frozen=True, slots=True)
class RotaWish:
    """One thing a village wants to learn. Those of a village stand in the order in which they are to be met."""

    key: str
    village: int
    topic: str
    worth: int
    evenings: RotaEvenings
    hall: int | None = None  # what it meets in, where others meet too
    waited: int = 0  # days, at the first evening
    course: str = ""  # of which it is a part; those of a village's course are given in their order


@dataclass(frozen=True, slots=True)
class RotaTeacher:
    """Who can be sent."""

    key: str
    name: str
    topics: frozenset[str]
    free: frozenset[int]  # evenings
    most: tuple[int, ...]  # classes, week by week
    served: frozenset[str] = frozenset()  # townships and villages they go to; none: all
    home: Position | None = None
    township: str = ""  # where they start, when no position is known


class RotaLine(NamedTuple):
    """A class of a rota: numbers of a wish, a teacher and an evening."""

    wish: int
    teacher: int
    evening: int


class Envoy(NamedTuple):
    """Who could meet a wish, and how long their way is."""

    teacher: int
    km: float


class BrokenRule(NamedTuple):
    """What may never be, and the line that has it."""

    rule: str
    line: RotaLine


@dataclass(frozen=True)
class RotaTask:
    """What a rota is to be found for. `weeks` says of each evening in which week it lies, both counted from nought."""

    weeks: tuple[int, ...]
    villages: tuple[RotaVillage, ...]
    wishes: tuple[RotaWish, ...]
    teachers: tuple[RotaTeacher, ...]
    pins: tuple[RotaLine, ...] = ()

    @cached_property
    def week_count(self) -> int:
        """How many weeks there are."""
        return max(self.weeks, default=-1) + 1

    @cached_property
    def wishes_of(self) -> tuple[tuple[int, ...], ...]:
        """Each village's wishes, in their order."""
        found: list[list[int]] = [[] for _village in self.villages]
        for number, wish in enumerate(self.wishes):
            found[wish.village].append(number)
        return tuple(map(tuple, found))

    @cached_property
    def courses(self) -> tuple[tuple[int, ...], ...]:
        """For each wish the parts of its course, itself among them, in their order; none where it is no part."""
        parts: dict[tuple[int, str], list[int]] = defaultdict(list)
        for number, wish in enumerate(self.wishes):
            parts[wish.village, wish.course].append(number)
        return tuple(tuple(parts[one.village, one.course]) if one.course else () for one in self.wishes)

    @cached_property
    def ranks(self) -> tuple[int, ...]:
        """The place of each wish among those of its village."""
        ranks = [0] * len(self.wishes)
        for wishes in self.wishes_of:
            for rank, number in enumerate(wishes):
                ranks[number] = rank
        return tuple(ranks)

    @cached_property
    def off_weeks(self) -> tuple[tuple[int, ...], ...]:
        """For each wish what the weeks cost: a course is spread evenly, anything else comes early."""
        known: dict[tuple[int, int], tuple[int, ...]] = {}
        found = []
        for number, wish in enumerate(self.wishes):
            if not (parts := self.courses[number]):
                late = A_WEEK_LATER + min(wish.waited, MOST_WAITED)
                found.append(tuple(late * week for week in range(self.week_count)))
                continue
            key = parts.index(number), min(len(parts), max(self.week_count, 1))
            if key not in known:
                own = (key[0] + 0.5) * self.week_count / key[1]
                known[key] = tuple(
                    round(OFF_ITS_WEEK * abs(week + 0.5 - own)) for week in range(self.week_count)
                )
            found.append(known[key])
        return tuple(found)

    @cached_property
    def choices(self) -> tuple[tuple[Envoy, ...], ...]:
        """For each wish who teaches it and goes there, the nearest first, and not more than `NEAREST`."""
        able: dict[tuple[str, str], list[int]] = {}
        by_topic: dict[str, list[int]] = defaultdict(list)
        for number, teacher in enumerate(self.teachers):
            for topic in teacher.topics:
                by_topic[topic].append(number)
        known: dict[tuple[int, str], tuple[Envoy, ...]] = {}
        ways: dict[tuple[int, int], float] = {}
        for wish in self.wishes:
            key = wish.village, wish.topic
            if key in known:
                continue
            village = self.villages[wish.village]
            where = wish.topic, village.township
            if where not in able:
                able[where] = [one for one in by_topic[wish.topic] if self.goes_to(one, village)]
            for one in able[where]:
                if (one, wish.village) not in ways:
                    ways[one, wish.village] = way_km(self.teachers[one], village)
            near = sorted((ways[one, wish.village], one) for one in able[where])[:NEAREST]
            known[key] = tuple(Envoy(one, km) for km, one in near)
        return tuple(known[wish.village, wish.topic] for wish in self.wishes)

    @cached_property
    def knows_ways(self) -> bool:
        """True when it is known of every village and teacher where they are."""
        return all(one.position for one in self.villages) and all(one.home for one in self.teachers)

    def goes_to(self, teacher: int, village: RotaVillage) -> bool:
        """Whether this teacher goes there at all."""
        served = self.teachers[teacher].served
        return not served or village.township in served or village.code in served

    def is_open(self, wish: int, evening: int) -> bool:
        """Whether the village can meet for it then."""
        return evening not in self.wishes[wish].evenings.closed

    def gain(self, wish: int, km: float, evening: int) -> int:
        """What it is worth that somebody with so long a way meets this wish then."""
        found = self.wishes[wish]
        return (
            found.worth
            - way_cost(km)
            - self.off_weeks[wish][self.weeks[evening]]
            - found.evenings.against[evening]
        )

    def gain_of(self, line: RotaLine) -> int:
        """What a line is worth."""
        km = next((one.km for one in self.choices[line.wish] if one.teacher == line.teacher), None)
        if km is None:
            km = way_km(self.teachers[line.teacher], self.villages[self.wishes[line.wish].village])
        return self.gain(line.wish, km, line.evening)


def way_km(teacher: RotaTeacher, village: RotaVillage) -> float:
    """Kilometres by road from where the teacher starts to the village; by townships where no position is known."""
    if teacher.home is None or village.position is None:
        return KM_IN_TOWNSHIP if teacher.township == village.township else KM_BETWEEN_TOWNSHIPS
    return straight_km(teacher.home, village.position) * ROAD_FACTOR


def way_cost(km: float) -> int:
    """What a way costs there and back."""
    return round(km * 20)


def worth_by_rank(rank: int) -> int:
    """What the class of this rank among a village's is worth."""
    last = len(LATER_SHARES) - 1
    share = LATER_SHARES[rank] if rank <= last else LATER_SHARES[last] * 0.8 ** (rank - last)
    return round(FIRST_CLASS * share)


def with_pins(task: RotaTask, pins: Iterable[RotaLine]) -> tuple[RotaTask, tuple[BrokenRule, ...]]:
    """The task in which these classes stay, as far as they can all be; and what stands against the others."""
    kept: list[RotaLine] = []
    against = []
    for pin in sorted(pins, key=lambda one: (one.evening, one.wish)):
        if broken := broken_rules(task, [*kept, pin]):
            against.append(BrokenRule(broken[0].rule, pin))
        else:
            kept.append(pin)
    return replace(task, pins=tuple(kept)), tuple(against)


def rota_value(task: RotaTask, lines: Iterable[RotaLine]) -> int:
    """What a rota is worth."""
    return sum(map(task.gain_of, lines))


def rota_rank(task: RotaTask, lines: Sequence[RotaLine]) -> tuple[int, int]:
    """By what two rotas are compared: how many villages have a class, then what all is worth."""
    return len({task.wishes[line.wish].village for line in lines}), rota_value(task, lines)


def stands_alone(task: RotaTask, line: RotaLine) -> bool:
    """Whether a line could be if there were no other."""
    return not any(_broken_by_itself(task, line))


def broken_rules(task: RotaTask, lines: Sequence[RotaLine]) -> tuple[BrokenRule, ...]:
    """What may never be in a rota and is in this one, whoever made it; none: it can be shown.

    It knows nothing of how rotas are made. `pin_moved` has the pin that is not among the lines.
    """
    found = [BrokenRule(rule, line) for line in lines for rule in _broken_by_itself(task, line)]
    held: dict[tuple[str, int, int], int] = defaultdict(int)
    for line in lines:
        wish, week = task.wishes[line.wish], task.weeks[line.evening]
        claims = [
            ("wish_twice", line.wish, 0, 1),
            ("teacher_twice", line.teacher, line.evening, 1),
            ("teacher_full", line.teacher, week, task.teachers[line.teacher].most[week]),
            ("week_taken", wish.village, week, 1),
        ]
        if wish.hall is not None:
            claims.append(("hall_twice", wish.hall, line.evening, 1))
        for rule, who, when, most in claims:
            held[rule, who, when] += 1
            if held[rule, who, when] > most:
                found.append(BrokenRule(rule, line))
    found += _too_close(task, lines)
    found += _out_of_order(task, lines)
    found += [BrokenRule("pin_moved", pin) for pin in task.pins if pin not in lines]
    return tuple(found)


def _broken_by_itself(task: RotaTask, line: RotaLine) -> Iterator[str]:
    wish, teacher = task.wishes[line.wish], task.teachers[line.teacher]
    if wish.topic not in teacher.topics:
        yield "not_taught"
    village = task.villages[wish.village]
    if teacher.served and not teacher.served & {village.township, village.code}:
        yield "not_served"
    if line.evening not in teacher.free:
        yield "teacher_away"
    if line.evening in wish.evenings.closed:
        yield "closed"


def _too_close(task: RotaTask, lines: Sequence[RotaLine]) -> Iterator[BrokenRule]:
    in_order = sorted(lines, key=lambda line: (task.wishes[line.wish].village, line.evening))
    for before, line in pairwise(in_order):
        if task.wishes[before.wish].village == task.wishes[line.wish].village and (
            task.weeks[before.evening] != task.weeks[line.evening]
            and line.evening - before.evening < APART_DAYS
        ):
            yield BrokenRule("too_close", line)


def _out_of_order(task: RotaTask, lines: Sequence[RotaLine]) -> Iterator[BrokenRule]:
    when = {line.wish: line.evening for line in lines}
    for line in lines:
        before = [one for one in task.courses[line.wish] if one < line.wish]
        if any(one not in when or when[one] >= line.evening for one in before):
            yield BrokenRule("out_of_order", line)
