"""Who graduates from a cohort: the share of its class sessions, or of their hours, that somebody sat through.

What counts, and the page says so:

- A class session counts once it was held and its register saved. Called off, or past and not recorded: it does not.
- Present, late and made up count in full: whoever made up a lesson has learnt what was taught.
- Excused does not count as sat through. An excuse is no fault, but it teaches nobody; the share that may be missed is
  there for such days, and a lesson made up fills the gap. Were excused sessions left out of the whole, somebody could
  graduate who came once.
- A substitute counts for the household (人次), not for the learner whose place was taken (docs/domain.md, I7).
- Everybody is measured by the whole cohort. Who joined late has the earlier sessions to make up, and keeps those they
  had come to as a guest; counted from the day of enrolling, one evening at the end would be a hundred per cent.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from nightschool.rules.registers.attendance import CAME_IN_PERSON
from nightschool.texts import N_, _

MAKEUP = "makeup"
SAT_THROUGH = CAME_IN_PERSON | {MAKEUP}

# 学时 as schools count it. Minutes are kept, so that another length changes no record.
CLASS_HOUR_MINUTES = 45


class Basis(StrEnum):
    """What the share is a share of."""

    SESSIONS = "sessions"
    HOURS = "hours"


BASES = {Basis.SESSIONS: N_("按次数"), Basis.HOURS: N_("按学时")}


@dataclass(frozen=True, slots=True)
class GraduationRule:
    """At least this many per cent of the sessions, or of the hours."""

    basis: Basis = Basis.SESSIONS
    percent: int = 75

    def weight(self, minutes: int) -> int:
        """What a class session of this length weighs: one, or its minutes."""
        return minutes if self.basis == Basis.HOURS else 1


@dataclass(frozen=True, slots=True)
class CohortSessions:
    """A cohort's class sessions by now. Key of the session -> its length in minutes."""

    held: Mapping[Any, int]
    coming: Mapping[Any, int]

    def weight(self, rule: GraduationRule) -> int:
        """The whole that the share is of: what was held, and what is still to come."""
        return sum(rule.weight(minutes) for part in (self.held, self.coming) for minutes in part.values())


class Outlook(StrEnum):
    """How it stands with one learner."""

    GRADUATES = "graduates"  # has enough; what is still to come may be missed
    ON_THE_WAY = "on_the_way"  # the sessions still to come are enough
    NEEDS_MAKEUP = "needs_makeup"  # not even all of them are: something has to be made up


OUTLOOKS = {
    Outlook.GRADUATES: N_("够结业"),
    Outlook.ON_THE_WAY: N_("还在上"),
    Outlook.NEEDS_MAKEUP: N_("要补课"),
}


@dataclass(frozen=True, slots=True)
class GraduationProgress:
    """One learner by now. All but `sessions` and `minutes` is in the unit of the rule: sessions, or minutes."""

    sessions: int  # sat through or made up
    minutes: int
    counted: int
    lacking: int  # how much is lacking until graduation; 0: graduates
    to_make_up: int  # of it, what the sessions still to come cannot give
    marks: Mapping[str, int]  # status -> how many of the held sessions

    @property
    def graduates(self) -> bool:
        """True when nothing is lacking."""
        return self.lacking == 0

    @property
    def outlook(self) -> Outlook:
        """Whether it is enough, can still become enough, or needs lessons to be made up."""
        if self.graduates:
            return Outlook.GRADUATES
        return Outlook.NEEDS_MAKEUP if self.to_make_up else Outlook.ON_THE_WAY


def required(rule: GraduationRule, by_now: CohortSessions) -> int:
    """How much of the whole is enough: the share, rounded up; and never nothing."""
    return max(1, -(-by_now.weight(rule) * rule.percent // 100))


def progress_of(rule: GraduationRule, by_now: CohortSessions, marks: Mapping[Any, str]) -> GraduationProgress:
    """How one learner stands, whose marks (key of the session -> status) may be of other sessions too."""
    mine = {session: status for session, status in marks.items() if session in by_now.held}
    sat = [by_now.held[session] for session, status in mine.items() if status in SAT_THROUGH]
    counted = sum(map(rule.weight, sat))
    lacking = max(0, required(rule, by_now) - counted)
    coming = sum(map(rule.weight, by_now.coming.values()))
    return GraduationProgress(
        sessions=len(sat),
        minutes=sum(sat),
        counted=counted,
        lacking=lacking,
        to_make_up=max(0, lacking - coming),
        marks=Counter(mine.values()),
    )


def class_hours(minutes: int, *, up: bool = False) -> str:
    """Minutes as 学时 with at most one decimal; rounded down, or `up` for what is lacking, so that neither flatters."""
    tenths = minutes * 10
    tenths = -(-tenths // CLASS_HOUR_MINUTES) if up else tenths // CLASS_HOUR_MINUTES
    return str(tenths // 10) if tenths % 10 == 0 else f"{tenths // 10}.{tenths % 10}"


def basis_word(code: str) -> str:
    """The basis in the current language."""
    return _(BASES[Basis(code)])


def outlook_word(code: str) -> str:
    """How it stands with somebody, in two or three words."""
    return _(OUTLOOKS[Outlook(code)])


def tell_rule(rule: GraduationRule) -> str:
    """One sentence: how much is enough."""
    if rule.basis == Basis.HOURS:
        return _("上够全部学时的 %(percent)d%% 就结业。", percent=rule.percent)
    return _("上够全部次数的 %(percent)d%% 就结业。", percent=rule.percent)


def tell_lacking(rule: GraduationRule, one: GraduationProgress) -> str:
    """One sentence: how much is still lacking, and whether it has to be made up."""
    if one.graduates:
        return _("够了。")
    if rule.basis == Basis.HOURS:
        lacking, makeup = class_hours(one.lacking, up=True), class_hours(one.to_make_up, up=True)
        if one.to_make_up:
            return _("还差 %(lacking)s 学时，其中 %(makeup)s 学时要靠补课。", lacking=lacking, makeup=makeup)
        return _("再上 %(lacking)s 学时就够。", lacking=lacking)
    if one.to_make_up:
        return _(
            "还差 %(lacking)d 次，其中 %(makeup)d 次要靠补课。", lacking=one.lacking, makeup=one.to_make_up
        )
    return _("再上 %(lacking)d 次就够。", lacking=one.lacking)
