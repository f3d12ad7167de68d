"""Farm windows: the weeks of a year in which a crop leaves no time for anything else (双抢, harvest, picking)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from nightschool.errors import Refused
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


def check_window(window: FarmWindow, others: Iterable[FarmWindow], *, today: date) -> None:
    """Raises Refused unless the window is sound: with `window_unnamed`, `day_far_away`,
    `window_backwards`, `window_too_long`, or `window_overlaps` with the other of the same name.
    """
    if not window.name.strip():
        raise Refused("window_unnamed", field="name")
    check_near("first", window.first, today=today)
    check_near("last", window.last, today=today)
    if window.last < window.first:
        raise Refused("window_backwards", field="last", first=window.first)
    if (window.last - window.first) > timedelta(days=LONGEST_DAYS):
        raise Refused("window_too_long", field="last", most=LONGEST_DAYS)
    for other in others:
        is_same = compared(other.name) == compared(window.name)
        if is_same and other.first <= window.last and window.first <= other.last:
            raise Refused(
                "window_overlaps", field="first", name=other.name, first=other.first, last=other.last
            )


def check_near(field: str, day: date, *, today: date) -> None:
    """Raises Refused with `day_far_away` unless somebody may keep this day in a calendar."""
    if abs(day.year - today.year) > YEARS_AROUND:
        raise Refused("day_far_away", field=field, day=day)


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
