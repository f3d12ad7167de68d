"""The demonstration's stage: its day and clock, its content and its chance, and what its parts do again and again."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from nightschool.actions.courses import sessions
from nightschool.actions.registers import attendance
from nightschool.models.teaching import ClassSession
from nightschool.queries.courses.labels import labels_on_offer
from nightschool.rules.access import Actor
from nightschool.rules.courses.labels import Labels
from nightschool.rules.courses.proposals import Proposal
from nightschool.rules.courses.recurrence import Recurrence
from nightschool.rules.registers.attendance import Sheet
from nightschool.rules.slots import Now, parse_time

WEEKS_AHEAD = 8
EVENING = time(21, 0)
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class DemoSchool:
    """A village's night school: who keeps it and the public id of the room where it usually meets."""

    code: str
    actor: Actor
    room: str


@dataclass(frozen=True)
class Stage:
    """What everything of the demonstration works with."""

    db: Session
    zone: ZoneInfo
    today: date
    content: dict[str, Any]
    chance: random.Random
    weeks_back: int = 9

    @property
    def first_day(self) -> date:
        """When the term began."""
        return self.today - timedelta(weeks=self.weeks_back)

    @property
    def begin(self) -> Now:
        """The evening of that day."""
        return self.at(self.first_day)

    def at(self, day: date, moment: time = EVENING) -> Now:
        """When the village's clock shows this moment on that day."""
        return Now.at(datetime.combine(day, moment, self.zone), self.zone)

    def proposal(
        self,
        school: DemoSchool,
        topic: dict[str, Any],
        starts: str,
        minutes: int,
        recurrence: Recurrence,
        **more: Any,
    ) -> Proposal:
        """A course on this topic in the school's usual room."""
        start = parse_time(starts) or 0
        offered = labels_on_offer(self.db, school.code)
        known = {one.name: one.public_id for kind in offered.values() for one in kind}
        roles = ("hosts", "helpers", "campaigns")
        return Proposal(
            region_code=school.code,
            title=topic["title"],
            category_code=topic["category"],
            summary=topic.get("summary", ""),
            starts=start,
            ends=start + minutes,
            recurrence=recurrence,
            venue=school.room,
            labels=Labels(*(tuple(known[name] for name in topic.get(role, ())) for role in roles)),
            **more,
        )

    def sessions(self, *which: ColumnElement[bool]) -> Sequence[ClassSession]:
        """These class sessions, in the order of their times."""
        ordered = select(ClassSession).where(*which).order_by(ClassSession.day, ClassSession.starts)
        return self.db.scalars(ordered).all()

    def cancel(self, session: ClassSession, reason: str, *, by: Actor, now: Now) -> None:
        """The class session is called off, or was not held."""
        sessions.cancel_session(
            self.db,
            class_session=session.public_id,
            seen_revision=session.revision,
            reason=reason,
            reason_text="",
            by=by,
            now=now,
        )

    def record(
        self,
        session: ClassSession,
        sheet: Sheet,
        *,
        by: Actor,
        now: Now,
        chance: random.Random,
        device: str = "Android",
    ) -> None:
        """The class session's register is written down."""
        attendance.record_sheet(
            self.db,
            class_session=session.public_id,
            sheet=sheet,
            submission_id=UUID(int=chance.getrandbits(128), version=4),
            device=device,
            taken_at=now.instant,
            by=by,
            now=now,
        )
