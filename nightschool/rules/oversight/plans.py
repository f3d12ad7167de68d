"""The plan of a month (开课计划): its states and moves, which month is next, and what each state says and asks for.

A plan has no lines of its own: they are the class sessions of that month of that village.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from nightschool.errors import Refused
from nightschool.rules.notices.revisions import tell_mark
from nightschool.rules.seasons.months import Month, month_of, month_word
from nightschool.rules.slots import Moment
from nightschool.texts import N_, _, counted

NEXT_MONTH_FROM = 20  # day of the month from which the next one is the one to plan


class PlanStatus(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    RETURNED = "returned"
    ANNOUNCED = "announced"


class PlanStep(StrEnum):
    """What can be done with a plan."""

    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    APPROVE = "approve"
    RETURN = "return"
    ANNOUNCE = "announce"


@dataclass(frozen=True, slots=True)
class PlanStanding:
    """How a month of a village stands."""

    month: Month
    status: str = PlanStatus.DRAFT
    approves: bool = False  # the township wants to see plans first
    sessions: int = 0  # that are to take place or took place
    drafts: int = 0  # of these, such as no villager has seen
    changes: int = 0  # to come, and otherwise than the last notice said, or not in it; drafts apart
    is_over: bool = False

    @property
    def stage(self) -> str:
        """The status, as far as it means something: without approval there is nothing to hand in."""
        if not self.approves and self.status in (
            PlanStatus.SUBMITTED,
            PlanStatus.APPROVED,
            PlanStatus.RETURNED,
        ):
            return PlanStatus.DRAFT
        return self.status

    @property
    def is_open(self) -> bool:
        """True when class sessions of this month may be published."""
        return not self.approves or self.status in (PlanStatus.APPROVED, PlanStatus.ANNOUNCED)

    @property
    def untold(self) -> int:
        """So much has to be told after the notice: changes, and what was added and is not public yet."""
        return self.changes + self.drafts if self.status == PlanStatus.ANNOUNCED else 0


# The month


def proposed_month(today: date, *, more_to_come: bool) -> Month:
    """The month to plan: from the 20th the next; before that this one, while it still has class sessions to come."""
    if today.day >= NEXT_MONTH_FROM or not more_to_come:
        return month_of(today).after
    return month_of(today)


def tell_proposed(month: Month, today: date) -> str:
    """One sentence: why this month is shown first."""
    words = {"month": month_word(month, today), "now": month_word(month_of(today), today)}
    if month == month_of(today):
        return _("%(month)s还有课要上，先看%(month)s的。", **words)
    if today.day >= NEXT_MONTH_FROM:
        return _("从 %(day)d 号起，先看%(month)s的。", day=NEXT_MONTH_FROM, **words)
    return _("%(now)s没有课要上了，先看%(month)s的。", **words)


# Moves


def next_step(standing: PlanStanding) -> PlanStep | None:
    """What the village does next; None: nothing, or it is not the village's turn."""
    for step in (PlanStep.SUBMIT, PlanStep.ANNOUNCE):
        if step_problem(step, standing) is None:
            return step
    return None


def step_problem(step: PlanStep, standing: PlanStanding) -> str | None:
    """The code of why this cannot be done with a plan that stands like this; None: it can."""
    match step:
        case PlanStep.SUBMIT:
            return _submit_problem(standing)
        case PlanStep.ANNOUNCE:
            return _announce_problem(standing)
        case PlanStep.RETURN if standing.status == PlanStatus.APPROVED:
            return None  # how an approval is taken back, until villagers were told
    return None if standing.status == PlanStatus.SUBMITTED else "plan_not_submitted"


def _submit_problem(standing: PlanStanding) -> str | None:
    if standing.is_over:
        return "plan_over"
    if not standing.approves:
        return "plan_needs_no_approval"
    if standing.status in (PlanStatus.SUBMITTED, PlanStatus.APPROVED, PlanStatus.ANNOUNCED):
        return f"plan_is_{standing.status}"
    return None if standing.sessions else "plan_empty"


def _announce_problem(standing: PlanStanding) -> str | None:
    if standing.is_over:
        return "plan_over"
    if not standing.is_open:
        return "plan_not_approved"
    if standing.status == PlanStatus.ANNOUNCED:
        return None if standing.untold else "plan_nothing_new"
    return None if standing.sessions else "plan_empty"


def check_step(step: PlanStep, standing: PlanStanding, township: str) -> None:
    """Raises Refused unless this can be done."""
    if problem := step_problem(step, standing):
        raise Refused(problem, month=standing.month, township=township)


def check_code(lines: Iterable[tuple[int, int]]) -> str:
    """Stands for the class sessions somebody saw, each by number and revision: others give another."""
    told = ",".join(f"{number}:{revision}" for number, revision in sorted(lines))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


