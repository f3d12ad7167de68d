"""Why a wish has no class in a rota, or has it late: the rules in the way, and the cheapest way round them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from nightschool.rules.almanac import day_without_year, weekday_name
from nightschool.rules.dispatch.rotas import APART_DAYS, RotaLine, RotaTask, way_km
from nightschool.texts import N_, _

# Why a village cannot meet on an evening, and how much it would take that it does all the same.
CLOSED = {
    "not_wished": (N_("户里说这时候不方便"), 4),
    "class": (N_("村里这天已经有课"), 6),
    "hall": (N_("场地不空"), 6),
    "asked": (N_("村里前后几天已经派了课"), 6),
    "order": (N_("前后的讲已经定了日子"), 8),
}
# How much it would take to get round a rule.
_HARD = {
    "far": 1,
    "teacher_full": 2,
    "hall_twice": 2.5,
    "teacher_away": 3,
    "not_served": 4,
    "week_taken": 5,
    "too_close": 5,
    "teacher_twice": 6,
    "not_taught": 12,
}
_KM_AS_HARD_AS_ONE = 40.0


@dataclass(frozen=True, slots=True)
class Hurdle:
    """A rule in the way; `by`: the wish whose class it is about. Of `not_taught` no teacher is known."""

    rule: str  # as rotas.broken_rules has it; or far, earlier_part, no_time_left
    closed: str = ""
    by: int | None = None


@dataclass(frozen=True, slots=True)
class WhyNot:
    """What stands against the easiest class there could be for a wish. Without the hurdles it could be."""

    hurdles: tuple[Hurdle, ...]
    teacher: int | None
    evening: int | None


class AskedRota:
    """A rota that is asked why."""

    def __init__(self, task: RotaTask, lines: Sequence[RotaLine]) -> None:
        self.task, self.lines = task, {line.wish: line for line in lines}
        weeks = task.weeks
        self._evening = {(line.teacher, line.evening): line.wish for line in lines}
        self._taught = Counter((line.teacher, weeks[line.evening]) for line in lines)
        self._week = {(task.wishes[one.wish].village, weeks[one.evening]): one.wish for one in lines}
        self._hall = {(task.wishes[line.wish].hall, line.evening): line.wish for line in lines}

    def why_not(self, number: int, *, before: int | None = None) -> WhyNot:
        """What stands against a class for this wish (`before` an evening), where it takes least to get round it."""
        task = self.task
        first, last = 0, len(task.weeks) if before is None else before
        for other in task.courses[number]:
            if other < number and other not in self.lines:
                return WhyNot((Hurdle("earlier_part", by=other),), None, None)
            if other < number:
                first = max(first, self.lines[other].evening + 1)
        if first >= last:
            return WhyNot((Hurdle("no_time_left"),), None, None)
        best: tuple[float, int, int | None, tuple[Hurdle, ...]] | None = None
        for teacher in self._able(number):
            hard = 0.0 if teacher is None else self._km(number, teacher) / _KM_AS_HARD_AS_ONE
            for evening in range(first, last):
                found = tuple(self._hurdles(number, teacher, evening))
                weight = hard + sum(map(_hard, found)) + task.off_weeks[number][task.weeks[evening]] / 1000
                if best is None or weight < best[0]:
                    best = weight, evening, teacher, found
        assert best is not None
        return WhyNot(best[3], best[2], best[1])

    def nearer(self, number: int) -> WhyNot | None:
        """Who teaches it and is nearer than who comes, with what stands against them; None: nobody is."""
        line = self.lines[number]
        near = min(self.task.choices[number], key=lambda one: one.km, default=None)
        if near is None or self._km(number, line.teacher) <= near.km:
            return None
        return WhyNot(tuple(self._hurdles(number, near.teacher, line.evening)), near.teacher, line.evening)

    def long_waits(self) -> tuple[int, ...]:
        """The wishes that wait more than twice as long as the middle one, met or not."""
        task = self.task
        waits = {
            number: wish.waited + (self.lines[number].evening if number in self.lines else len(task.weeks))
            for number, wish in enumerate(task.wishes)
        }
        if not self.lines:
            return ()
        middle = median(waits[number] for number in self.lines)
        return tuple(number for number, days in waits.items() if days > 2 * middle)

    def _able(self, number: int) -> list[int | None]:
        """Everybody who teaches it, and somebody who is not there yet."""
        topic = self.task.wishes[number].topic
        return [
            *(one for one, teacher in enumerate(self.task.teachers) if topic in teacher.topics),
            None,
        ]

    def _km(self, number: int, teacher: int) -> float:
        return way_km(self.task.teachers[teacher], self.task.villages[self.task.wishes[number].village])

    def _hurdles(self, number: int, teacher: int | None, evening: int) -> Iterator[Hurdle]:
        task = self.task
        wish, week = task.wishes[number], task.weeks[evening]
        if evening in wish.evenings.closed:
            yield Hurdle("closed", wish.evenings.closed[evening])
        if (other := self._week.get((wish.village, week))) not in (None, number):
            yield Hurdle("week_taken", by=other)
        for other in (self._week.get((wish.village, week + step)) for step in (-1, 1)):
            if other not in (None, number) and abs(self.lines[other].evening - evening) < APART_DAYS:
                yield Hurdle("too_close", by=other)
        if wish.hall is not None and (other := self._hall.get((wish.hall, evening))) not in (None, number):
            yield Hurdle("hall_twice", by=other)
        if teacher is None:
            yield Hurdle("not_taught")
            return
        who = task.teachers[teacher]
        if not task.goes_to(teacher, task.villages[wish.village]):
            yield Hurdle("not_served")
        elif all(one.teacher != teacher for one in task.choices[number]):
            yield Hurdle("far")
        if evening not in who.free:
            yield Hurdle("teacher_away")
        if (other := self._evening.get((teacher, evening))) not in (None, number):
            yield Hurdle("teacher_twice", by=other)
        if self._taught[teacher, week] >= who.most[week]:
            yield Hurdle("teacher_full")


def _hard(hurdle: Hurdle) -> float:
    return CLOSED[hurdle.closed][1] if hurdle.rule == "closed" else _HARD[hurdle.rule]


_IN_THE_WAY = {
    "far": N_("会讲的近处老师都排满了"),
    "teacher_full": N_("会讲的老师都排满了一周的节数"),
    "teacher_away": N_("会讲的老师来不了村里排得了的日子"),
    "not_served": N_("会讲的老师不来这个乡镇"),
    "hall_twice": N_("合用的场地那天别的村在用"),
    "week_taken": N_("村里一周只排一次，有老师的几周都排上别的课了"),
    "too_close": N_("离村里前一节、后一节课不到三天"),
    "teacher_twice": N_("会讲的老师那天去了别的村"),
    "not_taught": N_("没有会讲的老师"),
    "no_time_left": N_("前一讲之后没有日子了"),
}
_ROUND = {
    "far": N_("%(teacher)s路远一些，愿意跑就行"),
    "teacher_full": N_("%(teacher)s %(day)s 那一周多讲一次"),
    "teacher_away": N_("%(teacher)s %(day)s 抽得出空"),
    "not_served": N_("请%(teacher)s也到这个乡镇来"),
    "hall_twice": N_("%(day)s 换一个场地"),
    "week_taken": N_("那一周上两次课"),
    "too_close": N_("村里另外那节课挪开一两天"),
    "teacher_twice": N_("%(village)s %(day)s 的课换一天"),
    "not_taught": N_("找一位会讲「%(topic)s」的老师"),
    "no_time_left": N_("前一讲排早一些，或者放到下个月"),
}


def tell_why_not(task: RotaTask, number: int, why: WhyNot, *, first: date) -> str:
    """One sentence: which rule is in the way, and the cheapest way round it. `first`: the day of evening 0."""
    if not why.hurdles:
        return _("早些也排得上，这一天路最近，也避开了农忙和赶场。")
    if why.hurdles[0].rule == "earlier_part":
        earlier = why.hurdles[0].by
        assert earlier is not None
        return _("要先上「%(topic)s」，那一讲还没排上。", topic=task.wishes[earlier].topic)
    return _(
        "%(why)s。要排上：%(round)s。",
        why=_("，").join(_unique(_in_the_way(hurdle, why) for hurdle in why.hurdles)),
        round=_("，").join(_unique(_way_round(task, number, why, hurdle, first) for hurdle in why.hurdles)),
    )


_NEARER = {
    "teacher_full": N_("一周的节数满了"),
    "teacher_away": N_("那天来不了"),
    "teacher_twice": N_("那天去了%(village)s"),
}


def tell_why(task: RotaTask, line: RotaLine, nearer: WhyNot | None) -> str:
    """One sentence: why this teacher comes. `nearer`: somebody who teaches it and whose way is shorter."""
    if nearer is None or nearer.teacher is None:
        village = task.villages[task.wishes[line.wish].village]
        if task.teachers[line.teacher].home and village.position:
            return _("会讲这个的老师里，数这位近。")
        return _("会讲这个，那天来得了，一周的节数也没满。")
    name = task.teachers[nearer.teacher].name
    told = [
        _(
            _NEARER[one.rule],
            village="" if one.by is None else task.villages[task.wishes[one.by].village].name,
        )
        for one in nearer.hurdles
        if one.rule in _NEARER
    ]
    if not told:
        return _("%(teacher)s更近一些，留给了别的村：合起来少跑路、多上课。", teacher=name)
    return _("更近的%(teacher)s%(why)s。", teacher=name, why=_("，").join(told))


_PIN_AGAINST = {
    "teacher_full": N_("定下的比老师一周能上的节数还多"),
    "teacher_twice": N_("老师那天已经定去别的村了"),
    "teacher_away": N_("老师那天来不了"),
    "not_taught": N_("这位老师不讲这个"),
    "not_served": N_("这位老师不来这个乡镇"),
    "hall_twice": N_("合用的场地那天定给别的村了"),
    "week_taken": N_("村里那一周定了别的课"),
    "too_close": N_("离村里定下的另一节不到三天"),
    "out_of_order": N_("前面的讲还没定，或者定在后面了"),
    "gone": N_("这位老师请不到了，或者那天已经不在这段日子里"),
}


def tell_pin_against(rule: str, day: date, closed: str = "") -> str:
    """One sentence: why a class that was pinned to this day does not stay there."""
    return _(
        "%(day)s定不住：%(why)s。已经另外排过。",
        day=day_without_year(day),
        why=_(CLOSED[closed][0]) if closed else _(_PIN_AGAINST[rule]),
    )


def _unique(told: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(told))


def _in_the_way(hurdle: Hurdle, why: WhyNot) -> str:
    if hurdle.rule == "closed" and why.teacher is None:
        return _("村里这时候排不了（%(why)s）", why=_(CLOSED[hurdle.closed][0]))
    if hurdle.rule == "closed":
        return _("有老师的日子村里排不了（%(why)s）", why=_(CLOSED[hurdle.closed][0]))
    return _(_IN_THE_WAY[hurdle.rule])


def _way_round(task: RotaTask, number: int, why: WhyNot, hurdle: Hurdle, first: date) -> str:
    words = {"topic": task.wishes[number].topic, "teacher": "", "day": "", "village": ""}
    if why.teacher is not None:
        words["teacher"] = task.teachers[why.teacher].name
    if why.evening is not None:
        day = first + timedelta(days=why.evening)
        words["day"] = _("%(day)s（%(weekday)s）", day=day_without_year(day), weekday=weekday_name(day))
    if hurdle.by is not None:
        words["village"] = task.villages[task.wishes[hurdle.by].village].name
    if hurdle.rule == "closed":
        return _("%(day)s 也能上课", **words)
    return _(_ROUND[hurdle.rule], **words)
