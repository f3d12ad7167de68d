"""The successor of a merged village takes over what it had, in one step; for a day all of it can be put back.

`Takeover.moved` holds, as JSON: `learners`, each with its id, its stay before, and the id of the former stay that
remembers it; `venues` and `labels`, each with its id and its name before; and ids of `teachers`, `courses`, `sessions`,
`questions`, `wishes`, `offers` (those of before know none), and of the school that was opened for it among `schools`.
What has taken place stays with the village of then, and so do the registers of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from nightschool.actions.ended import check_goes_on
from nightschool.actions.notices.feeds import show_otherwise
from nightschool.actions.notices.revisions import in_feeds, remember, shown_anew, write_first
from nightschool.actions.people import stays
from nightschool.actions.records import fill_name, locked_sessions, note
from nightschool.actions.tallies import recount, recount_townships
from nightschool.actions.touching import touch_villages
from nightschool.errors import NotFound, Refused, StaleRecord
from nightschool.models.people import FormerStay, Learner, Teacher, TeacherLink
from nightschool.models.places import NightSchool, Region, Takeover, Venue
from nightschool.models.planning import ClosedTime, Dispatch, Question, Wish
from nightschool.models.teaching import ClassSession, ClassSessionLabel, ClassSessionTeacher, Course, Label
from nightschool.queries.people.people import groups
from nightschool.queries.places import takeovers as queries
from nightschool.rules.access import Actor, require
from nightschool.rules.oversight.plans import check_code
from nightschool.rules.people.people import group_number
from nightschool.rules.places.takeovers import PUT_BACK_FOR, check_move, renamed
from nightschool.rules.regions import Level, ancestors_of, level_of
from nightschool.rules.resources import ResourceKind
from nightschool.rules.slots import Now

_BY_ID: dict[Any, str] = {
    Course: "courses",
    Teacher: "teachers",
    Question: "questions",
    Wish: "wishes",
    Dispatch: "offers",
}
# Which are called otherwise where their name is taken.
_BY_NAME: dict[Any, str] = {Venue: "venues", Label: "labels"}
_OTHERS = ("schools", "sessions", *_BY_NAME.values(), *_BY_ID.values())


def take_over(db: Session, *, village: str, former: str, seen: str, by: Actor, now: Now) -> str:
    """The village has the people, venues, courses, classes to come, open questions, wishes and offers of that one.

    A group, a venue or a label whose name is taken here is called with its old village from now on; learners are in the
    village since the day of the merger. Without a school it has one now. `seen` is the code of what was shown.
    The public id of what was taken over comes back. Raises: NotFound unless this village stands for the former one;
    StaleRecord; Refused with `not_succeeded_yet` or `nothing_to_take`. Cost: a statement or two for each learner.
    """
    require(by, "take_over", village)
    which = queries.belonging(now.moment)
    # Class sessions are locked first, as by whoever changes one of them.
    sessions = _locked(db, ClassSession.region_code == former, which[ClassSession])
    old = db.scalars(select(Region).where(Region.code == former).with_for_update()).one_or_none()
    if old is None or old.successor_code != village or old.successor_day is None:
        raise NotFound
    if old.successor_day > now.day:
        raise Refused("not_succeeded_yet")
    held = queries.belongings(db, former, at=now.moment)
    if held.is_empty:
        raise Refused("nothing_to_take")
    if held.code != seen:
        raise StaleRecord("region", 0, 0)
    moved = {
        "schools": _open_school(db, village, former, since=old.successor_day, now=now),
        **{name: _take_named(db, model, old, village, now=now) for model, name in _BY_NAME.items()},
        "sessions": _hand_on_sessions(db, sessions, village, now=now),
        "learners": _settle(db, old, village, old.successor_day),
    }
    for model, name in _BY_ID.items():
        ids = db.scalars(select(model.id).where(model.region_code == former, which[model]))
        moved[name] = _hand_on(db, model, ids, village)
    made = _made(db, former, village, moved, by=by, now=now)
    _close(db, "school.take_over", made, by=by, now=now)
    return made.public_id


def move_learners(
    db: Session,
    *,
    village: str,
    learners: Sequence[str],
    seen: str,
    to: str,
    group_name: str,
    day: date,
    by: Actor,
    now: Now,
) -> int:
    """These learners of a village are in a group of this or another village from that day; so many did not go along.

    Who came later than that day goes on the day they came; who has gone stays. Between villages it can be put back
    for a day, as a takeover. Renaming a group is moving all of it within its village. `seen` is the code of the records
    that were shown. Raises: NotFound for a learner or a village there is not; StaleRecord; VillageEnded; Refused with
    `group_missing`, `same_place`, `other_county` or `not_come_yet`.
    """
    require(by, "keep_people", village)
    check_move(group_name, day, today=now.day)
    target = db.get(Region, to)
    if target is None or level_of(to) is not Level.VILLAGE:
        raise NotFound
    if to != village:
        check_goes_on(db, [(to, now.day)])
        if ancestors_of(to)[2] != ancestors_of(village)[2]:
            raise Refused("other_county", field="to")
    found = db.scalars(
        select(Learner)
        .where(
            Learner.public_id.in_(learners), Learner.region_code == village, Learner.merged_into_id.is_(None)
        )
        .order_by(Learner.id)
        .with_for_update()
    ).all()
    if not found or len(found) != len(set(learners)):
        raise NotFound
    if check_code((one.id, one.version) for one in found) != seen:
        raise StaleRecord("learner", 0, 0)
    going = [
        one for one in found if one.left_on is None and (one.region_code, one.group_name) != (to, group_name)
    ]
    if not going:
        raise Refused("same_place", field="group_name")
    moved = [_as_it_was(learner) for learner in going]
    for learner in going:
        since = max(day, learner.came_on or day)
        stays.settles(db, learner, village=to, group_name=group_name, day=since)
    db.flush()
    if to == village:
        note(db, f"region {village}", "learner.regroup", by=by, now=now, region_code=village)
    else:
        nothing: dict[str, Any] = {name: [] for name in _OTHERS}
        made = _made(db, village, to, {**nothing, "learners": _with_stays(db, moved)}, by=by, now=now)
        for code in (village, to):
            note(db, made, "learner.move", by=by, now=now, region_code=code)
    return len(found) - len(going)


def give_back(db: Session, *, village: str, former: str, by: Actor, now: Now, verb: str = "take_over") -> int:
    """What was taken over last is the former village's again; how many records somebody has moved on since comes back.

    Who handed learners on has them back by the verb `keep_people` in the former village.
    Raises: Refused with `not_taken_over` or `too_late_to_put_back`.
    """
    require(by, verb, former if verb == "keep_people" else village)
    made = db.scalars(
        select(Takeover)
        .where(Takeover.from_code == former, Takeover.to_code == village, Takeover.undone_at.is_(None))
        .order_by(Takeover.id.desc())
        .limit(1)
        .with_for_update()
    ).one_or_none()
    # Who keeps people alone puts back nothing but people.
    if made is None or (verb == "keep_people" and any(made.moved.get(name) for name in _OTHERS)):
        raise Refused("not_taken_over")
    if not now.is_within(PUT_BACK_FOR, made.made_at):
        raise Refused("too_late_to_put_back")
    moved = made.moved
    sessions = _locked(db, ClassSession.id.in_(moved["sessions"]), ClassSession.region_code == village)
    back = [
        *_hand_on_sessions(db, sessions, former, now=now),
        *_unsettle(db, moved["learners"], former, village),
        *_close_school(db, moved["schools"], now=now),
    ]
    for model, name in _BY_NAME.items():
        names = {was["id"]: was["name"] for was in moved[name]}
        back += _hand_on_named(db, model, names, village, former, now=now)
    for model, name in _BY_ID.items():
        ids = db.scalars(
            select(model.id).where(model.id.in_(moved.get(name, ())), model.region_code == village)
        )
        back += _hand_on(db, model, ids, former)
    made.undone_at = now.instant
    db.flush()
    _close(db, "school.give_back", made, by=by, now=now)
    return sum(map(len, moved.values())) - len(back)


def _open_school(db: Session, village: str, former: str, *, since: date, now: Now) -> list[int]:
    """Who had no school has one since it stands for the former one, with the telephone number that villagers know."""
    schools = {
        one.region_code: one
        for one in db.scalars(select(NightSchool).where(NightSchool.region_code.in_((village, former))))
    }
    if village in schools:
        return []
    known = schools.get(former)
    made = NightSchool(
        region_code=village,
        opened_on=since,
        contact_name=known.contact_name if known else "",
        contact_phone=known.contact_phone if known else "",
    )
    db.add(made)
    show_otherwise(db, ClassSession.region_code == village, now=now)  # they say whom to ask
    return [made.id]


def _close_school(db: Session, ids: Iterable[int], *, now: Now) -> list[int]:
    """The school that was opened is there no more, unless somebody has written something into it since."""
    closed = delete(NightSchool).where(NightSchool.id.in_(ids), NightSchool.version == 1)
    gone = db.execute(closed.returning(NightSchool.id, NightSchool.region_code)).all()
    recount_townships(db, [village for _id, village in gone])
    for _id, village in gone:
        show_otherwise(db, ClassSession.region_code == village, now=now)
    return [row.id for row in gone]


def _made(db: Session, former: str, village: str, moved: dict[str, Any], *, by: Actor, now: Now) -> Takeover:
    made = Takeover(
        from_code=former, to_code=village, account_id=by.account_id, made_at=now.instant, moved=moved
    )
    db.add(made)
    db.flush()
    return made


def _locked(db: Session, *which: ColumnElement[bool]) -> Sequence[ClassSession]:
    """These class sessions, locked; what villagers could read of them is written down."""
    records = locked_sessions(db, *which)
    write_first(db, records)
    return records


def _hand_on_sessions(db: Session, records: Sequence[ClassSession], to: str, *, now: Now) -> list[int]:
    """These class sessions are the other village's; they hold what they held, and say anew what villagers can read."""
    for record in records:
        record.region_code, record.changed_at = to, now.instant
    db.flush()
    remember(db, records, now=now)
    return [record.id for record in records]


