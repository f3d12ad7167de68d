"""Counties from seeds for `bench.dispatch`: villages with courses, too few teachers, markets and farm weeks."""

import random
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

from nightschool.rules.dispatch.rotas import (
    RotaEvenings,
    RotaLine,
    RotaTask,
    RotaTeacher,
    RotaVillage,
    RotaWish,
    worth_by_rank,
)
from nightschool.rules.seasons.daylight import Position

COUNTY, TOWNSHIP = 250, 12  # villages
SIDE = 0.45  # degrees: fifty kilometres
WEEKS, PARTS, TOPICS = 12, 4, 12
SCARCITY = 1.05
TRIPS = 2.5  # a teacher makes in a week


def county_task(
    villages: int, seed: int, *, weeks: int = WEEKS, parts: int = PARTS, scarcity: float = SCARCITY
) -> RotaTask:
    """So many villages in counties of 250; so few teachers that they could give one class of `scarcity` in all."""
    dice = random.Random(seed)
    evenings = weeks * 7
    homes, calendars, corners = [], [], []
    for number in range(villages):
        county = number // COUNTY
        if number % TOWNSHIP == 0 or number % COUNTY == 0:
            markets = set(dice.sample(range(7), 2))
            busy = set(dice.sample(range(weeks), min(2, weeks - 2)))
            closed = {one: "not_wished" for one in range(evenings) if one % 7 in markets}
            closed |= {one: "not_wished" for one in range(evenings) if one // 7 in busy}
            calendars.append(RotaEvenings((0,) * evenings, closed))
            corners.append((dice.uniform(0, SIDE), dice.uniform(0, SIDE)))
        middle = corners[-1]
        place = (
            county // 16 * SIDE + min(max(middle[0] + dice.gauss(0, 0.03), 0), SIDE),
            county % 16 * SIDE + min(max(middle[1] + dice.gauss(0, 0.03), 0), SIDE),
        )
        homes.append((f"镇{len(corners)}", Position(29 + place[0], 104 + place[1]), calendars[-1]))
    halls = _halls(homes, dice)
    schools = tuple(
        RotaVillage(f"{number:012}", f"村{number}", township, position)
        for number, (township, position, _calendar) in enumerate(homes)
    )
    wishes = tuple(
        RotaWish(
            f"{number}.{rank}",
            number,
            f"课{topic}",
            worth_by_rank(rank),
            homes[number][2],
            halls.get(number),
            dice.randrange(60),
            course="课",
        )
        for number in range(villages)
        for rank, topic in enumerate(dice.sample(range(TOPICS), parts))
    )
    count = max(round(villages * parts / scarcity / (TRIPS * weeks)), 1)
    teachers = tuple(_teacher(number, homes, weeks, dice) for number in range(count))
    every = tuple(one // 7 for one in range(evenings))
    return RotaTask(every, schools, wishes, teachers)


def _teacher(
    number: int, homes: list[tuple[str, Position, RotaEvenings]], weeks: int, dice: random.Random
) -> RotaTeacher:
    topics = {f"课{topic}" for topic in dice.sample(range(TOPICS), dice.randint(3, 5))}
    weekdays = set(dice.sample(range(7), dice.randint(3, 5)))
    free = frozenset(one for one in range(weeks * 7) if one % 7 in weekdays)
    township, position, _calendar = dice.choice(homes)
    most = (dice.choice((2, 3)),) * weeks
    return RotaTeacher(
        f"t{number}", f"教员{number}", frozenset(topics), free, most, home=position, township=township
    )


def _halls(homes: list[tuple[str, Position, RotaEvenings]], dice: random.Random) -> dict[int, int]:
    """15 of 100 villages meet in one hall with a neighbour."""
    found: dict[int, int] = {}
    for one, other in pairwise(range(len(homes))):
        if one not in found and homes[one][0] == homes[other][0] and dice.random() < 0.081:
            found[one] = found[other] = len(found)
    return found


# Cases in which a wish cannot be met, each made so on purpose, with the rule that is in the way.
def impossible_cases(seed: int) -> list[tuple[str, RotaTask, list[RotaLine], int]]:
    """Each with the rule, the task, what stands, and the wish: two of ten kinds."""
    found = []
    for again in range(2):
        dice = random.Random(seed * 2 + again)
        for rule, make in _KINDS:
            found.append((rule, *make(_small(dice), dice)))
    return found


def _small(dice: random.Random) -> RotaTask:
    """Three villages with a wish each for a topic of their own, three weeks, a teacher for each."""
    evenings = RotaEvenings((0,) * 21)
    schools = tuple(
        RotaVillage(f"{number:012}", f"村{number}", f"镇{number}", _near(dice)) for number in range(3)
    )
    wishes = tuple(
        RotaWish(f"{number}", number, f"课{number}", worth_by_rank(0), evenings) for number in range(3)
    )
    days = frozenset(dice.sample(range(21), 9))
    teachers = tuple(
        RotaTeacher(
            f"t{number}", f"教员{number}", frozenset({f"课{number}"}), days, (3,) * 3, home=_near(dice)
        )
        for number in range(3)
    )
    return RotaTask(tuple(one // 7 for one in range(21)), schools, wishes, teachers)


def _near(dice: random.Random) -> Position:
    return Position(29.5 + dice.uniform(0, 0.1), 105 + dice.uniform(0, 0.1))


Case = tuple[RotaTask, list[RotaLine], int]


def _with_teacher(task: RotaTask, **changes: object) -> RotaTask:
    return replace(task, teachers=(replace(task.teachers[0], **changes), *task.teachers[1:]))  # type: ignore[arg-type]  # fields of it


def _with_wish(task: RotaTask, *more: RotaWish, **changes: object) -> RotaTask:
    return replace(task, wishes=(replace(task.wishes[0], **changes), *task.wishes[1:], *more))  # type: ignore[arg-type]  # the same


def _not_taught(task: RotaTask, _dice: random.Random) -> Case:
    return _with_teacher(task, topics=frozenset({"别的"})), [], 0


def _not_served(task: RotaTask, _dice: random.Random) -> Case:
    return _with_teacher(task, served=frozenset({"镇1"})), [], 0


def _away(task: RotaTask, _dice: random.Random) -> Case:
    return _with_teacher(task, free=frozenset()), [], 0


def _full(task: RotaTask, _dice: random.Random) -> Case:
    return _with_teacher(task, most=(0,) * 3), [], 0


def _closed(why: str) -> Callable[[RotaTask, random.Random], Case]:
    def make(task: RotaTask, _dice: random.Random) -> Case:
        evenings = RotaEvenings((0,) * 21, dict.fromkeys(range(21), why))
        return _with_wish(task, evenings=evenings), [], 0

    return make


def _week_taken(task: RotaTask, dice: random.Random) -> Case:
    """The village has a class of another topic in each week, by another teacher."""
    others = [replace(task.wishes[0], key=f"x{week}", topic="课1") for week in range(3)]
    task = _with_wish(task, *others)
    every = frozenset(range(21))
    task = replace(task, teachers=(task.teachers[0], replace(task.teachers[1], free=every), task.teachers[2]))
    lines = [RotaLine(3 + week, 1, week * 7 + dice.randrange(7)) for week in range(3)]
    return task, lines, 0


def _hall(task: RotaTask, _dice: random.Random) -> Case:
    """The hall is taken by the neighbour on the only evening on which the teacher can."""
    evening = min(task.teachers[0].free)
    task = _with_teacher(_with_wish(task, hall=7), free=frozenset({evening}))
    task = replace(task, wishes=(task.wishes[0], replace(task.wishes[1], hall=7), task.wishes[2]))
    return task, [RotaLine(1, 1, evening)], 0


def _twice(task: RotaTask, _dice: random.Random) -> Case:
    """The teacher is in another village on the only evening on which both can."""
    evening = min(task.teachers[0].free)
    closed = {one: "not_wished" for one in range(21) if one != evening}
    task = _with_wish(task, evenings=RotaEvenings((0,) * 21, closed))
    task = _with_teacher(task, free=frozenset({evening}), topics=frozenset({"课0", "课1"}))
    return task, [RotaLine(1, 0, evening)], 0


def _earlier(task: RotaTask, _dice: random.Random) -> Case:
    """The part before it is taught by nobody."""
    first = replace(task.wishes[0], topic="没人会的", course="课")
    second = replace(task.wishes[0], key="x", course="课")
    return replace(task, wishes=(first, *task.wishes[1:], second)), [], 3


_KINDS = (
    ("not_taught", _not_taught),
    ("not_served", _not_served),
    ("teacher_away", _away),
    ("teacher_full", _full),
    ("not_wished", _closed("not_wished")),
    ("class", _closed("class")),
    ("week_taken", _week_taken),
    ("hall_twice", _hall),
    ("teacher_twice", _twice),
    ("earlier_part", _earlier),
)
