"""What changed since the notice, in words: the lines of a village's changelog, and the same as an Atom feed (RFC 4287).

Ids never change and instants come from the record: the same changelog gives the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING

from nightschool.formats.atom import FeedEntry, atom_feed
from nightschool.formats.region_text import tell_region
from nightschool.formats.timetable_text import tell_name
from nightschool.rules.almanac import clock, spoken_day
from nightschool.rules.notices.revisions import tell_differences, tell_in_one
from nightschool.rules.slots import Moment
from nightschool.texts import _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from zoneinfo import ZoneInfo

    from nightschool.queries.notices.region_timetable import Area
    from nightschool.queries.notices.revisions import Changelog, Made
    from nightschool.queries.notices.timetable import Village
    from nightschool.queries.places.places import NamedRegion


@dataclass(frozen=True, slots=True)
class ToldChange:
    """One change in a sentence, or in several where it changed several things."""

    anchor: str
    made_at: datetime
    day: date  # of the village's clock
    time: str
    sentence: str
    is_off: bool


def tell_made(made: Sequence[Made], zone: ZoneInfo) -> list[ToldChange]:
    """The changes in words, in their order; of a revision that changed nothing to read there is none."""
    found = []
    for one in made:
        local = one.made_at.astimezone(zone)
        minutes = local.hour * 60 + local.minute
        sentences = tell_differences(one.before, one.after, Moment(local.date(), minutes))
        if sentences:
            anchor = f"r{one.revision}-{one.class_session}"
            sentence = tell_in_one(sentences)
            found.append(
                ToldChange(anchor, one.made_at, local.date(), clock(minutes), sentence, one.after.is_off)
            )
    return found


def by_day(changes: Sequence[ToldChange], today: date) -> list[tuple[str, list[ToldChange]]]:
    """The changes of each day under its name, in their order."""
    return [(spoken_day(day, today), list(those)) for day, those in groupby(changes, key=lambda one: one.day)]


def tell_changes(village: Village) -> str:
    """The name of the changelog."""
    return _("%(village)s的课有什么变动", village=village.name)


def tell_changes_gist(village: Village) -> str:
    """What the page of the changelog holds."""
    return _("%(name)s的课改到哪天、取消了没有、换了地点或老师没有。", name=tell_name(village))


def tell_since(days: int) -> str:
    """Of how many days changes are told."""
    return _("近 %(days)d 天里改了、通知里还没说过的，新的在前。", days=days)


def tell_unchanged() -> str:
    """That there is nothing to tell."""
    return _("通知以后没有变动，照课表上课。")


def atom(
    village: Village, changelog: Changelog, *, address: str, known_as: str, language_page: str, zone: ZoneInfo
) -> bytes:
    """The changelog as an Atom feed. `address` is its own, `known_as` what its id is made of, whatever its address.

    `language_page` is the same as a page, as it is read in the feed's language.
    """
    changes = tell_made(changelog.made, zone)
    return atom_feed(
        known_as,
        tell_changes(village),
        tell_name(village),
        village.changed_at,
        address,
        language_page,
        [_entry(one, one.sentence, language_page) for one in changes],
    )


def region_atom(
    area: Area,
    made: Sequence[tuple[NamedRegion, Made]],
    *,
    address: str,
    known_as: str,
    language_page: str,
    page_of: Callable[[str], str],
    zone: ZoneInfo,
) -> bytes:
    """The same of all villages of a region, each entry led by its village and leading to its changelog: `page_of`."""
    changes = [
        _entry(
            change,
            _("%(village)s：%(title)s", village=village.name, title=change.sentence),
            page_of(village.code),
        )
        for village, one in made
        for change in tell_made([one], zone)
    ]
    title = _("%(village)s的课有什么变动", village=area.name)
    return atom_feed(known_as, title, tell_region(area), area.changed_at, address, language_page, changes)


def _entry(change: ToldChange, told: str, page: str) -> FeedEntry:
    return FeedEntry(change.anchor, told, change.made_at, f"{page}#{change.anchor}")