def _hand_on(db: Session, model: Any, ids: Iterable[int], to: str) -> list[int]:
    """These records are the other village's; of a teacher what is noted with them as well."""
    found = list(ids)
    db.execute(_quiet(update(model).where(model.id.in_(found)).values(region_code=to)))
    if model is Teacher:
        _with(db, ResourceKind.TEACHER, found, to)
        links = update(TeacherLink).where(TeacherLink.teacher_id.in_(found))
        db.execute(_quiet(links.values(region_code=to)))
        taught = select(ClassSessionTeacher.class_session_id)
        recount(
            db, db.scalars(taught.where(ClassSessionTeacher.teacher_id.in_(found)))
        )  # whose guests they are
    return found


def _with(db: Session, kind: ResourceKind, ids: Iterable[int], to: str) -> None:
    """The closed times of these teachers or venues are kept where they are."""
    times = update(ClosedTime).where(ClosedTime.resource_kind == kind, ClosedTime.resource_id.in_(list(ids)))
    db.execute(_quiet(times.values(region_code=to)))


def _settle(db: Session, old: Region, village: str, day: date) -> list[dict[str, Any]]:
    taken = frozenset(groups(db, village))
    learners = db.scalars(
        select(Learner)
        .where(Learner.region_code == old.code, Learner.merged_into_id.is_(None))
        .order_by(Learner.id)
        .with_for_update()
    ).all()
    moved: list[dict[str, Any]] = []
    for learner in learners:
        moved.append(_as_it_was(learner))
        group = renamed(learner.group_name, old.name, taken)
        if learner.left_on is not None:
            stays.moves_away(db, learner, village=village, group_name=group)
        else:
            since = max(day, learner.came_on or day)
            stays.settles(db, learner, village=village, group_name=group, day=since)
    db.flush()
    return _with_stays(db, moved)


