"""Coming classes for the page of another site: the first few of a village or of a region, in words."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

from nightschool.formats.region_text import tell_nothing_in, tell_region
from nightschool.formats.timetable_text import SHOWN_AHEAD, ToldLine, tell_name, tell_nothing, told_lines

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nightschool.queries.notices.region_timetable import RegionTimetable
    from nightschool.queries.notices.timetable import Timetable

MOST_OF_A_REGION = 20
# What a site may choose, and how it is written: colours without their sign, a size in pixels.
_COLOUR, _SIZE = re.compile("[0-9a-fA-F]{3}(?:[0-9a-fA-F]{3})?"), re.compile("[1-3][0-9]")
_CHOICES = {"ink": _COLOUR, "paper": _COLOUR, "link": _COLOUR, "size": _SIZE}


class Embedded(NamedTuple):
    """One class session, with the village where that is not the same for all."""

    village: str
    told: ToldLine


def village_embedded(timetable: Timetable) -> dict[str, Any]:
    """What stands in the frame of a village."""
    told = told_lines(timetable.ahead[:SHOWN_AHEAD], timetable.today)
    return {
        "name": tell_name(timetable.village),
        "lines": [Embedded("", one) for one in told],
        "nothing": "" if told else tell_nothing(timetable),
    }


def region_embedded(timetable: RegionTimetable) -> dict[str, Any]:
    """What stands in the frame of a region."""
    first = timetable.meetings[:MOST_OF_A_REGION]
    told = told_lines([meeting.entry for meeting in first], timetable.today)
    return {
        "name": tell_region(timetable.area),
        "lines": [Embedded(meeting.village.name, one) for meeting, one in zip(first, told, strict=True)],
        "nothing": "" if told else tell_nothing_in(timetable),
    }


def tell_frame(address: str, name: str) -> str:
    """The line of HTML that shows them in another site's page."""
    return (
        f'<iframe src="{escape(address)}" title="{escape(name)}" width="100%" height="480" frameborder="0" '
        'loading="lazy"></iframe>'
    )


def read_look(wanted: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """What of this can be understood of how it is to look, in one order; the rest is as if it were not said."""
    return tuple(
        (name, wanted[name]) for name, kind in _CHOICES.items() if kind.fullmatch(wanted.get(name, ""))
    )


def style_of(look: tuple[tuple[str, str], ...]) -> str:
    """The style of a frame that looks so; where nothing is said, dark on whatever the site has behind it."""
    chosen = {"ink": "1b1b1b", "paper": "", "link": "17603a", "size": "16", **dict(look)}
    paper = f"#{chosen['paper']}" if chosen["paper"] else "transparent"
    return (
        f"body{{margin:0;font:{chosen['size']}px/1.6 system-ui,sans-serif;color:#{chosen['ink']};background:{paper};"
        "overflow-wrap:anywhere}"
        f"a{{color:#{chosen['link']};display:inline-block;padding:.7em 0}}ul{{list-style:none;margin:0;padding:0}}"
        "li{padding:.5em 0;border-top:1px solid}p{margin:0}time{word-break:keep-all}time span{white-space:nowrap}"
    )
