"""What can be booked: a teacher or a venue."""

from dataclasses import dataclass
from enum import StrEnum


class ResourceKind(StrEnum):
    """What a class session can hold for itself alone."""

    TEACHER = "teacher"
    VENUE = "venue"


@dataclass(frozen=True, slots=True, order=True)
class Resource:
    """One teacher or one venue, by the number of its record."""

    kind: ResourceKind
    id: int