def _as_it_was(learner: Learner) -> dict[str, Any]:
    came_on = learner.came_on.isoformat() if learner.came_on else None
    return {"id": learner.id, "group_name": learner.group_name, "came_on": came_on}


def _with_stays(db: Session, moved: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each with the id of the former stay that tells most lately where they were."""
    latest = dict(
        db.execute(
            select(FormerStay.learner_id, func.max(FormerStay.id))
            .where(FormerStay.learner_id.in_([was["id"] for was in moved]))
            .group_by(FormerStay.learner_id)
        ).all()
    )
    return [{**was, "stay": latest.get(was["id"])} for was in moved]


def _unsettle(db: Session, moved: list[dict[str, Any]], former: str, village: str) -> list[int]:
    """Who has not moved on since is back in the group of before, as if nothing had been; their ids."""
    back = []
    for was in moved:
        learner = db.get(Learner, was["id"], with_for_update=True, populate_existing=True)
        stay = db.scalars(
            select(FormerStay)
            .where(FormerStay.learner_id == was["id"])
            .order_by(FormerStay.id.desc())
            .limit(1)
        ).one_or_none()
        if learner is None or learner.region_code != village or (stay.id if stay else None) != was["stay"]:
            continue
        came_on = date.fromisoformat(was["came_on"]) if was["came_on"] else None
        if stay is not None and stay.region_code == former and stay.came_on == came_on:
            db.delete(stay)
        learner.region_code, learner.came_on = former, came_on
        learner.group_name, learner.group_number = was["group_name"], group_number(was["group_name"])
        back.append(learner.id)
    db.flush()
    return back


def _take_named(db: Session, model: Any, old: Region, village: str, *, now: Now) -> list[dict[str, Any]]:
    """The venues, or the labels, of the former village are the successor's; each as it was."""
    taken = frozenset(db.scalars(select(model.name).where(model.region_code == village)))
    rows = db.execute(select(model.id, model.name).where(model.region_code == old.code))
    names: dict[int, str] = {row.id: row.name for row in rows}
    called = {key: renamed(name, old.name, taken) for key, name in names.items()}
    _hand_on_named(db, model, called, old.code, village, now=now)
    return [{"id": key, "name": name} for key, name in names.items()]


def _hand_on_named(
    db: Session, model: Any, names: Mapping[int, str], of: str, to: str, *, now: Now
) -> list[int]:
    """These are the other village's, each under its name; class sessions that stay where they are say it."""
    here = model.id.in_(names), model.region_code == of
    others = [
        key for key, name in db.execute(select(model.id, model.name).where(*here)) if name != names[key]
    ]
    bearing = select(ClassSessionLabel.class_session_id).where(ClassSessionLabel.label_id.in_(others))
    is_shown = ClassSession.venue_id.in_(others) if model is Venue else ClassSession.id.in_(bearing)
    shown = in_feeds(db, is_shown, now=now)
    found = db.scalars(select(model).where(*here).with_for_update()).all()
    for record in found:
        fill_name(record, names[record.id])
        record.region_code = to
    db.flush()
    if model is Venue:
        _with(db, ResourceKind.VENUE, [record.id for record in found], to)
    shown_anew(db, shown, now=now)
    touch_villages(db, {one.region_code for one in shown}, now=now)
    return [record.id for record in found]


def _close(db: Session, action: str, made: Takeover, *, by: Actor, now: Now) -> None:
    touch_villages(db, [made.from_code, made.to_code], now=now)
    for code in (made.to_code, made.from_code):
        note(db, made, action, by=by, now=now, region_code=code)


def _quiet(statement: Any) -> Any:
    return statement.execution_options(synchronize_session="fetch")
