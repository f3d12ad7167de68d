"""Learners come, go, and change their group or village by days: what was then stays as it was then."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nightschool.errors import Refused
from nightschool.models.people import FormerStay, Learner
from nightschool.rules.people.people import group_number


def goes(learner: Learner, day: date) -> None:
    """The learner is on no roster from this day on."""
    learner.left_on = max(day, learner.came_on) if learner.came_on else day


def comes_back(db: Session, learner: Learner, day: date) -> None:
    """Who had gone is on the roster again from this day; who went that very day has never been away."""
    if learner.left_on is not None and learner.left_on < day:
        _remember(db, learner, learner.left_on)
        learner.came_on = day
    learner.left_on = None


def settles(db: Session, learner: Learner, *, village: str, group_name: str, day: date) -> None:
    """From this day on the learner is in this group of this village; where they were before is remembered.

    Raises: Refused with `too_early` when the day is not after what is remembered already.
    """
    if (learner.region_code, learner.group_name) == (village, group_name):
        return
    since = learner.came_on or date.min
    if day < since:
        raise Refused("too_early", field="came_on", name=learner.name, day=since)
    if day > since:
        _remember(db, learner, day)
        learner.came_on = day
    learner.region_code = village
    learner.group_name, learner.group_number = group_name, group_number(group_name)


def moves_away(db: Session, learner: Learner, *, village: str, group_name: str) -> None:
    """Who had gone is of the other village from the day they went, and on its roster only once they are back."""
    if learner.left_on is not None:
        _remember(db, learner, learner.left_on)
        learner.came_on = learner.left_on
    learner.region_code = village
    learner.group_name, learner.group_number = group_name, group_number(group_name)


def began(db: Session, learner: Learner, day: date | None, *, today: date) -> None:
    """The learner's present stay began on this day; None: before anybody wrote it down.

    Raises: Refused with `not_come_yet` or `too_early`.
    """
    if day == learner.came_on:
        return
    if day is not None and day > today:
        raise Refused("not_come_yet", field="came_on")
    with db.no_autoflush:  # the caller has yet to see what it changed
        latest = db.scalar(select(func.max(FormerStay.left_on)).where(FormerStay.learner_id == learner.id))
    if latest is not None and (day is None or day < latest):
        raise Refused("too_early", field="came_on", name=learner.name, day=latest)
    if learner.left_on is not None and day is not None and day > learner.left_on:
        raise Refused("came_after_leaving", field="came_on", day=learner.left_on)
    learner.came_on = day


def _remember(db: Session, learner: Learner, left_on: date) -> None:
    if learner.came_on is not None and learner.came_on >= left_on:
        return  # came and went on one day
    db.add(
        FormerStay(
            learner_id=learner.id,
            region_code=learner.region_code,
            group_name=learner.group_name,
            group_number=learner.group_number,
            came_on=learner.came_on,
            left_on=left_on,
        )
    )
