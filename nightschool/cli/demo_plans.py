"""The demonstration's plans of next month: one announced, one that waits for a township that approves plans first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from nightschool.actions import courses, plans
from nightschool.models.places import RegionSettings
from nightschool.queries import plans as queries
from nightschool.rules.access import Actor
from nightschool.rules.months import month_of
from nightschool.rules.proposals import Proposal
from nightschool.rules.recurrence import Once
from nightschool.rules.regions import parent_of
from nightschool.rules.slots import Now

AFTERNOON = 14 * 60 + 30  # nothing else meets then


def make(
    db: Session,
    *,
    village: str,
    state: str,
    about: dict[str, Any],
    venue: str,
    actor: Actor,
    now: Now,
) -> None:
    """Next month's plan of this village is announced, or has one more course and was handed in to its township."""
    month = month_of(now.day).after
    given: dict[str, Any] = {"village": village, "month": month, "by": actor, "now": now}
    if state == "announced":
        page = queries.month_page(db, village, month, today=now.day)
        plans.announce(db, seen=page.seen if page else "", **given)
        return
    db.add(RegionSettings(region_code=parent_of(village), approves_plans=True))
    proposal = Proposal(
        region_code=village,
        title=about["title"],
        category_code=about["category"],
        summary=about["summary"],
        starts=AFTERNOON,
        ends=AFTERNOON + 60,
        recurrence=Once(month.first + timedelta(days=11)),
        venue=venue,
        audience=about["audience"],
        expected=about["expected"],
    )
    courses.schedule_course(db, proposal=proposal, publish=False, by=actor, now=now)
    plans.submit(db, **given)
