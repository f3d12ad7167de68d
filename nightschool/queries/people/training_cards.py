"""What a learner and those of their household came to: the classes held, with what was marked at each."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.models.attendance import Mark
from nightschool.models.people import Learner
from nightschool.models.places import Region
from nightschool.models.teaching import ClassSession, SessionStatus
from nightschool.rules.names import compared
from nightschool.rules.people.people import group_label, household_of
from nightschool.rules.registers.attendance import ATTENDED
from nightschool.rules.registers.graduation import MAKEUP, SAT_THROUGH


@dataclass(frozen=True, slots=True)
class MemberMark:
    """What was marked for one of them at one class, and who of the family came instead."""

    name: str
    status: str
    came_instead: str

    @property
    def counts_for_household(self) -> bool:
        """Somebody of the household was there, or made the class up (I7)."""
        return self.status in ATTENDED or self.status == MAKEUP


@dataclass(frozen=True, slots=True)
class CardVisit:
    """One class that was held. `counts`: somebody of those asked for sat through it, then or later."""

    title: str
    day: date
    minutes: int
    village: str
    is_away: bool  # it was in another village than theirs
    members: tuple[MemberMark, ...]
    counts: bool


@dataclass(frozen=True, slots=True)
class TrainingCard:
    """One learner alone, or with their household; the classes from the first to the last."""

    public_id: str
    region_code: str
    learner: str
    head: str  # of the household, the learner where nobody else is
    village: str
    group: str
    members: tuple[str, ...]
    visits: tuple[CardVisit, ...]

    @property
    def came_visits(self) -> tuple[CardVisit, ...]:
        """The classes that count."""
        return tuple(one for one in self.visits if one.counts)


def of_learner(db: Session, learner: str) -> TrainingCard | None:
    """What was marked for this learner; None when there is no such learner. Cost: 2 queries."""
    return _card(db, learner, whole_household=False)


def of_household(db: Session, learner: str) -> TrainingCard | None:
    """What was marked for all of this learner's household who are on the roster. Cost: 3 queries."""
    return _card(db, learner, whole_household=True)


def _card(db: Session, learner: str, *, whole_household: bool) -> TrainingCard | None:
    found = db.execute(
        select(Learner, Region.name)
        .join(Region, Region.code == Learner.region_code)
        .where(Learner.public_id == learner)
    ).one_or_none()
    if found is None:
        return None
    this, village = found
    people = _household(db, this) if whole_household else [this]
    rows = db.execute(
        select(
            ClassSession.id,
            ClassSession.title,
            ClassSession.day,
            ClassSession.starts,
            ClassSession.ends,
            ClassSession.region_code,
            Region.name.label("village"),
            Mark.learner_id,
            Mark.status,
            Mark.came_instead,
        )
        .join(Mark, Mark.class_session_id == ClassSession.id)
        .join(Region, Region.code == ClassSession.region_code)
        .where(ClassSession.status == SessionStatus.HELD, Mark.learner_id.in_([one.id for one in people]))
        .order_by(ClassSession.day, ClassSession.starts, ClassSession.id)
    ).all()
    names = {one.id: one.name for one in people}
    order = {one.id: place for place, one in enumerate(people)}
    visits = []
    for _id, marked in groupby(rows, key=lambda row: row.id):
        marks = sorted(marked, key=lambda row: order[row.learner_id])
        members = tuple(MemberMark(names[row.learner_id], row.status, row.came_instead) for row in marks)
        if whole_household:
            counts = any(one.counts_for_household for one in members)
        else:
            counts = any(one.status in SAT_THROUGH for one in members)
        first = marks[0]
        visits.append(
            CardVisit(
                title=first.title,
                day=first.day,
                minutes=first.ends - first.starts,
                village=first.village,
                is_away=first.region_code != this.region_code,
                members=members,
                counts=counts,
            )
        )
    return TrainingCard(
        public_id=this.public_id,
        region_code=this.region_code,
        learner=this.name,
        head=this.household or this.name,
        village=village,
        group=group_label(this.group_name),
        members=tuple(names.values()),
        visits=tuple(visits),
    )


def _household(db: Session, this: Learner) -> list[Learner]:
    """The head first. Where two of a group bear the head's name nobody knows whose it is: then nobody is added."""
    villagers = db.scalars(
        select(Learner)
        .where(
            Learner.region_code == this.region_code,
            Learner.merged_into_id.is_(None),
            Learner.retired_at.is_(None) | (Learner.id == this.id),
        )
        .order_by(Learner.name_key, Learner.id)
    )
    key = household_of(this)
    family = [one for one in villagers if household_of(one) == key]
    heads = [one for one in family if compared(one.name) == key[1]]
    return [this] if len(heads) > 1 else [*heads, *(one for one in family if one not in heads)]
