"""Whom and what a village can choose from when it schedules: teachers kept there or above it, and where it can meet."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from nightschool.rules.courses.conflicts import Want, want_of
from nightschool.rules.resources import Resource
from nightschool.rules.slots import Slot
from nightschool.texts import _


@dataclass(frozen=True, slots=True)
class TeacherChoice:
    """A teacher the village may call on; `region_code` is where they are kept."""

    public_id: str
    name: str
    resource: Resource
    region_code: str
    unit: str = ""
    kind: str = ""
    specialities: str = ""
    weekly_limit: int | None = None
    is_retired: bool = False  # offered only because they are chosen already

    @property
    def told(self) -> str:
        """The name in a list to choose from, with the unit: two may have one name."""
        if self.is_retired:
            return _("%(name)s（不再请了）", name=self.name)
        return _("%(name)s（%(unit)s）", name=self.name, unit=self.unit) if self.unit else self.name


def told_apart(teachers: Collection[TeacherChoice]) -> dict[str, str]:
    """Public id -> name, with what is known of those of whom two have one name."""
    often = Counter(one.name for one in teachers)
    beside = {one.public_id: one.unit or one.specialities for one in teachers if often[one.name] > 1}
    return {
        one.public_id: _("%(name)s（%(unit)s）", name=one.name, unit=more)
        if (more := beside.get(one.public_id))
        else one.name
        for one in teachers
    }


@dataclass(frozen=True, slots=True)
class VenueChoice:
    """A venue at which the village can meet, as far as it matters whether a class can go there."""

    public_id: str
    name: str
    resource: Resource
    seats: int | None = None
    is_lit: bool = True
    is_covered: bool = True
    is_online: bool = False
    holds_slots: bool = True  # not for parallel use, nor online
    is_usual: bool = False  # the one the village calls so
    is_retired: bool = False
    is_own: bool = True  # else another village of the township shares it
    region_code: str = ""  # that village, or its own


@dataclass(frozen=True)
class Choices:
    """Teachers, the nearest first, and venues, its own first and of them the oldest."""

    teachers: tuple[TeacherChoice, ...] = ()
    venues: tuple[VenueChoice, ...] = ()

    @cached_property
    def by_id(self) -> dict[str, TeacherChoice | VenueChoice]:
        """All of them by their public ids."""
        teachers = {one.public_id: one for one in self.teachers}
        return teachers | {one.public_id: one for one in self.venues}

    @property
    def names(self) -> dict[str, str]:
        """Public id -> name, of all of them."""
        return {key: one.name for key, one in self.by_id.items()}

    @property
    def offered(self) -> frozenset[str]:
        """The public ids of all but what was put away."""
        return frozenset(key for key, one in self.by_id.items() if not one.is_retired)

    @property
    def usual_venue(self) -> str:
        """Public id; empty: none. Its only place is the usual one without being called so."""
        usual = next((one.public_id for one in self.venues if one.is_usual and not one.is_retired), "")
        own = [one.public_id for one in self.venues if one.is_own]
        return usual or (own[0] if len(own) == 1 else "")

    def hall_in(self, venue: str | None) -> str:
        """The village in which the venue of this public id is; empty: none of these."""
        return next((one.region_code for one in self.venues if one.public_id == venue), "")

    def want(self, slot: Slot, teachers: Sequence[str], venue: str | None) -> Want:
        """What a class session with these needs; what is none of these choices, or was put away, is passed over."""
        there = {key: one.resource.id for key, one in self.by_id.items() if not one.is_retired}
        shared = {one.resource.id for one in self.venues if not one.holds_slots}
        found = [there[key] for key in teachers if key in there]
        return want_of(slot, found, there.get(venue or ""), shared=shared)
