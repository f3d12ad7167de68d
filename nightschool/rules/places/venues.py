"""Venues: what kinds there are, and when one may stop being shared by two classes at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import combinations, groupby

from nightschool.errors import Refused
from nightschool.rules.almanac import clock, spoken_day
from nightschool.rules.slots import Slot
from nightschool.texts import N_, _

ONLINE = "online"
VENUE_KINDS = {
    "meeting_room": N_("村活动室"),
    "office": N_("村办公室"),
    "school": N_("村小或幼教点"),
    "courtyard": N_("院坝"),
    "bookroom": N_("农家书屋"),
    "field": N_("田间或基地"),
    "square": N_("广场"),
    "household": N_("农户家"),
    ONLINE: N_("线上"),
}


@dataclass(frozen=True, slots=True)
class VenueEntry:
    """A venue as written down. An empty phone leaves the stored one as it is."""

    name: str
    kind: str = "meeting_room"
    seats: int | None = None
    is_lit: bool = True
    is_covered: bool = True
    directions: str = ""
    key_holder: str = ""
    phone: str = ""  # the key holder's
    removes_phone: bool = False
    allows_parallel: bool = False
    for_township: bool = False
    area_m2: int | None = None


@dataclass(frozen=True, slots=True)
class PlannedHere:
    """A class session that means to meet at a venue."""

    slot: Slot
    title: str


def venue_kind_word(code: str) -> str:
    """What kind of place this is, in the current language."""
    return _(VENUE_KINDS[code])


def check_unshared(planned: Iterable[PlannedHere], *, venue: str) -> None:
    """Raises Refused with `still_shared` when two of these sessions overlap.

    The first two and the venue's name are in its details.
    """
    in_order = sorted(planned, key=lambda one: (one.slot, one.title))
    for _day, of_the_day in groupby(in_order, key=lambda one: one.slot.day):
        for first, second in combinations(of_the_day, 2):
            if first.slot.overlaps(second.slot):
                raise Refused(
                    "still_shared", field="allows_parallel", venue=venue, first=first, second=second
                )


def tell_refused_venue(refused: Refused, *, today: date) -> str:
    """One sentence: why the venue cannot be saved so, and what can be done."""
    match refused.code:
        case "name_missing":
            return _("还没写叫什么。写大家平时叫的名字，比如村活动室。")
        case "same_venue" if refused.details.get("retired"):
            return _(
                "有一个不再用的场地就叫%(name)s。是同一个地方，再用起来就行；不是，换个名字，免得弄混。",
                name=refused.details["name"],
            )
        case "same_venue":
            return _("已经有一个场地叫%(name)s。换个名字，免得弄混。", name=refused.details["name"])
        case "still_shared":
            first, second = refused.details["first"], refused.details["second"]
            return _(
                "%(day)s 这里同时排着两节课：%(from)s %(one)s，%(at)s %(other)s。先改开一节，再定成一次只上一节。",
                **{
                    "day": spoken_day(first.slot.day, today),
                    "from": clock(first.slot.starts),
                    "one": first.title,
                    "at": clock(second.slot.starts),
                    "other": second.title,
                },
            )
    raise ValueError(refused.code)
