"""Who holds what when, what may not be held twice, and what is free instead.

Intervals are half-open, so that one class may begin when another ends. Cancelled and postponed sessions hold nothing:
they have no bookings, and so none reach this place.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from nightschool.rules.almanac import clock, full_day
from nightschool.rules.courses.closed_times import ClosedTime, tell_closed
from nightschool.rules.resources import Resource, ResourceKind
from nightschool.rules.slots import DAY_MINUTES, Moment, Slot
from nightschool.texts import N_, _

# Alternatives are looked for at hours when people come, on the quarter hours and right before and after other classes.
_SENSIBLE_FROM = 6 * 60
_SENSIBLE_TO = 22 * 60
_STEP_MINUTES = 15
_APART_MINUTES = 60  # a quarter of an hour later is no other choice
DAYS_AHEAD = 7
_SAME_DAY_CHOICES = 2
_LATER_CHOICES = 3


@dataclass(frozen=True, slots=True)
class Holding:
    """One resource held for one slot by one class session, with what the asker may know of it.

    Of another village's draft that is the time, the village and whom to phone: `is_private`, and the rest is empty.
    """

    resource: Resource
    slot: Slot
    village_code: str
    village: str
    contact_name: str = ""
    contact_phone: str = ""
    class_session: str = ""
    title: str = ""
    venue: str = ""
    teachers: tuple[str, ...] = ()
    is_private: bool = False

    def kept_private(self) -> Holding:
        """What another village may know while this is a draft: the time, the village, whom to phone."""
        return replace(self, class_session="", title="", venue="", teachers=(), is_private=True)


@dataclass(frozen=True, slots=True)
class Want:
    """A slot that one class session wants, and what it needs in it: to hold, or (`open`) only not to be closed."""

    slot: Slot
    resources: tuple[Resource, ...]
    open: tuple[Resource, ...] = ()  # a venue for parallel use, or online

    @property
    def needs(self) -> tuple[Resource, ...]:
        """All of it."""
        return (*self.resources, *self.open)


def want_of(slot: Slot, teachers: Iterable[int], venue: int | None, *, shared: Container[int]) -> Want:
    """What a class session with these needs; a venue that is among the `shared` has only to be open then."""
    held = tuple(Resource(ResourceKind.TEACHER, one) for one in teachers)
    if venue is None:
        return Want(slot, held)
    place = Resource(ResourceKind.VENUE, venue)
    return Want(slot, held, (place,)) if venue in shared else Want(slot, (*held, place))


@dataclass(frozen=True, slots=True)
class Conflict:
    """A slot that is wanted, and why it cannot be had.

    No holding: it is `closed` then; or else two slots of the same proposal want the resource. `instead` are free times
    for everything wanted then.
    """

    wanted: Slot
    resource: Resource
    resource_name: str
    holding: Holding | None
    instead: tuple[Slot, ...] = ()
    closed: ClosedTime | None = None  # may be agreed upon all the same


def find_conflicts(
    wants: Sequence[Want], names: Mapping[Resource, str], holdings: Iterable[Holding]
) -> tuple[Conflict, ...]:
    """Every wanted slot that overlaps what is held, or another wanted one; by day, then by resource."""
    held: dict[tuple[Resource, date], list[Holding]] = defaultdict(list)
    for holding in holdings:
        held[holding.resource, holding.slot.day].append(holding)
    conflicts = [
        Conflict(want.slot, resource, names[resource], holding)
        for want in wants
        for resource in want.resources
        for holding in held.get((resource, want.slot.day), ())
        if want.slot.overlaps(holding.slot)
    ]
    conflicts += [Conflict(slot, resource, names[resource], None) for slot, resource in _wanted_twice(wants)]
    return in_order(conflicts)


def find_closed(
    wants: Iterable[Want], names: Mapping[Resource, str], closed: Mapping[Resource, Sequence[ClosedTime]]
) -> tuple[Conflict, ...]:
    """Every wanted slot that falls into a closed time of what it needs."""
    return tuple(
        Conflict(want.slot, resource, names[resource], None, closed=time)
        for want in wants
        for resource in want.needs
        for time in closed.get(resource, ())
        if time.covers(want.slot)
    )


def in_order(conflicts: Iterable[Conflict]) -> tuple[Conflict, ...]:
    """The conflicts by day, then by resource."""
    return tuple(sorted(conflicts, key=_order))


def _order(conflict: Conflict) -> tuple[Slot, str, str, int]:
    # A teacher first: another room is found more easily than another teacher.
    held_from = conflict.holding.slot.starts if conflict.holding else -1
    return conflict.wanted, conflict.resource.kind, conflict.resource_name, held_from


def _wanted_twice(wants: Iterable[Want]) -> list[tuple[Slot, Resource]]:
    """Each slot that begins before an earlier one of the same resource and day has ended."""
    wanted: dict[tuple[Resource, date], list[Slot]] = defaultdict(list)
    for want in wants:
        for resource in want.resources:
            wanted[resource, want.slot.day].append(want.slot)
    clashing = []
    for (resource, _day), slots in wanted.items():
        busy_until = -1
        for slot in sorted(slots):
            if slot.starts < busy_until:
                clashing.append((slot, resource))
            busy_until = max(busy_until, slot.ends)
    return clashing


def days_to_search(wanted: Iterable[Slot]) -> tuple[date, ...]:
    """The days whose holdings `nearest_free` needs to know, in order."""
    return tuple(
        sorted({slot.day + timedelta(days=ahead) for slot in wanted for ahead in range(DAYS_AHEAD + 1)})
    )


def with_free_times(
    conflicts: Sequence[Conflict],
    wants: Sequence[Want],
    busy: Mapping[Resource, Sequence[Slot]],
    *,
    not_before: Moment | None = None,
) -> tuple[Conflict, ...]:
    """The conflicts, each with the free times nearest to it; the other slots of the same proposal count as taken.

    `busy` are the slots each resource is held for or closed in.
    """
    clashing = {conflict.wanted for conflict in conflicts}
    found: dict[Slot, tuple[Slot, ...]] = {}
    for want in (want for want in wants if want.slot in clashing):
        taken = [slot for resource in want.needs for slot in busy.get(resource, ())]
        taken += [
            other.slot
            for other in wants
            if other.slot != want.slot and set(other.resources) & set(want.resources)
        ]
        found[want.slot] = nearest_free(want.slot, taken, not_before=not_before)
    return tuple(replace(conflict, instead=found[conflict.wanted]) for conflict in conflicts)


def nearest_free(wanted: Slot, busy: Iterable[Slot], *, not_before: Moment | None = None) -> tuple[Slot, ...]:
    """Slots of the same length that overlap nothing in `busy`: of that day the nearest, then of the days after.

    `busy` holds what any needed resource is held for, so that every slot that comes back is free for all of them. On a
    later day the wanted time comes first, else the time nearest to it. Nothing that starts before `not_before` is
    offered.
    """
    taken: dict[date, list[Slot]] = defaultdict(list)
    for slot in busy:
        taken[slot.day].append(slot)
    same_day = _free_on(wanted, wanted.day, taken[wanted.day], not_before, _SAME_DAY_CHOICES)
    later = []
    for ahead in range(1, DAYS_AHEAD + 1):
        day = wanted.day + timedelta(days=ahead)
        later += _free_on(wanted, day, taken[day], not_before, 1)
    # Days on which the hour itself is free come first; within those, and within the rest, the nearest day.
    later.sort(key=lambda slot: (slot.starts != wanted.starts, slot.day))
    missing = _SAME_DAY_CHOICES - len(same_day)
    return (*sorted(same_day), *sorted(later[: _LATER_CHOICES + missing]))


def nearest_common(
    wants: Sequence[Want], busy: Mapping[Resource, Iterable[Slot]], *, not_before: Moment | None = None
) -> tuple[Slot, ...]:
    """When the first of these could meet so that every other, as many days on and at the same time, is free too.

    `busy` are the slots each resource is held for or closed in. None where they do not all want one time of day.
    """
    first, *_others = (want.slot for want in sorted(wants, key=lambda want: want.slot))
    if any((want.slot.starts, want.slot.ends) != (first.starts, first.ends) for want in wants):
        return ()
    # What stands against a later one stands against the first as many days before.
    against = [
        Slot(slot.day - (want.slot.day - first.day), slot.starts, slot.ends)
        for want in wants
        for resource in want.needs
        for slot in busy.get(resource, ())
        if 0 <= (slot.day - want.slot.day).days <= DAYS_AHEAD
    ]
    return nearest_free(first, against, not_before=not_before)


def _free_on(
    wanted: Slot, day: date, taken: Sequence[Slot], not_before: Moment | None, most: int
) -> list[Slot]:
    """So many free slots of one day, the nearest to the wanted time first."""
    length = wanted.minutes
    earliest = min(_SENSIBLE_FROM, wanted.starts)
    latest = min(max(_SENSIBLE_TO, wanted.ends), DAY_MINUTES) - length
    if not_before is not None and day <= not_before.day:
        earliest = max(earliest, not_before.minutes if day == not_before.day else DAY_MINUTES)

    def is_free(start: int) -> bool:
        return earliest <= start <= latest and all(
            start + length <= slot.starts or slot.ends <= start for slot in taken
        )

    if most == 1 and is_free(wanted.starts):  # nothing is nearer
        return [Slot(day, wanted.starts, wanted.ends)]
    starts = {wanted.starts, *range(-(-earliest // _STEP_MINUTES) * _STEP_MINUTES, latest + 1, _STEP_MINUTES)}
    starts |= {slot.ends for slot in taken} | {slot.starts - length for slot in taken}
    free: list[int] = []
    too_near: list[int] = []
    for start in sorted(starts, key=lambda start: (abs(start - wanted.starts), start)):
        if len(free) == most:
            break
        if is_free(start):
            is_no_choice = any(abs(start - other) < _APART_MINUTES for other in free)
            (too_near if is_no_choice else free).append(start)
    return [Slot(day, start, start + length) for start in (*free, *too_near)[:most]]


def explain(conflict: Conflict, *, village_code: str, today: date, under_its_day: bool = False) -> str:
    """One sentence for the people of this village: what is taken, when, where, by which course and teacher.

    Told `under_its_day` it does not say that day again.
    """
    holding = conflict.holding
    if conflict.closed is not None:
        return tell_closed(
            conflict.closed, kind=conflict.resource.kind, name=conflict.resource_name, today=today
        )
    if holding is None:
        return _("%(day)s 这门课排了两次，时间撞在一起了。", day=full_day(conflict.wanted.day, today))
    is_own = holding.village_code == village_code
    if holding.is_private:
        text = N_("%(day)s %(from)s–%(to)s，%(what)s已经被%(village)s占了。")
    elif conflict.resource.kind == ResourceKind.VENUE:
        text = _VENUE_TAKEN[is_own]
    else:
        text = _TEACHER_TAKEN[is_own]
    return _tell_held(
        text, holding, conflict.resource_name, "" if under_its_day else full_day(holding.slot.day, today)
    )


_VENUE_TAKEN = {
    True: N_("%(day)s %(from)s–%(to)s，%(what)s已经有课：%(course)s（%(teachers)s）。"),
    False: N_("%(day)s %(from)s–%(to)s，%(what)s已经给%(village)s上课用了：%(course)s（%(teachers)s）。"),
}
_TEACHER_TAKEN = {
    True: N_("%(day)s %(from)s–%(to)s，%(what)s已经有课：%(course)s（%(venue)s）。"),
    False: N_("%(day)s %(from)s–%(to)s，%(what)s已经在%(village)s上课：%(course)s（%(venue)s）。"),
}


def explain_together(conflicts: Sequence[Conflict], *, today: date, under_its_day: bool = False) -> str:
    """The same about one class of this village that takes several: teacher and room, or two teachers."""
    holding = conflicts[0].holding
    assert holding is not None, "a class takes them"
    what = _("、").join(one.resource_name for one in conflicts)
    text = N_("%(day)s %(from)s–%(to)s，%(what)s都已经有课：%(course)s。")
    return _tell_held(text, holding, what, "" if under_its_day else full_day(holding.slot.day, today))


def _tell_held(text: str, holding: Holding, what: str, day: str) -> str:
    told = {
        "day": day,
        "from": clock(holding.slot.starts),
        "to": clock(holding.slot.ends),
        "what": what,
        "village": holding.village,
        "course": holding.title,
        "venue": holding.venue or _("地点未定"),
        "teachers": _("、").join(holding.teachers) or _("老师未定"),
    }
    return _(text, **told).lstrip()


def whom_to_ask(conflict: Conflict) -> str:
    """One sentence: whom to phone about it; empty where nobody's number is known."""
    holding = conflict.holding
    if holding is None or not holding.contact_phone:
        return ""
    if not holding.contact_name:
        return _("要商量，打 %(phone)s。", phone=holding.contact_phone)
    return _("要商量，打电话给%(name)s：%(phone)s。", name=holding.contact_name, phone=holding.contact_phone)
