"""What a township approved of a village's month, beside what became of it since."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from nightschool.models.people import Teacher
from nightschool.models.places import Venue
from nightschool.models.planning import MonthPlan
from nightschool.models.teaching import ClassSession, Course, Label, SessionStatus
from nightschool.models.trust import AuditEvent
from nightschool.queries.courses.courses import categories
from nightschool.queries.courses.labels import borne_text, read_borne
from nightschool.queries.courses.sessions import teachers_of
from nightschool.queries.shared_venues import venue_name
from nightschool.rules.courses.labels import LabelRole, Labels
from nightschool.rules.courses.modes import mode_of
from nightschool.rules.oversight.approvals import (
    Gone,
    Then,
    fields_changed_since,
    read_approved,
)
from nightschool.rules.slots import Moment

APPROVAL = "plans.approve"  # the line of the trail that keeps what was approved


@dataclass(frozen=True, slots=True)
class Since:
    """What became of what was approved: the ids of what came to it, and as it was what is otherwise now, or gone."""

    added: frozenset[int]
    changed: Mapping[int, Then] = field(default_factory=dict)
    gone: tuple[Gone, ...] = ()

    @property
    def differences(self) -> int:
        """In how many class sessions the month is otherwise than it was approved."""
        return len(self.added) + len(self.changed) + len(self.gone)


def plan_facts(db: Session, class_sessions: Collection[int]) -> dict[int, dict[str, Any]]:
    """All that a plan is about, of each of these class sessions, as JSON values. Cost: 2 queries."""
    rows = db.execute(
        select(
            ClassSession.id,
            ClassSession.day,
            ClassSession.starts,
            ClassSession.ends,
            ClassSession.title,
            ClassSession.category_code.label("category"),
            ClassSession.delivery_mode,
            Venue.kind.label("venue_kind"),
            ClassSession.venue_id.label("venue"),
            borne_text(),
            Course.audience,
            Course.expected,
            ClassSession.status.in_((SessionStatus.CANCELLED, SessionStatus.POSTPONED)).label("is_off"),
        )
        .join(Course, Course.id == ClassSession.course_id)
        .outerjoin(Venue, Venue.id == ClassSession.venue_id)
        .where(ClassSession.id.in_(class_sessions))
    ).all()
    teachers = teachers_of(db, [row.id for row in rows])
    found = {}
    for row in rows:
        values = dict(row._mapping) | {"day": row.day.isoformat()}
        labels = read_borne(values.pop("borne"))
        mode = mode_of(values.pop("delivery_mode"), values.pop("venue_kind"))
        found[values.pop("id")] = values | {
            "mode": mode,
            "teachers": [one.id for one in teachers[row.id]],
            **{role.value: [one.id for one in borne] for role, borne in labels.by_role.items()},
            "is_off": bool(row.is_off),
        }
    return found


def since_approvals(db: Session, plans: Mapping[int, Collection[int]]) -> dict[int, Since]:
    """What became of what was approved last of each of these plans; without one that never was.

    `plans` has the ids of the class sessions that are in the month of each.
    Cost: 1 query, 3 where any was approved, 7 where something is otherwise.
    """
    approvals = select(AuditEvent.record, AuditEvent.details).where(
        AuditEvent.record.in_([f"month_plan {plan}" for plan in plans]), AuditEvent.action == APPROVAL
    )
    details = {row.record: row.details for row in db.execute(approvals.order_by(AuditEvent.id))}
    approved = {
        plan: dict(map(read_approved, details[f"month_plan {plan}"]["lines"]))
        for plan in plans
        if f"month_plan {plan}" in details
    }
    if not approved:
        return {}
    now = plan_facts(db, {key for lines in approved.values() for key in lines})
    other = {plan: _otherwise(lines, now, plans[plan]) for plan, lines in approved.items()}
    called = _called(db, {plan: [approved[plan][key] for key in keys] for plan, keys in other.items()})
    return {
        plan: _since(approved[plan], now, plans[plan], keys, called.get(plan, {}))
        for plan, keys in other.items()
    }


def _otherwise(
    approved: Mapping[int, dict[str, Any]], now: Mapping[int, dict[str, Any]], here: Collection[int]
) -> dict[int, tuple[str, ...]]:
    """What of this is otherwise now, and in what; what is not here any more too."""
    return {
        key: fields
        for key, then in approved.items()
        if (fields := fields_changed_since(then, now[key]) if key in now else ()) or key not in here
    }


def _since(
    approved: Mapping[int, dict[str, Any]],
    now: Mapping[int, dict[str, Any]],
    here: Collection[int],
    otherwise: Mapping[int, tuple[str, ...]],
    called: Mapping[str, Mapping[Any, str]],
) -> Since:
    changed, gone = {}, []
    for key, fields in otherwise.items():
        then = _then(approved[key], fields, called)
        if key in here:
            changed[key] = then
        else:
            moment = Moment(date.fromisoformat(now[key]["day"]), now[key]["starts"]) if key in now else None
            gone.append(Gone(then, moment))
    added = frozenset(here) - approved.keys()
    return Since(added, changed, tuple(sorted(gone, key=lambda one: one.then.begins)))


def _called(
    db: Session, of_plans: Mapping[int, Collection[Mapping[str, Any]]]
) -> dict[int, Mapping[str, Mapping[Any, str]]]:
    """What the ids and codes of these are called in the village of each plan. Cost: 4 queries; none for none."""
    approved = [then for those in of_plans.values() for then in those]
    if not approved:
        return {}
    teachers = {one for then in approved for one in then.get("teachers", ())}
    places: dict[int, dict[int, str]] = {plan: {} for plan in of_plans}
    met_at = {
        (plan, then["venue"]) for plan, those in of_plans.items() for then in those if then.get("venue")
    }
    is_met_at = Venue.id.in_({venue for _plan, venue in met_at}) & tuple_(MonthPlan.id, Venue.id).in_(met_at)
    named = (
        select(MonthPlan.id, Venue.id, venue_name(MonthPlan.region_code))
        .select_from(MonthPlan)
        .join(Venue, is_met_at)
        .where(MonthPlan.id.in_(of_plans))
    )
    for plan, venue, name in db.execute(named):
        places[plan][venue] = name
    taught_by = db.execute(select(Teacher.id, Teacher.name).where(Teacher.id.in_(teachers)))
    labels = {one for then in approved for role in LabelRole for one in then.get(role, ())}
    borne = db.execute(select(Label.id, Label.name).where(Label.id.in_(labels)))
    every = {
        "labels": {row.id: row.name for row in borne},
        "teachers": {row.id: row.name for row in taught_by},
        "categories": categories(db),
    }
    return {plan: {**every, "venues": venues} for plan, venues in places.items()}


def _then(then: Mapping[str, Any], fields: tuple[str, ...], called: Mapping[str, Mapping[Any, str]]) -> Then:
    return Then(
        begins=Moment(date.fromisoformat(then["day"]), then["starts"]),
        fields=fields,
        title=then.get("title", ""),
        category=called["categories"].get(then.get("category"), ""),
        mode=then.get("mode", ""),
        venue=called["venues"].get(then.get("venue"), ""),
        teachers=tuple(called["teachers"].get(one, "") for one in then.get("teachers", ())),
        audience=then.get("audience", ""),
        expected=then.get("expected"),
        labels=Labels(
            *(tuple(called["labels"].get(one, "") for one in then.get(role, ())) for role in LabelRole)
        ),
        is_off=then.get("is_off", False),
    )
