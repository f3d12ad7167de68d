"""Cohorts: who may enrol when, who waits, and what a course may be changed into."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from nightschool.errors import Refused, refuse_all
from nightschool.rules.almanac import spoken_day
from nightschool.rules.people.people import tell_refused_person
from nightschool.rules.registers.graduation import GraduationRule
from nightschool.texts import N_, _, counted


class CourseKind(StrEnum):
    OPEN_LECTURE = "open_lecture"
    COHORT = "cohort"


KINDS = {
    CourseKind.OPEN_LECTURE: N_("讲座：谁都可以来"),
    CourseKind.COHORT: N_("班：有名册，上够了结业"),
}

SOURCES: Mapping[str, str] = {"self": N_("本人报名"), "proxy": N_("别人代报"), "walk_in": N_("现场")}

MOST_CAPACITY = 20000


@dataclass(frozen=True, slots=True)
class CohortEntry:
    """What kind a course is and, of a cohort, how many it takes and what it takes to graduate."""

    kind: str
    capacity: int | None = None
    rule: GraduationRule = field(default_factory=GraduationRule)


def course_kind_word(code: str) -> str:
    """The kind of a course, with what it means, in the current language."""
    return _(KINDS[CourseKind(code)])


def source_word(code: str, proxy_name: str = "") -> str:
    """How somebody enrolled, in the current language."""
    if code == "proxy" and proxy_name:
        return _("%(name)s代报", name=proxy_name)
    return _(SOURCES[code])


def places_free(capacity: int | None, enrolled: int, waiting: int, *, asking: int) -> int:
    """How many of those asking get a place at once; the others wait behind those who wait already.

    While somebody waits nobody overtakes them. Capacity is soft (I9): the coordinator may let in more.
    """
    if capacity is None and not waiting:
        return asking
    if capacity is None or waiting:
        return 0
    return max(0, min(asking, capacity - enrolled))


def check_enrolment(
    kind: str,
    last_day: date | None,
    day: date | None,
    *,
    today: date,
    source: str,
    proxy_name: str,
    asking: int = 1,
) -> None:
    """Raises Refused unless so many can have enrolled on this day (I9); one that is not known yet is not asked about.

    `last_day`: of the last class session that is not called off; the cohort ends with it. The day that counts is the
    one written down, so that what stood on paper can be entered later.
    The codes are `no_cohort`, `all_called_off`, `cohort_over`, `not_yet`, `proxy_unnamed`, or `nobody_chosen`.
    """
    refuse_all(_enrolment_problems(kind, last_day, day, today, source, proxy_name, asking))


def _enrolment_problems(
    kind: str, last_day: date | None, day: date | None, today: date, source: str, proxy_name: str, asking: int
) -> Iterator[Refused]:
    if kind != CourseKind.COHORT:
        yield Refused("no_cohort")
        return
    if last_day is None:
        yield Refused("all_called_off")
        return
    if day is not None and day > today:
        yield Refused("not_yet", field="day")
    elif day is not None and day > last_day:
        yield Refused("cohort_over", field="day", day=last_day)
    if source == "proxy" and not proxy_name:
        yield Refused("proxy_unnamed", field="proxy_name")
    if not asking:
        yield Refused("nobody_chosen", field="learners")


def check_kind_change(before: str, after: str, *, active: int, has_marks: bool) -> None:
    """Raises Refused unless a course of this kind may become one of that.

    A lecture may become a cohort at any time. A cohort may become a lecture while nobody is on its roster and no
    register holds what only a cohort's can say.
    """
    if before == CourseKind.COHORT and after == CourseKind.OPEN_LECTURE:
        if active:
            raise Refused("has_enrolments", field="kind", n=active)
        if has_marks:
            raise Refused("has_marks", field="kind")


_REFUSED = {
    "no_cohort": N_("这是讲座，谁来都行，没有名册。要收固定的人，先改成班。"),
    "put_away": N_("这门课不开了，不再收人。"),
    "all_called_off": N_("这个班一次课都没有了，不能收人。先排上课。"),
    "cohort_over": N_("这个班%(day)s就结束了。那天以后不再收人。"),
    "not_yet": N_("报名的日子还没到。填今天或以前的日子。"),
    "proxy_unnamed": N_("别人代报的，写上是谁代报的。"),
    "nobody_chosen": N_("还没勾人。在下面勾上要进班的人，或者写上新来的人。"),
    "foreign_learner": N_("勾的人里有人不是这个村的学员，没有收。"),
    "not_enrolled": N_("这个人不在这个班里，什么都没改。"),
    "away": N_("这个人不再来了，或者搬走了，不能收进班。先请回来。"),
    "has_marks": N_("这个班的登记里记过迟到、代到或补课，讲座没有这些，不能改成讲座。"),
}


def tell_refused_cohort(refused: Refused, *, today: date) -> str:
    """One sentence: why this was not done, and what can be done."""
    if refused.code == "has_enrolments":
        return counted("名册上还有 %(n)d 人，不能改成讲座。先让他们退班。", refused.details["n"])
    if refused.code not in _REFUSED:
        return tell_refused_person(refused)
    day = refused.details.get("day")
    return _(_REFUSED[refused.code], day=spoken_day(day, today) if day else "")
