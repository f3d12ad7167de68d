"""What can be had instead of a slot that is taken: another time, place or teacher, or the date left out, best first.

Only what resolves the conflict is offered: another teacher does not help where the room is taken. What is busy comes as
plain slots a resource, whatever it is busy with.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from nightschool.rules.almanac import clock, full_day
from nightschool.rules.courses.advice import WALK_HOME_MINUTES
from nightschool.rules.courses.choices import Choices, TeacherChoice
from nightschool.rules.courses.conflicts import Conflict
from nightschool.rules.courses.proposals import Instead
from nightschool.rules.regions import ancestors_of
from nightschool.rules.resources import Resource, ResourceKind
from nightschool.rules.seasons.daylight import Position, dark_at, known_seat
from nightschool.rules.slots import Slot
from nightschool.texts import _, counted

_MOST_OFFERED = 5  # and leaving the date out
_USUAL_DUSK = 18 * 60  # where the seat of the county is not known


class Way(StrEnum):
    """In what an alternative differs."""

    TIME = "time"
    VENUE = "venue"
    TEACHER = "teacher"
    OUT = "out"


# No more of one kind than this while there are others to choose from.
_MOST_OF_ONE_WAY = {Way.TIME: 3, Way.VENUE: 2, Way.TEACHER: 2, Way.OUT: 1}

# How far an alternative is from what was wanted; the nearest is offered first.
_SAME_HOUR = 10  # another place or teacher, and day and hour stay
_SAME_DAY, _QUARTERS_COUNTED = 20, 16
_ANOTHER_DAY, _A_DAY_LATER, _ANOTHER_HOUR = 40, 2, 5
_UNLIT, _OPEN_AIR, _ONLINE, _FEWER_SEATS, _ANOTHER_VILLAGE = 45, 15, 60, 25, 30
_ANOTHER_KIND, _ANOTHER_TOPIC, _TOPIC_UNKNOWN, _A_LEVEL_UP = 10, 25, 12, 3


@dataclass(frozen=True, slots=True)
class WantedSlot:
    """What was wanted for one slot. Teachers and venue by their public ids."""

    slot: Slot
    title: str
    teachers: tuple[str, ...] = ()
    venue: str | None = None


@dataclass(frozen=True, slots=True)
class Around:
    """What there is to choose from in a village, chosen ones among it, and the slots each is busy in."""

    region_code: str
    choices: Choices
    busy: Mapping[Resource, Sequence[Slot]]
    zone: str = "Asia/Shanghai"

    def is_free(self, resource: Resource, slot: Slot) -> bool:
        """Whether nothing stands against it then."""
        return not any(slot.overlaps(other) for other in self.busy.get(resource, ()))

    def is_dark(self, slot: Slot) -> bool:
        """Whether people go home in the dark, by the sun at the county's seat."""
        seat = known_seat(self.region_code)
        dark = dark_at(Position(*seat), slot.day, self.zone) if seat else _USUAL_DUSK
        return dark is not None and slot.ends + WALK_HOME_MINUTES > dark


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way out for one slot; `names` are those of the other place or teachers, `note` what to know of them."""

    way: Way
    wanted: Slot
    instead: Instead
    distance: float
    names: tuple[str, ...] = ()
    note: str = ""


def find_alternatives(
    want: WantedSlot,
    conflicts: Sequence[Conflict],
    around: Around,
    *,
    not_at: Iterable[Slot] = (),
    may_leave_out: bool = False,
) -> tuple[Alternative, ...]:
    """What can be had instead of a wished slot, the nearest first; five, or as many as there are.

    `conflicts` are those of this slot alone, with the free times found for them. `not_at` are other slots of the same
    course. Leaving the date out comes last, and only where it is one of several.
    """
    taken = {conflict.resource for conflict in conflicts}
    kinds = {resource.kind for resource in taken}
    avoided = tuple(not_at)
    found = [
        _at(want, slot)
        for slot in (conflicts[0].instead if conflicts else ())
        if not any(slot.overlaps(other) for other in avoided)
    ]
    if kinds == {ResourceKind.VENUE}:
        found += _elsewhere(want, around)
    if kinds == {ResourceKind.TEACHER}:
        found += _by_others(want, taken, around)
    offered = _few(sorted(found, key=lambda one: (one.distance, one.names, one.instead.slot or want.slot)))
    if may_leave_out:
        offered.append(Alternative(Way.OUT, want.slot, Instead(), 0))
    return tuple(offered)


def find_common(
    wants: Sequence[WantedSlot], conflicts: Iterable[Conflict], around: Around
) -> tuple[Alternative, ...]:
    """Another place, or another teacher, free in every one of these slots of a series, which wants the same in each."""
    taken = {conflict.resource for conflict in conflicts}
    kinds = {resource.kind for resource in taken}
    found: list[Alternative] = []
    for want in wants[:1]:
        if kinds == {ResourceKind.VENUE}:
            found = _elsewhere(want, around)
        if kinds == {ResourceKind.TEACHER}:
            found = _by_others(want, taken, around)
    known = around.choices.by_id
    asked_for = {key for want in wants for key in (*want.teachers, want.venue or "")}

    def is_free(one: Alternative) -> bool:
        new = {*(one.instead.teachers or ()), one.instead.venue or ""} - asked_for - {""}
        return all(around.is_free(known[key].resource, want.slot) for key in new for want in wants)

    ranked = sorted((one for one in found if is_free(one)), key=lambda one: (one.distance, one.names))
    return tuple(ranked[:_MOST_OFFERED])


def _few(ranked: Sequence[Alternative]) -> list[Alternative]:
    """The first of each way; more of one where the others give too few."""
    chosen: list[Alternative] = []
    spared: list[Alternative] = []
    for one in ranked:
        of_its_way = sum(other.way == one.way for other in chosen)
        (chosen if of_its_way < _MOST_OF_ONE_WAY[one.way] else spared).append(one)
    return sorted([*chosen, *spared][:_MOST_OFFERED], key=ranked.index)


def _at(want: WantedSlot, slot: Slot) -> Alternative:
    quarters = abs(slot.starts - want.slot.starts) / 15
    if slot.day == want.slot.day:
        distance = _SAME_DAY + min(quarters, _QUARTERS_COUNTED)
    else:
        days = abs((slot.day - want.slot.day).days)
        distance = _ANOTHER_DAY + _A_DAY_LATER * days + (_ANOTHER_HOUR if quarters else 0)
    return Alternative(Way.TIME, want.slot, Instead(slot=slot), distance)


def _elsewhere(want: WantedSlot, around: Around) -> list[Alternative]:
    """The other places that are free then: as many seats, lit after dark and covered come first."""
    seats = next((place.seats for place in around.choices.venues if place.public_id == want.venue), None)
    is_dark = around.is_dark(want.slot)
    found = []
    for place in around.choices.venues:
        if place.public_id == want.venue or not around.is_free(place.resource, want.slot):
            continue
        distance, notes = float(_SAME_HOUR), []
        if place.is_online:
            distance += _ONLINE
        distance += 0 if place.is_own else _ANOTHER_VILLAGE
        if place.seats:
            notes.append(counted("坐 %(n)d 人", place.seats))
            distance += _FEWER_SEATS * max(0, 1 - place.seats / seats) if seats else 0
        if is_dark and not place.is_lit and not place.is_online:
            notes.append(_("没有灯"))
            distance += _UNLIT
        if not place.is_covered and not place.is_online:
            notes.append(_("是露天的"))
            distance += _OPEN_AIR
        instead = Instead(venue=place.public_id)
        found.append(Alternative(Way.VENUE, want.slot, instead, distance, (place.name,), _("，").join(notes)))
    return found


def _by_others(want: WantedSlot, taken: Iterable[Resource], around: Around) -> list[Alternative]:
    """Who can stand in for the one who is taken: of the same kind and subject, and kept nearer, come first.

    Where several are taken, one stands in for each, and who can best takes the first place.
    """
    known = {person.public_id: person for person in around.choices.teachers}
    away = [known[key] for key in want.teachers if key in known and known[key].resource in set(taken)]
    free = [
        (_strangeness(person, away, want, around), person)
        for person in around.choices.teachers
        if person.public_id not in want.teachers and around.is_free(person.resource, want.slot)
    ]
    free.sort(key=lambda found: (found[0], found[1].name, found[1].public_id))
    found = []
    for first in range(len(free) - len(away) + 1 if away else 0):
        standing_in = free[first : first + len(away)]
        others = dict(zip((one.public_id for one in away), standing_in, strict=True))
        teachers = tuple(others[key][1].public_id if key in others else key for key in want.teachers)
        found.append(
            Alternative(
                Way.TEACHER,
                want.slot,
                Instead(teachers=teachers),
                _SAME_HOUR + sum(distance for distance, _person in standing_in),
                tuple(person.name for _distance, person in standing_in),
                standing_in[0][1].unit if len(standing_in) == 1 else "",
            )
        )
    return found


def _strangeness(
    person: TeacherChoice, away: Sequence[TeacherChoice], want: WantedSlot, around: Around
) -> float:
    distance = 0 if any(person.kind == other.kind for other in away) else _ANOTHER_KIND
    topics = _pairs(want.title).union(*(_pairs(other.specialities) for other in away))
    own = _pairs(person.specialities)
    if not own:
        distance += _TOPIC_UNKNOWN
    elif not own & topics:
        distance += _ANOTHER_TOPIC
    nearest = sorted((around.region_code, *ancestors_of(around.region_code)), reverse=True)
    level = nearest.index(person.region_code) if person.region_code in nearest else len(nearest)
    return distance + _A_LEVEL_UP * level


def _pairs(text: str) -> set[str]:
    """Every two letters that stand together: two subjects are akin when they share one."""
    return {text[at : at + 2] for at in range(len(text) - 1) if text[at : at + 2].isalnum()}


def label_common(alternative: Alternative) -> str:
    """The same for a button that changes a whole series."""
    names = _("、").join(alternative.names)
    if alternative.way == Way.VENUE:
        return _("都换到%(venue)s", venue=names)
    return _("都请%(teacher)s", teacher=names)


def label(alternative: Alternative, today: date, *, under: date | None = None) -> str:
    """How it is once it was taken, for a button `under` a date of the class, or under none.

    Nothing is said of what was wanted, which may be no day of the class.
    """
    if alternative.way == Way.TIME:
        slot = alternative.instead.slot or alternative.wanted
        told = {"day": full_day(slot.day, today), "from": clock(slot.starts), "to": clock(slot.ends)}
        if slot.day == under:
            return _("改到当天 %(from)s–%(to)s", **told)
        return _("改到 %(day)s %(from)s–%(to)s", **told)
    way = _way(alternative, today)
    return _("%(way)s（%(note)s）", way=way, note=alternative.note) if alternative.note else way


def tell_alternatives(alternatives: Sequence[Alternative], today: date) -> str:
    """One sentence: everything that can be had instead."""
    ways = [_way(one, today) for one in alternatives]
    if not ways:
        return _("前后一周都没有空着的时间，也没有别的可换。")
    if len(ways) == 1:
        return _("可以%(way)s。", way=ways[0])
    return _("可以%(ways)s，或者%(last)s。", ways=_("、").join(ways[:-1]), last=ways[-1])


def _way(alternative: Alternative, today: date) -> str:
    names = _("、").join(alternative.names)
    match alternative.way:
        case Way.OUT:
            return _("这天不排")
        case Way.VENUE:
            return _("换到%(venue)s", venue=names)
        case Way.TEACHER:
            return _("请%(teacher)s", teacher=names)
    return _moved(alternative.instead.slot or alternative.wanted, alternative.wanted.day, today)


def _moved(slot: Slot, day: date, today: date) -> str:
    if slot.day == day:
        return _("改到当天 %(from)s", **{"from": clock(slot.starts)})
    return _("改到 %(day)s %(from)s", **{"day": full_day(slot.day, today), "from": clock(slot.starts)})


def tell_instead(instead: Instead, day: date, names: Mapping[str, str], today: date) -> str:
    """What was chosen for one date, in words; `names` of venues and teachers by public id."""
    told = []
    if instead.slot is not None:
        told.append(_moved(instead.slot, day, today))
    if instead.venue is not None:
        told.append(_("换到%(venue)s", venue=names.get(instead.venue, "")))
    if instead.teachers is not None:
        told.append(
            _("请%(teacher)s", teacher=_("、").join(names[key] for key in instead.teachers if key in names))
        )
    return _("；").join(told)
