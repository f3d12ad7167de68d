"""Wishes of a village: written down, put right, decided, met by a course; and those that villagers send in."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.actions.ended import check_goes_on
from nightschool.actions.records import locked_as_seen, locked_for, note
from nightschool.errors import NotFound, Refused
from nightschool.models.places import NightSchool
from nightschool.models.planning import Wish
from nightschool.models.teaching import Course
from nightschool.rules.access import Actor, require
from nightschool.rules.dispatch.wishes import (
    MOST_HOUSEHOLDS,
    MOST_LET_IN,
    WishEntry,
    WishStatus,
    check_unmet,
    check_wish,
    check_wish_move,
)
from nightschool.rules.names import compared
from nightschool.rules.slots import Now


def note_wishes(db: Session, *, village: str, entries: Sequence[WishEntry], by: Actor, now: Now) -> list[str]:
    """These wishes stand in the village's list, open; their public ids come back.

    Raises: NotAllowed; VillageEnded; Refused as `check_wish` does, and then none of them is there.
    """
    require(by, "schedule", village)
    check_goes_on(db, [(village, now.day)])
    for entry in entries:
        check_wish(entry)
    made = [_made(village, entry, now=now) for entry in entries]
    db.add_all(made)
    db.flush()
    note(
        db, f"region {village}", "wish.note", by=by, now=now, region_code=village, n=len(made)
    )  # without their words, as of questions
    return [one.public_id for one in made]


def take_wish(db: Session, *, village: str, entry: WishEntry, now: Now) -> None:
    """A villager's own wish waits until the village has looked at it; the same topic once more is one household more.

    Raises: NotFound where there is no night school; VillageEnded; Refused as `check_wish` does, or `enough`.
    """
    check_wish(entry)
    check_goes_on(db, [(village, now.day)])
    # Two at one moment come one after the other, so that neither limit nor number is passed.
    school = select(NightSchool.id).where(NightSchool.region_code == village).with_for_update()
    if db.scalar(school) is None:
        raise NotFound
    waiting = db.scalars(
        select(Wish)
        .where(Wish.region_code == village, Wish.status == WishStatus.SUBMITTED)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for one in waiting:
        if compared(one.topic) == compared(entry.topic):
            one.households = min(one.households + 1, MOST_HOUSEHOLDS)
            db.flush()
            return
    if len(waiting) >= MOST_LET_IN:
        raise Refused("enough")
    db.add(_made(village, entry, now=now, status=WishStatus.SUBMITTED))
    db.flush()


def edit_wish(db: Session, *, wish: str, entry: WishEntry, version: int, by: Actor, now: Now) -> None:
    """The wish reads so. Raises: NotFound; NotAllowed; StaleRecord; Refused as `check_wish` does."""
    found = _seen(db, wish, by, version)
    check_wish(entry)
    _fill(found, entry)
    if db.is_modified(found):
        db.flush()
        note(db, found, "wish.edit", by=by, now=now)


def let_in_wish(db: Session, *, wish: str, version: int, by: Actor, now: Now) -> None:
    """The wish is open (again): a villager's own that was looked at, or one that was decided otherwise before.

    Raises: NotFound; NotAllowed; StaleRecord; Refused as `check_wish_move` does.
    """
    found = _decided(db, wish, WishStatus.APPROVED, version, by)
    found.merged_into_id = None
    db.flush()
    note(db, found, "wish.open", by=by, now=now)


def refuse_wish(
    db: Session, *, wish: str, reason: str | None, words: str, version: int, by: Actor, now: Now
) -> None:
    """The wish cannot be met for now, and whoever asks reads why.

    Raises: NotFound; NotAllowed; StaleRecord; Refused as `check_unmet` and `check_wish_move` do.
    """
    check_unmet(reason, words)
    found = _decided(db, wish, WishStatus.UNMET, version, by)
    found.reason, found.reason_text = reason, words
    db.flush()
    note(db, found, "wish.unmet", by=by, now=now)


def withdraw_wish(db: Session, *, wish: str, version: int, by: Actor, now: Now) -> None:
    """Nobody wants it any more. Raises: NotFound; NotAllowed; StaleRecord; Refused as `check_wish_move` does."""
    found = _decided(db, wish, WishStatus.WITHDRAWN, version, by)
    db.flush()
    note(db, found, "wish.withdraw", by=by, now=now)


def merge_wish(db: Session, *, wish: str, into: str, version: int, by: Actor, now: Now) -> None:
    """The other wish of the village stands for this one too, and for those merged into this.

    Raises: NotFound; NotAllowed; StaleRecord; Refused as `check_wish_move` does, or `not_a_parent` unless that wish is
    an open one of the same village and another.
    """
    found = _seen(db, wish, by, version)
    check_wish_move(WishStatus(found.status), WishStatus.MERGED)
    parent = db.scalars(
        select(Wish)
        .where(
            Wish.public_id == into,
            Wish.region_code == found.region_code,
            Wish.status == WishStatus.APPROVED,
            Wish.id != found.id,
        )
        .with_for_update()
    ).one_or_none()
    if parent is None:
        raise Refused("not_a_parent", field="into")
    found.status, found.merged_into_id = WishStatus.MERGED, parent.id
    for child in db.scalars(select(Wish).where(Wish.merged_into_id == found.id).with_for_update()):
        child.merged_into_id = parent.id
    db.flush()
    note(db, found, "wish.merge", by=by, now=now)


def meet_wish(db: Session, *, wish: str, course: str, by: Actor, now: Now) -> None:
    """This course of the village is held for the wish; an empty one: none is.

    Raises: NotFound; NotAllowed; Refused with `no_such_course`, or `no_such_move` unless the wish is an open one.
    """
    found = locked_for(db, Wish, Wish.public_id == wish, verb="schedule", by=by)
    if found.status != WishStatus.APPROVED:
        raise Refused("no_such_move")
    here = Course.public_id == course, Course.region_code == found.region_code
    course_id = db.scalar(select(Course.id).where(*here)) if course else None
    if course and course_id is None:
        raise Refused("no_such_course", field="course")
    if course_id != found.course_id:
        found.course_id = course_id
        db.flush()
        note(db, found, "wish.meet" if course_id else "wish.unmeet", by=by, now=now)


def remove_wish(db: Session, *, wish: str, version: int, by: Actor, now: Now) -> None:
    """The wish is gone: what was written by mistake, or was no wish at all; those merged into it are open again.

    Raises: NotFound; NotAllowed; StaleRecord.
    """
    found = _seen(db, wish, by, version)
    for child in db.scalars(select(Wish).where(Wish.merged_into_id == found.id).with_for_update()):
        child.status, child.merged_into_id = WishStatus.APPROVED, None
    note(db, found, "wish.remove", by=by, now=now)
    db.flush()
    db.delete(found)
    db.flush()


def refuse_all_waiting(db: Session, *, village: str, by: Actor, now: Now) -> int:
    """What villagers sent in and nobody has looked at is gone, all of it at once; so many it was.

    Raises: NotAllowed.
    """
    require(by, "schedule", village)
    waiting = db.scalars(
        select(Wish).where(Wish.region_code == village, Wish.status == WishStatus.SUBMITTED).with_for_update()
    ).all()
    for one in waiting:
        db.delete(one)
    if waiting:
        note(db, f"region {village}", "wish.clear", by=by, now=now, region_code=village, n=len(waiting))
    db.flush()
    return len(waiting)


def _made(village: str, entry: WishEntry, *, now: Now, status: WishStatus = WishStatus.APPROVED) -> Wish:
    made = Wish(region_code=village, wished_on=now.day, status=status)
    _fill(made, entry)
    return made


def _fill(wish: Wish, entry: WishEntry) -> None:
    wish.topic, wish.category_code, wish.households = entry.topic, entry.category, entry.households
    wish.groups, wish.months, wish.times = entry.groups, list(entry.months), list(entry.times)


def _seen(db: Session, wish: str, by: Actor, version: int) -> Wish:
    return locked_as_seen(db, Wish, Wish.public_id == wish, version=version, by=by)


def _decided(db: Session, wish: str, status: WishStatus, version: int, by: Actor) -> Wish:
    """The wish as it was seen, and now decided so, with no reason of before."""
    found = _seen(db, wish, by, version)
    check_wish_move(WishStatus(found.status), status)
    found.status, found.reason, found.reason_text = status, None, ""
    return found
