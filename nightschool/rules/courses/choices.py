"""Whom and what a village can choose from when it schedules: teachers kept there or above it, and its own venues."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from nightschool.rules.courses.conflicts import Want, want_of
from nightschool.rules.resources import Resource
from nightschool.rules.slots import Slot


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


@dataclass(frozen=True, slots=True)
class VenueChoice:
    """A venue of the village, as far as it matters whether a class can go there."""

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


@dataclass(frozen=True)
class Choices:
    """Teachers, the nearest first, and venues, the oldest first."""

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
        """Public id; empty: none. Where there is one place only, it is the usual one without being called so."""
        usual = next((one.public_id for one in self.venues if one.is_usual and not one.is_retired), "")
        return usual or (self.venues[0].public_id if len(self.venues) == 1 else "")

    def want(self, slot: Slot, teachers: Sequence[str], venue: str | None) -> Want:
        """What a class session with these needs; what is none of these choices, or was put away, is passed over."""
        there = {key: one.resource.id for key, one in self.by_id.items() if not one.is_retired}
        shared = {one.resource.id for one in self.venues if not one.holds_slots}
        found = [there[key] for key in teachers if key in there]
        return want_of(slot, found, there.get(venue or ""), shared=shared)
