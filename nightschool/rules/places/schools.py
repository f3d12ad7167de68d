"""The night school of a village as its coordinator describes it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from nightschool.texts import _

MOST_IN_A_VILLAGE = 20_000  # of a village; whoever types more has typed something else


@dataclass(frozen=True, slots=True)
class SchoolEntry:
    """What a coordinator says about the school. The contact is public: villagers phone it."""

    institution_name: str = ""  # empty: 农民夜校
    principal: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    usual_venue: str = ""  # public id; empty: none
    opened_on: date | None = None  # None: as it stands
    households: int | None = None  # of the whole village; None: not said
    equipment: Collection[str] = ()  # ticked items of rules.places.checklist


def asked_of(contact_name: str, principal: str) -> str:
    """Whom villagers ask: who is named for that, else who is in charge; empty where nobody is named."""
    return contact_name or principal


def institution_word(institution_name: str | None) -> str:
    """What the school calls itself, or what most are called."""
    return institution_name or _("农民夜校")
