"""Farm windows: the weeks of a year in which a crop leaves no time for anything else (双抢, harvest, picking)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from nightschool.errors import Refused, refuse_all
from nightschool.rules.almanac import day_with_year, spoken_day
from nightschool.rules.names import compared
from nightschool.texts import N_, _

LONGEST_DAYS = 120
YEARS_AROUND = 10  # calendars are kept year by year: what lies further off has its year mistyped


@dataclass(frozen=True, slots=True)
class FarmWindow:
    """From the first day to the last, both included, of one year."""

    name: str  # 双抢, 柑橘采收
    first: date
    last: date
    region: str = ""  # of which region's table it is, by name
    is_example: bool = False

    def has(self, day: date) -> bool:
        """True when the day lies in it."""
        return self.first <= day <= self.last


def check_window(
    name: str, first: date | None, last: date | None, others: Iterable[FarmWindow], *, today: date
) -> None:
    """Raises Refused unless the window is sound: with `window_unnamed`, `day_far_away`,
    `window_backwards`, `window_too_long`, or `window_overlaps` with the other of the same name. A day that is not known
    yet is not asked about.
    """
    refuse_all(_problems(name, first, last, others, today))


def _problems(
    name: str, first: date | None, last: date | None, others: Iterable[FarmWindow], today: date
) -> Iterator[Refused]:
    if not name.strip():
        yield Refused("window_unnamed", field="name")
    far = [*_far_away("first", first, today), *_far_away("last", last, today)]
    yield from far
    if first is None or last is None or far:
        return
    if last < first:
        yield Refused("window_backwards", field="last", first=first)
        return
    if (last - first) > timedelta(days=LONGEST_DAYS):
        yield Refused("window_too_long", field="last", most=LONGEST_DAYS)
    for other in others:
        if compared(other.name) == compared(name) and other.first <= last and first <= other.last:
            yield Refused(
                "window_overlaps", field="first", name=other.name, first=other.first, last=other.last
            )
            return


def check_near(field: str, day: date | None, *, today: date) -> None:
    """Raises Refused with `day_far_away` unless somebody may keep this day in a calendar."""
    refuse_all(_far_away(field, day, today))


def _far_away(field: str, day: date | None, today: date) -> Iterator[Refused]:
    if day is not None and abs(day.year - today.year) > YEARS_AROUND:
        yield Refused("day_far_away", field=field, day=day)


def in_season(windows: Iterable[FarmWindow], day: date) -> tuple[FarmWindow, ...]:
    """The windows the day lies in, one of each name."""
    return tuple({compared(window.name): window for window in windows if window.has(day)}.values())


_REFUSED = {
    "window_unnamed": N_("写上是什么农活，像：双抢、柑橘采收。"),
    "day_far_away": N_("%(day)s 太远了，年份是不是写错了？"),
    "window_backwards": N_("最后一天早于第一天（%(first)s）。换过来。"),
    "window_too_long": N_("一段农忙最长 %(most)d 天。分成几段写。"),
    "window_overlaps": N_("和已有的「%(name)s」（%(first)s到%(last)s）重了。改那一段，或者换日子。"),
}


def tell_refused_window(refused: Refused, *, today: date) -> str:
    """One sentence: why this window cannot be kept."""
    told = dict(refused.details)
    if refused.code == "day_far_away":
        told["day"] = day_with_year(told["day"])
    for name in ("first", "last"):
        if name in told:
            told[name] = spoken_day(told[name], today)
    return _(_REFUSED[refused.code], **told)
