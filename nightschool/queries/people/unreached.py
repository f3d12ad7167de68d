"""Households of a village from which nobody came to any class for some time: to be invited, by their village alone."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from nightschool.models.attendance import Mark
from nightschool.models.people import Learner
from nightschool.models.teaching import ClassSession, SessionStatus
from nightschool.queries.figures import came
from nightschool.rules.people.people import group_label, household_of
from nightschool.rules.registers.graduation import MAKEUP


@dataclass(frozen=True, slots=True)
class Household:
    """One household of the roster. `head`: as it is written down, the learner where nothing is."""

    group: str
    head: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unreached:
    """The households without anybody in any class, by group, and how many there are on the roster."""

    households: tuple[Household, ...]
    all: int


def unreached(db: Session, village: str, first: date, last: date) -> Unreached:
    """Those from which nobody came from this day to that; who made a class up counts for them (I7). Cost: 2 queries."""
    people = db.execute(
        select(
            Learner.id,
            Learner.name,
            Learner.household,
            Learner.region_code,
            Learner.group_name,
            Learner.group_number,
        )
        .where(Learner.region_code == village, Learner.merged_into_id.is_(None), Learner.retired_at.is_(None))
        .order_by(Learner.name_key, Learner.id)
    ).all()
    reached = set(
        db.scalars(
            select(Mark.learner_id)
            .distinct()
            .join(ClassSession, ClassSession.id == Mark.class_session_id)
            .join(Learner, Learner.id == Mark.learner_id)
            .where(
                Learner.region_code == village,
                ClassSession.status == SessionStatus.HELD,
                ClassSession.day.between(first, last),
                or_(came(), Mark.status == MAKEUP),
            )
        )
    )
    households = defaultdict(list)
    for one in people:
        households[household_of(one)].append(one)
    found = tuple(
        Household(
            group_label(members[0].group_name),
            members[0].household or members[0].name,
            tuple(one.name for one in members),
        )
        for _key, members in sorted(households.items())
        if reached.isdisjoint(one.id for one in members)
    )
    return Unreached(found, len(households))