_REFUSED = {
    "plan_over": N_("%(month)s已经过完了，计划不用再动。"),
    "plan_empty": N_("%(month)s还没有课。先排一门，再回到这里。"),
    "plan_nothing_new": N_("%(month)s的都公布过了，没有新的变更要告诉村里人。"),
    "plan_not_approved": N_("%(township)s要先审%(month)s的开课计划。先提交，批了就公布。"),
    "plan_needs_no_approval": N_("%(township)s不用先审，直接公布就行。"),
    "plan_is_submitted": N_("%(month)s的计划已经提交了，等%(township)s批。"),
    "plan_is_approved": N_("%(township)s已经批了%(month)s的计划，直接公布就行。"),
    "plan_is_announced": N_("%(month)s的计划已经公布了。后来的变更，重新公布就行。"),
    "plan_not_submitted": N_(
        "%(month)s的计划现在不在等着批：村里收回了，或者已经有人办了。下面是现在的样子。"
    ),
    "plan_changed": N_("%(month)s的计划刚才又改过。下面是现在的样子，看一遍再点。"),
    "reason_missing": N_("写一句为什么退回，村里好照着改。"),
}


def tell_refused(refused: Refused, today: date) -> str:
    """One sentence: why this cannot be done with the plan, and what can."""
    month, township = refused.details.get("month"), refused.details.get("township") or ""
    return _(_REFUSED[refused.code], month=month_word(month, today) if month else "", township=township)


# Words


def state_word(standing: PlanStanding) -> str:
    """The state of a month in one word, for lists."""
    if standing.stage == PlanStatus.ANNOUNCED:
        return _("有变更") if standing.untold and not standing.is_over else _("已公布")
    if word := {"submitted": _("待审"), "approved": _("已批"), "returned": _("退回")}.get(standing.stage):
        return word
    if not standing.sessions:
        return _("还没排")
    if not standing.drafts:
        return _("单独公布的")
    return _("还没提交") if standing.approves else _("还没公布")


def tell_standing(standing: PlanStanding, *, township: str, reason: str = "", today: date) -> str:
    """One or two sentences for the village: how the month stands, and who does what next."""
    words = {"month": month_word(standing.month, today), "township": township, "reason": reason}
    if standing.is_over:
        return _("%(month)s已经过完了，这里是当时的计划。", **words)
    match standing.stage:
        case "submitted":
            return _(
                "已经提交，等%(township)s批。批了，你再公布给村里人。要改课还可以改，镇上看到的是改过的。",
                **words,
            )
        case "approved":
            return _("%(township)s批了。点一下，就公布给村里人。", **words)
        case "returned":
            return _("%(township)s退回来了：「%(reason)s」照着改好，再提交。", **words)
        case "announced":
            return _tell_announced(standing)
    if not standing.sessions:
        return _("%(month)s还没有课。先排一门：讲什么、谁来讲、哪天几点。", **words)
    if standing.approves:
        return counted(
            "%(month)s排了 %(n)d 次课。%(township)s要先审：提交上去，批了就公布。",
            standing.sessions,
            **words,
        )
    return _tell_unannounced(standing, words)


def _tell_unannounced(standing: PlanStanding, words: dict[str, str]) -> str:
    if standing.drafts:
        return counted(
            "有 %(n)d 次课村里人还看不到。点一下，%(month)s的就都公布了。",
            standing.drafts,
            **words,
        )
    return _("%(month)s的课，村里人都看得到了。把这一页公布一遍，以后哪里变了，会提醒你再通知。", **words)


def _tell_announced(standing: PlanStanding) -> str:
    if standing.untold:
        return counted(
            "有 %(n)d 处变更还没告诉村里人，重新公布。",
            standing.untold,
        )
    return _("都公布了，村里人看到的和这里一样。要改哪节课，点那节课；改了以后，回到这里重新公布。")


def tell_plan_change(differs: str, told: Moment | None, begins: Moment, today: date) -> str:
    """In what a class session differs from what the last notice said; None in `told`: it did not stand there."""
    if told is None:
        return _("变更：%(what)s", what=_("通知以后加的"))
    return tell_mark(differs, told, begins, today)


def tell_reminder(standing: PlanStanding, today: date) -> str:
    """The one quiet line of the desk about this month's plan; empty: there is nothing to be reminded of."""
    words = {"month": month_word(standing.month, today)}
    if standing.is_over:
        return ""
    match standing.stage:
        case "returned":
            return _("%(month)s的开课计划镇上退回来了", **words)
        case "approved":
            return _("%(month)s的开课计划批了，还没公布", **words)
        case "announced" if standing.untold:
            return counted(
                "%(month)s的开课计划有 %(n)d 处变更还没告诉村里人",
                standing.untold,
                **words,
            )
        case "draft" if _is_due(standing, today):
            if not standing.sessions:
                return _("该排%(month)s的课了", **words)
            if standing.approves:
                return _("%(month)s的开课计划还没提交给镇上", **words)
            return _("%(month)s的开课计划还没公布", **words)
    return ""


def _is_due(standing: PlanStanding, today: date) -> bool:
    """Next month's, from the 20th on: with nothing in it, or with something that waits to be public."""
    is_next = standing.month == month_of(today).after and today.day >= NEXT_MONTH_FROM
    return is_next and (not standing.sessions or bool(standing.drafts))
