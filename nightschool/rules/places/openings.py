"""Night schools opened many at once: the villages to choose from, and what is said about each."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VillageToOpen:
    """One living village."""

    code: str
    name: str
    has_school: bool


@dataclass(frozen=True, slots=True)
class Opening:
    """One village that gets its night school. Without a name of its own the login name is made from the village's."""

    village_code: str
    village: str
    display_name: str
    title: str = ""
    names_a_person: bool = True  # False: the name is only "the coordinator of this village"
