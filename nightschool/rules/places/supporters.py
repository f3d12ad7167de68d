"""The five names of a village (五个一): who stands by it, each with a telephone that is not for everybody."""

from dataclasses import dataclass

from nightschool.texts import N_, _

SUPPORTERS = {
    "contact_leader": N_("联系领导"),
    "helping_unit": N_("帮扶单位"),
    "village_team": N_("驻村工作组"),
    "first_secretary": N_("第一书记"),
    "agronomist": N_("农技员"),
}


@dataclass(frozen=True, slots=True)
class SupporterEntry:
    """One of the five as it is written down; nobody is an answer too."""

    name: str = ""
    phone: str = ""


def supporter_word(part: str) -> str:
    """What this one is to the village."""
    return _(SUPPORTERS[part])
