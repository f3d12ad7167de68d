"""What is missing from the binder of a village's year (R6): looked through months before anybody from outside does."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from nightschool.rules.almanac import day_with_year
from nightschool.rules.oversight.self_check import CheckedFacts, self_check
from nightschool.rules.seasons.months import Month, month_name
from nightschool.texts import _


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that is missing, and of what."""

    area: str
    what: str
    missing: str


@dataclass(frozen=True, slots=True)
class FiledClass:
    """What is on record of a class that was held."""

    day: date
    title: str
    has_sheet: bool  # a photograph of it, or how many signed
    has_summary: bool


def missing_from_binder(
    facts: CheckedFacts,
    *,
    held: Iterable[FiledClass],
    without_register: Iterable[tuple[date, str]],
    planned: Collection[Month],
    today: date,
) -> tuple[Gap, ...]:
    """All that is missing: classes one by one, then months, then what the self-check finds.

    `without_register`: day and title of each class that is over; `planned`: the months whose plan villagers were told.
    """
    return (
        *_of_classes(held, without_register),
        *(
            Gap(_("开课计划"), month_name(month), _("没有公布过这个月的开课计划"))
            for month in facts.months_begun(today)
            if month not in planned
        ),
        *(Gap(one.area, one.words, one.missing) for one in self_check(facts, today) if one.missing),
    )


def _of_classes(held: Iterable[FiledClass], without_register: Iterable[tuple[date, str]]) -> Iterator[Gap]:
    for day, title in without_register:
        yield Gap(_("点名"), _class(day, title), _("上过了没有记：点名，或者写为什么没上"))
    for one in held:
        if not one.has_sheet:
            yield Gap(
                _("签到单"),
                _class(one.day, one.title),
                _("没有签到单的照片，也没写纸上签了几个：把纸的放进档案册"),
            )
        if not one.has_summary:
            yield Gap(_("教学记录"), _class(one.day, one.title), _("没写讲了什么"))


def _class(day: date, title: str) -> str:
    return f"{day_with_year(day)} {title}"
