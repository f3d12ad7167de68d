"""Dates as people paste them: 11月27日、12/4 2026-12-11, in one line or many."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from nightschool.rules.almanac import day_with_year, weekday_name
from nightschool.texts import _

_LONGEST_TEXT = 4000

# A date without its year is the coming one, unless it was only just: people enter what happened a few weeks ago.
_STILL_RECENT = timedelta(days=60)

# Runs of blanks become one before any other pattern looks, so that none of these can be made to search long.
_BLANKS = re.compile(r"[ \t]+")
_BLANKS_INSIDE = re.compile(r" ?([-/.年月]) ?")
_CLOSING_WORD = re.compile(r" ?([日号])")
_WEEKDAY = re.compile(r" ?[(\[]? ?((?:周|星期|礼拜)[一二三四五六日天]) ?[)\]]?")
_BETWEEN = re.compile(r"[\s,、;。和及]+")
_DATE = re.compile(
    r"(?:(?:(?P<year>[0-9]{4})[-/.年])?(?P<month>[0-9]{1,2})[-/.月])?(?P<day>[0-9]{1,2})(?P<closing>[日号])?"
    r"(?:(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天]))?"
)
_TIME = re.compile(r"[0-9]{1,2}[:点时][0-9]{0,2}分?|(?:早上|上午|中午|下午|晚上).*")
# The first line of a list of sessions as Moodle's attendance takes it in, and the date in each further one.
_MOODLE_HEAD = re.compile(r"\ufeff?\"?(?:course|课程)[^\n]{0,60}?(?:date|日期)[^\n]*\n", re.IGNORECASE)
_MOODLE_DATE = re.compile(r"(?<![0-9])20[0-9]{2}-[0-9]{1,2}-[0-9]{1,2}(?![0-9])")
_WEEKDAY_ORDER = re.compile(r"(一)|(二)|(三)|(四)|(五)|(六)|([日天])")


@dataclass(frozen=True, slots=True)
class DateList:
    """What was read: the days in the order written, and every piece that is no date, as it was written.

    Of a piece that names another weekday than its date has, the date is known too.
    """

    days: tuple[date, ...]
    unread: tuple[str, ...]
    other_weekday: Mapping[str, date] = field(default_factory=dict)


def read_dates(text: str, today: date) -> DateList:
    """Every date of the text, each in the year it most likely means; what cannot be read is named, never dropped.

    A date without a year follows the last date that had one; where none had, it lies between two months ago and ten
    months ahead. 11月4、11、18日 are three days of one month. Of a list of Moodle's sessions each line is its date.
    """
    days: list[date] = []
    unread: list[str] = []
    other_weekday: dict[str, date] = {}
    with_year: date | None = None
    month_open = False
    for piece in _pieces(_dates_of_moodle(text)[:_LONGEST_TEXT]):
        found = _DATE.fullmatch(piece)
        day = _day_of(found, days[-1] if days else None, month_open, with_year, today) if found else None
        if found and day and found["weekday"] and day.weekday() != _weekday(found["weekday"]):
            other_weekday[piece], day = day, None
        if found is None or day is None:
            unread.append(piece)
            month_open = False
            continue
        days.append(day)
        month_open = found["closing"] is None
        with_year = day if found["year"] else with_year
    return DateList(tuple(days), tuple(unread), other_weekday)


def tell_unread(piece: str, read: DateList) -> str:
    """One sentence: why this piece of what was read is no date, and what to write."""
    shown = piece[:20]
    if day := read.other_weekday.get(piece):
        return _(
            "「%(piece)s」和日历对不上：%(day)s是%(weekday)s。",
            piece=shown,
            day=day_with_year(day),
            weekday=weekday_name(day),
        )
    if _TIME.fullmatch(piece):
        return _("「%(piece)s」是时间。几点上课在上面填一次，这里只写日期。", piece=shown)
    found = _DATE.fullmatch(piece)
    if found is None:
        return _("「%(piece)s」不是日期。像 11月27日 这样写，一行一个。", piece=shown)
    if found["month"] is None:
        return _("「%(piece)s」没写是几月。像 11月27日 这样写。", piece=shown)
    return _("没有「%(typed)s」这一天，看看那个月有几天。", typed=shown)


def _dates_of_moodle(text: str) -> str:
    head = _MOODLE_HEAD.match(text)
    if head is None:
        return text
    lines = ((line, _MOODLE_DATE.search(line)) for line in text[head.end() :].splitlines())
    return "\n".join(found[0] if found else line for line, found in lines)


def _pieces(text: str) -> list[str]:
    """The text cut where one date ends and the next begins, each weekday tied to its date."""
    plain = _BLANKS.sub(" ", unicodedata.normalize("NFKC", text))
    plain = _BLANKS_INSIDE.sub(r"\1", plain)
    plain = _CLOSING_WORD.sub(r"\1 ", plain)
    plain = _WEEKDAY.sub(r"\1 ", plain)
    return [piece for piece in _BETWEEN.split(plain) if piece]


def _day_of(
    found: re.Match[str], before: date | None, month_open: bool, with_year: date | None, today: date
) -> date | None:
    """The day a piece means, whatever weekday stands beside it, or None where there is no such day."""
    number = int(found["day"])
    if found["month"] is None:
        # A day alone leans on the month before it: only where that one was left open (11月4、11), or it says 日 itself.
        if before is None or not (month_open or found["closing"]):
            return None
        day = _day(before.year, before.month, number)
    elif found["year"]:
        day = _day(int(found["year"]), int(found["month"]), number)
    else:
        earliest = with_year or today - _STILL_RECENT
        candidates = (
            _day(year, int(found["month"]), number) for year in range(earliest.year, earliest.year + 9)
        )
        day = next((candidate for candidate in candidates if candidate and candidate >= earliest), None)
    return day


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _weekday(word: str) -> int:
    """Monday is 0."""
    found = _WEEKDAY_ORDER.fullmatch(word)
    assert found is not None and found.lastindex is not None, (
        "the pattern of a date lets no other word through"
    )
    return found.lastindex - 1
