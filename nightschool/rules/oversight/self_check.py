"""Half a year of a village looked through before anybody from outside does (F13): what is there, and what is missing.

Nothing is added up and nobody is told: points and deadlines are whoever evaluates writes in by hand.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from nightschool.rules.places.checklist import Part
from nightschool.rules.seasons.months import Month, Term, month_name, month_of
from nightschool.texts import _, counted

_FIRST_HALF = 14  # days of a month in which nobody asks yet whether there was a class
SLIPS_NEEDED = 30  # villagers whose word on a school is asked for, docs/domain.md


@dataclass(frozen=True, slots=True)
class CheckedFacts:
    """What the records say of a village from a day to a day."""

    first: date
    last: date
    parts: tuple[Part, ...]  # the checklist as it stands today
    held: int
    not_held: int  # with a reason each
    unrecorded: int
    months_held: frozenset[Month]
    slips: int  # of evaluation, on paper and by address
    open_questions: int

    def months_begun(self, today: date) -> tuple[Month, ...]:
        """The months of these days that have begun by today."""
        return Term(month_of(self.first), month_of(min(self.last, today))).months


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One thing looked at. Nothing in `missing`: it is there."""

    area: str
    words: str
    told: str
    missing: str


def self_check(facts: CheckedFacts, today: date) -> tuple[CheckLine, ...]:
    """Everything looked at: 八有, 四个一, then classes, registers, evaluation and questions."""
    return (*_checklist(facts), *_work(facts, today))


def _checklist(facts: CheckedFacts) -> Iterator[CheckLine]:
    for part in facts.parts:
        for item in part.items:
            told = item.told or (_("有") if item.is_there else "")
            yield CheckLine(part.words, item.words, "" if told == item.lacking else told, item.lacking)


def _work(facts: CheckedFacts, today: date) -> Iterator[CheckLine]:
    due = [
        month for month in facts.months_begun(today) if month != month_of(today) or today.day > _FIRST_HALF
    ]
    without = [month_name(month) for month in due if month not in facts.months_held]
    yield CheckLine(
        _("开课"),
        _("每个月的课"),
        counted("上了 %(n)d 次，没上成 %(other)d 次，都有原因", facts.held, other=facts.not_held),
        _("%(months)s没有上课", months=_("、").join(without)) if without else "",
    )
    yield CheckLine(
        _("登记"),
        _("上过的课都有登记"),
        counted("登记了 %(n)d 次", facts.held),
        counted("还有 %(n)d 次没登记，点名或者写原因", facts.unrecorded) if facts.unrecorded else "",
    )
    lacking = SLIPS_NEEDED - facts.slips
    yield CheckLine(
        _("评课"),
        _("听听 %(n)d 个以上群众怎么说", n=SLIPS_NEEDED),
        counted("收到 %(n)d 份评课条", facts.slips),
        counted("还差 %(n)d 份", lacking) if lacking > 0 else "",
    )
    yield CheckLine(
        _("提问"),
        _("群众的提问都有答复"),
        "",
        counted("还有 %(n)d 个没答复", facts.open_questions) if facts.open_questions else "",
    )
