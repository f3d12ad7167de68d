"""Small tasks for rotas, of every shape: courses and single wishes, halls, pins, full teachers, closed evenings."""

from hypothesis import strategies as st

from nightschool.rules.dispatch.rotas import (
    RotaEvenings,
    RotaLine,
    RotaTask,
    RotaTeacher,
    RotaVillage,
    RotaWish,
    broken_rules,
    worth_by_rank,
)
from nightschool.rules.seasons.daylight import Position

TOPICS = ("柑橘", "养猪", "普法")


@st.composite
def rota_tasks(draw: st.DrawFn) -> RotaTask:
    """At most five villages and three weeks."""
    weeks = draw(st.integers(1, 3))
    evenings = weeks * 7
    days = st.sets(st.integers(0, evenings - 1), max_size=evenings)
    places = st.one_of(
        st.none(),
        st.builds(Position, st.floats(29, 30), st.floats(104, 105)),
    )
    townships = st.sampled_from(("东镇", "西镇"))
    villages, wishes = [], []
    for number in range(draw(st.integers(1, 5))):
        village = RotaVillage(str(number), f"村{number}", draw(townships), draw(places))
        villages.append(village)
        calendar = RotaEvenings(
            tuple(draw(st.sampled_from((0, 0, 400))) for _evening in range(evenings)),
            dict.fromkeys(draw(days), "not_wished"),
        )
        hall = draw(st.sampled_from((None, None, 0, 1)))
        for rank in range(draw(st.integers(0, 4))):
            topic = draw(st.sampled_from(TOPICS))
            key = f"{number}.{rank}"
            course = draw(st.sampled_from(("", "课")))
            wishes.append(
                RotaWish(key, number, topic, worth_by_rank(rank), calendar, hall, rank * 10, course)
            )
    teachers = tuple(
        RotaTeacher(
            f"t{number}",
            f"教员{number}",
            frozenset(draw(st.sets(st.sampled_from(TOPICS), min_size=1))),
            frozenset(draw(days)),
            tuple(draw(st.integers(0, 3)) for _week in range(weeks)),
            frozenset(draw(st.sets(townships, max_size=1))),
            draw(places),
            draw(townships),
        )
        for number in range(draw(st.integers(0, 3)))
    )
    task = RotaTask(tuple(one // 7 for one in range(evenings)), tuple(villages), tuple(wishes), teachers)
    return task if not draw(st.booleans()) else _pinned(task)


def _pinned(task: RotaTask) -> RotaTask:
    """The same with its first possible class pinned."""
    for wish, choices in enumerate(task.choices):
        for choice in choices:
            for evening in sorted(task.teachers[choice.teacher].free):
                pin = RotaLine(wish, choice.teacher, evening)
                if not broken_rules(task, [pin]):
                    return RotaTask(task.weeks, task.villages, task.wishes, task.teachers, (pin,))
    return task
