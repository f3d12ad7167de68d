"""Public holidays with their make-up working days, as far as the State Council has announced them.

Years announced until this version are shipped (the package chinesecalendar, checked against two others for 2018 to
2026). Of a later year the days fixed by law are known; which days are moved around them is open, never guessed, until
somebody pastes its notice.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

from borax.calendars.lunardate import LunarDate

from nightschool.errors import Refused
from nightschool.rules.almanac import day_with_year, solar_term
from nightschool.texts import N_, _

_A_DAY = timedelta(days=1)

HOLIDAY_NAMES = {
    "New Year's Day": N_("元旦"),
    "Spring Festival": N_("春节"),
    "Tomb-sweeping Day": N_("清明节"),
    "Labour Day": N_("劳动节"),
    "Dragon Boat Festival": N_("端午节"),
    "Mid-autumn Festival": N_("中秋节"),
    "National Day": N_("国庆节"),
    "Anti-Fascist 70th Day": N_("抗战胜利纪念日"),  # 2015 only
}
_ONCE = {"抗战胜利纪念日"}


@dataclass(frozen=True, slots=True)
class Holiday:
    """One day that is not what its weekday says: off for a holiday, or worked to make up for one."""

    day: date
    is_off: bool
    name: str  # in Chinese, as announced


@dataclass(frozen=True, slots=True)
class Holidays:
    """What is known: the years announced, their days, and the days a county or village has otherwise."""

    years: frozenset[int]
    days: Mapping[date, Holiday]
    otherwise: Mapping[date, Holiday] = field(default_factory=dict)

    def is_known(self, year: int) -> bool:
        """False while nobody has announced the year."""
        return year in self.years

    def on(self, day: date) -> Holiday | None:
        """What the day is, when it is a holiday or a make-up working day; in a year not announced, a holiday by law."""
        found = self.otherwise.get(day) or self.days.get(day)
        return found if found or self.is_known(day.year) else fixed_by_law(day.year).get(day)

    def may_be_moved(self, day: date) -> bool:
        """True where a day of a year not announced lies so close to a holiday that it may be off, or be worked."""
        if self.is_known(day.year) or self.on(day):
            return False
        return any(abs((day - fixed).days) <= MOVED_WITHIN_DAYS for fixed in _fixed_around(day.year))


MOVED_WITHIN_DAYS = 14  # no day that was moved in 2004 to 2026 lies farther from the holiday it belongs to
_LAW_SINCE = 2025


@cache
def fixed_by_law(year: int) -> Mapping[date, Holiday]:
    """The thirteen days that everybody has off in every year, as the law stands since 2025; of earlier years none.

    Source: 全国年节及纪念日放假办法, as of 1 January 2025, article 2.
    """
    if not _LAW_SINCE <= year < 2100:
        return {}
    spring = LunarDate(year, 1, 1).to_solar_date()
    days = {
        "元旦": [date(year, 1, 1)],
        "春节": [spring + _A_DAY * number for number in range(-1, 3)],
        "清明节": [
            day for day in (date(year, 4, number) for number in (4, 5, 6)) if solar_term(day) == _("清明")
        ],
        "劳动节": [date(year, 5, 1), date(year, 5, 2)],
        "端午节": [LunarDate(year, 5, 5).to_solar_date()],
        "中秋节": [LunarDate(year, 8, 15).to_solar_date()],
        "国庆节": [date(year, 10, number) for number in (1, 2, 3)],
    }
    return {day: Holiday(day, True, name) for name, those in days.items() for day in those}


def _fixed_around(year: int) -> tuple[date, ...]:
    return tuple(day for near in (year - 1, year, year + 1) for day in fixed_by_law(near))


@cache
def shipped_holidays() -> Holidays:
    """The years announced until this version."""
    from chinese_calendar.constants import holidays, workdays

    days = {day: Holiday(day, True, HOLIDAY_NAMES.get(name, name)) for day, name in holidays.items()}
    days |= {day: Holiday(day, False, HOLIDAY_NAMES.get(name, name)) for day, name in workdays.items()}
    return Holidays(frozenset(day.year for day in holidays), days)


_YEAR = re.compile(r"([0-9]{4})\s*年\s*(?:部分)?\s*节假日")  # its title is set in two lines
_ITEM = re.compile(r"[一二三四五六七八九十]+、\s*([^:：\n]{2,20})[:：]")
_DAY = re.compile(r"(?:([0-9]{4})年)?(?:([0-9]{1,2})月)?([0-9]{1,2})日(?:[(（]([^()（）]*)[)）])?")
_VERB = re.compile(r"放假|上班|补班")
_COUNT = re.compile(r"共\s*([0-9]{1,2})\s*天")
_WEEKDAY = re.compile(r"(?:周|星期)([一二三四五六日天])")
_WEEKDAYS = "一二三四五六日"


def read_notice(text: str) -> tuple[int, tuple[Holiday, ...]]:
    """The year and the days of a notice pasted from the State Council's page, in the order of the days.

    What the notice itself says twice is checked: the weekday beside a date, and 共几天. Raises: Refused with
    `notice_without_year`, `notice_empty`, `notice_line` (a sentence no date can be read in), `notice_unclear` (are
    these days off, or worked?), `notice_weekday`, `notice_count`, `notice_no_such_day`, `notice_contradicts` or
    `notice_incomplete` (a holiday of every year is missing: the end was not pasted).
    """
    plain = unicodedata.normalize("NFKC", text)
    found_year = _YEAR.search(plain)
    if found_year is None:
        raise Refused("notice_without_year", field="notice")
    year = int(found_year[1])
    heads = list(_ITEM.finditer(plain))
    if not heads:
        raise Refused("notice_empty", field="notice")
    days: dict[date, Holiday] = {}
    for head, following in zip(heads, [*heads[1:], None], strict=True):
        body = plain[head.end() : following.start() if following else len(plain)]
        for holiday in _read_item(head[1].strip(), body.split("\n\n")[0], year):
            if holiday.day in days and days[holiday.day].is_off != holiday.is_off:
                raise Refused("notice_contradicts", field="notice", day=holiday.day)
            days.setdefault(holiday.day, holiday)
    told = " ".join(head[1] for head in heads)
    if missing := tuple(
        name for name in HOLIDAY_NAMES.values() if name not in _ONCE and name[:2] not in told
    ):
        raise Refused("notice_incomplete", field="notice", names=missing)
    return year, tuple(days[day] for day in sorted(days))


def _read_item(name: str, body: str, year: int) -> list[Holiday]:
    found: list[Holiday] = []
    off = 0  # days of the last stretch that is told as off
    for sentence in filter(None, (part.strip() for part in re.split(r"[。;；\n]", body))):
        for works, told in _told_days(sentence):
            days = [
                first + _A_DAY * number
                for first, last in _spans(told, year)
                for number in range((last - first).days + 1)
            ]
            off = off if works else len(days)
            found += (Holiday(day, not works, name) for day in days)
        # However the sentence is cut: the number in it is of the days off before it.
        counted = _COUNT.search(sentence)
        if counted and int(counted[1]) != off:
            raise Refused("notice_count", field="notice", name=name, said=int(counted[1]), n=off)
    if not found:
        raise Refused("notice_line", field="notice", text=f"{name}：{body.strip()[:20]}")
    return found


def _told_days(sentence: str) -> Iterable[tuple[bool, str]]:
    """Whether people work, and the words with its dates, of each thing that the sentence says.

    One comma in the place of a full stop makes one sentence of two: what is said of dates stands behind them, and
    before them only where the sentence begins with it. Raises Refused where dates are left over, or missing.
    """
    verbs = list(_VERB.finditer(sentence))
    begins = bool(verbs) and not _DAY.search(sentence[: verbs[0].start()])
    starts = [verb.end() for verb in verbs] if begins else [0, *(verb.end() for verb in verbs)]
    ends = [*(verb.start() for verb in verbs[1:]), None] if begins else [verb.start() for verb in verbs]
    told = [
        (verb[0] != "放假", sentence[start:end])
        for verb, start, end in zip(verbs, starts, ends, strict=False)
        if _DAY.search(sentence[start:end])
    ]
    rest = "" if begins or not verbs else sentence[verbs[-1].end() :]
    if verbs and (
        not told or len({works for works, _told in told}) < len({verb[0] == "放假" for verb in verbs})
    ):
        raise Refused("notice_line", field="notice", text=sentence[:30])
    if _DAY.search(rest):
        raise Refused("notice_unclear", field="notice", text=rest.strip(",、调休 ")[:30])
    return told


def _spans(sentence: str, year: int) -> Iterable[tuple[date, date]]:
    """First and last day of each stretch in the sentence; a date without its month has that of the one before."""
    month = 0
    matches = list(_DAY.finditer(sentence))
    number = 0
    while number < len(matches):
        first, month = _day_of(matches[number], year, month)
        last = first
        if number + 1 < len(matches):
            between = sentence[matches[number].end() : matches[number + 1].start()]
            if between.strip() in ("至", "到", "-", "—", "~"):
                number += 1
                last, month = _day_of(matches[number], first.year, month)
                if last < first:
                    last, month = _day_of(matches[number], first.year + 1, month)
        if (last - first).days > 15:
            raise Refused("notice_line", field="notice", text=sentence[:30])
        yield first, last
        number += 1


def _day_of(found: re.Match[str], year: int, month: int) -> tuple[date, int]:
    of_year = int(found[1]) if found[1] else year
    of_month = int(found[2]) if found[2] else month
    try:
        day = date(of_year, of_month, int(found[3]))
    except ValueError:
        raise Refused("notice_no_such_day", field="notice", text=found[0][:20]) from None
    said = _WEEKDAY.search(found[4] or "")
    if said and _WEEKDAYS.index(said[1].replace("天", "日")) != day.weekday():
        raise Refused("notice_weekday", field="notice", text=found[0][:30], day=day)
    return day, of_month


_REFUSED = {
    "notice_without_year": N_("没找到是哪一年。从标题「关于…年部分节假日安排的通知」开始，整篇贴进来。"),
    "notice_empty": N_("没找到「一、元旦：…」这样的条目。把通知正文整篇贴进来。"),
    "notice_line": N_("「%(text)s」里没读出日期。对一下原文，是不是少贴了字。"),
    "notice_unclear": N_("「%(text)s」是放假还是上班？对一下原文，补上这两个字。"),
    "notice_count": N_("%(name)s写的是共 %(said)d 天，日期数下来是 %(n)d 天。对一下原文。"),
    "notice_weekday": N_("「%(text)s」和日历对不上：%(day)s不是这个星期几。对一下年份和日期。"),
    "notice_no_such_day": N_("没有「%(text)s」这一天。对一下原文。"),
    "notice_incomplete": N_("没读到%(names)s。通知没有贴全：从标题到最后一句，整篇贴进来。"),
    "notice_contradicts": N_("%(day)s又是放假又是上班。对一下原文。"),
}


def tell_refused_notice(refused: Refused) -> str:
    """One sentence: what about the pasted notice cannot be read, and what to do."""
    told = dict(refused.details)
    if "day" in told:
        told["day"] = day_with_year(told["day"])
    if "names" in told:
        told["names"] = _("、").join(map(_, told["names"]))
    return _(_REFUSED[refused.code], **told)
