"""The classes of a night school in some months, for its year and its term on paper.

Public as its timetable is: published class sessions and no learner; its coordinator sees drafts among them.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import Session

from nightschool.models.teaching import ClassSession, SessionStatus
from nightschool.queries.notices import timetable
from nightschool.queries.notices.timetable import Entry, Village
from nightschool.queries.seasons.day_marks import day_marks
from nightschool.rules.seasons.day_marks import DayMarks
from nightschool.rules.seasons.months import Month, Term, month_of
from nightschool.rules.slots import Moment

MOST_ENTRIES = 800  # class sessions; two every day of a year


@dataclass(frozen=True, slots=True)
class Tally:
    """How many class sessions became what. One put off counts where it went, and drafts stand apart."""

    held: int = 0
    called_off: tuple[tuple[str, int], ...] = ()  # reason code, how many; in the order of the codes
    to_come: int = 0
    unrecorded: int = 0  # past, with neither register nor reason
    drafts: int = 0

    @property
    def planned(self) -> int:
        return self.held + sum(n for _reason, n in self.called_off) + self.to_come + self.unrecorded


@dataclass(frozen=True, slots=True)
class SchoolMonths:
    """A school's class sessions in the months of a term, by day and hour, and what its calendar says of the days."""

    village: Village
    today: date
    term: Term
    entries: tuple[Entry, ...]
    are_more: bool  # than the paper has room for
    marks: DayMarks
    totals: Tally

    def of(self, month: Month) -> tuple[Entry, ...]:
        """Those of one month."""
        return tuple(entry for entry in self.entries if month_of(entry.slot.day) == month)


def school_months(
    db: Session, code: str, term: Term, *, at: Moment, with_drafts: bool = False
) -> SchoolMonths | None:
    """A village's classes in these months as of this minute of its clock; None when there is no such village.

    Cost: 5 queries, however many months and classes.
    """
    village = timetable.village(db, code, at=at)
    if village is None:
        return None
    shown: ColumnElement[bool] = ClassSession.published_at.is_not(None)
    if with_drafts:
        shown = or_(shown, ClassSession.status == SessionStatus.DRAFT)
    found = timetable.first_entries(
        db,
        ClassSession.region_code == code,
        ClassSession.day.between(term.first.first, term.last.last),
        shown,
        in_order=(ClassSession.day,),
        most=MOST_ENTRIES,
    )
    entries = [entry for entry, _village in found]
    return SchoolMonths(
        village=village,
        today=at.day,
        term=term,
        entries=tuple(entries[:MOST_ENTRIES]),
        are_more=len(entries) > MOST_ENTRIES,
        marks=day_marks(db, code, term.first.first, term.last.last),
        totals=_tallied(entries[:MOST_ENTRIES], at),
    )


def _tallied(entries: list[Entry], at: Moment) -> Tally:
    """What has become of these class sessions by this minute."""
    called_off: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for entry in entries:
        if entry.status == SessionStatus.CANCELLED:
            called_off[entry.reason or "other"] += 1
        elif entry.status == SessionStatus.SCHEDULED:
            is_over = (entry.slot.day, entry.slot.ends) <= (at.day, at.minutes)
            others["unrecorded" if is_over else "to_come"] += 1
        else:
            others[entry.status] += 1
    return Tally(
        held=others[SessionStatus.HELD],
        called_off=tuple(sorted(called_off.items())),
        to_come=others["to_come"],
        unrecorded=others["unrecorded"],
        drafts=others[SessionStatus.DRAFT],
    )
