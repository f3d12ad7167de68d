"""Market days: which days people go to market, by the digits or the day of a lunar or solar date, by weekday, or daily.

A township's own table is typed in by whoever knows it; nothing is assumed. Custom differs in what happens to a market
of the thirtieth in a lunar month of twenty-nine days, so that is part of the rule (docs/domain.md).
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import assert_never

from borax.calendars.lunardate import LunarDate

from nightschool.errors import Refused
from nightschool.rules.almanac import WEEKDAYS, lunar_day_name
from nightschool.texts import N_, SOURCE_LANGUAGE, _, language

_A_DAY = timedelta(days=1)
TEN = 0  # the digit of the tenth, twentieth and thirtieth
LAST = 0  # of the days of a month: its last, whichever that is


class MarketKind(StrEnum):
    LUNAR = "lunar"
    SOLAR = "solar"
    WEEKDAY = "weekday"
    DAILY = "daily"
    LUNAR_DAY = "lunar_day"
    SOLAR_DAY = "solar_day"


class MissingThirtieth(StrEnum):
    """What a market of the thirtieth does in a lunar month of twenty-nine days."""

    SKIPPED = "skipped"
    DAY_BEFORE = "day_before"
    DAY_AFTER = "day_after"


MISSING_WORDS = {
    "skipped": N_("没有三十就不逢"),
    "day_before": N_("提前到廿九"),
    "day_after": N_("推到初一"),
}
_CHARACTERS = "十一二三四五六七八九"  # by digit; the tenth has the digit 0
_DIGITS = {
    **{character: digit for digit, character in enumerate(_CHARACTERS)},
    **{str(n): n for n in range(10)},
}
_WEEKDAY_OF = {
    **{character: number for number, character in enumerate("一二三四五六日", 1)},
    **{str(number): number for number in range(1, 8)},
    "天": 7,
}
_OF_WEEKDAYS = re.compile("每?逢?(?:周|星期|礼拜)|(?:周|星期|礼拜)")
_SAID_TOO = re.compile("公历|阳历|新历|农历|阴历|旧历|每月|逢|赶场|场")
_BETWEEN = "、,/和"
# A day of the month, or its last digits: 十五, 三十, 15, 31. Read digit by digit some would be another market.
_DAY_OR_DIGITS = re.compile(
    "[二三]?十[一二三四五六七八九]|[二三2-3]十|(?<![0-9])(?:1[1-9]|2[0-9]|3[01])(?![0-9])|初[一二三四五六七八九十]|廿"
)
_OF_A_MONTH = re.compile("每个?月")
_SOLAR_WORDS, _LUNAR_WORDS = re.compile("公历|阳历|新历"), re.compile("农历|阴历|旧历")
# One day of a month: its last, a lunar one by its own name, or a number with 日 or 号 behind it where it is solar.
_DAY_OF_MONTH = re.compile(
    "(?P<last>最后[一1]天|月[底末尾])|(?:(?P<lunar>[初廿卅])(?P<of>[一二三四五六七八九十]|10|[1-9])?"
    "|(?P<tens>[二三]?十)?(?P<ones>[一二三四五六七八九])?(?P<number>[0-9]{1,2})?)(?P<solar>[日号]?)"
)
_TENS = {"初": 0, "廿": 20, "卅": 30, "十": 10, "二十": 20, "三十": 30}


@dataclass(frozen=True, slots=True)
class Market:
    """One market: `numbers` are last digits of the day (0 for ten), weekdays from 1, Monday, to 7, or days of a month.

    Of days of a month 0 is the last.
    """

    kind: MarketKind
    numbers: frozenset[int] = frozenset()
    missing_thirtieth: str = MissingThirtieth.SKIPPED
    place: str = ""
    is_example: bool = False

    @property
    def has_thirtieth(self) -> bool:
        """True where a lunar month of twenty-nine days makes a difference."""
        return _thirtieth(self.kind) in self.numbers


@dataclass(frozen=True, slots=True)
class Markets:
    """The markets of a township, and the single days on which it is otherwise."""

    rules: tuple[Market, ...] = ()
    otherwise: Mapping[date, bool] = field(default_factory=dict)  # day -> whether there is a market

    def on(self, day: date) -> bool:
        """True when there is a market on this day."""
        if day in self.otherwise:
            return self.otherwise[day]
        return any(is_market_day(rule, day) for rule in self.rules)


def is_market_day(market: Market, day: date) -> bool:
    """True when the rule has a market on this day; a lunar one outside 1900 to 2100 has none."""
    match market.kind:
        case MarketKind.DAILY:
            return True
        case MarketKind.WEEKDAY:
            return day.isoweekday() in market.numbers
        case MarketKind.SOLAR:
            return day.day % 10 in market.numbers
        case MarketKind.SOLAR_DAY:
            return day.day in market.numbers or (LAST in market.numbers and (day + _A_DAY).day == 1)
        case MarketKind.LUNAR | MarketKind.LUNAR_DAY:
            return _is_lunar_market_day(market, day)
        case never:
            assert_never(never)


def _thirtieth(kind: str) -> int | None:
    """What stands for the thirtieth among the numbers of such a market."""
    return {MarketKind.LUNAR: TEN, MarketKind.LUNAR_DAY: 30}.get(MarketKind(kind))


def _is_lunar_market_day(market: Market, day: date) -> bool:
    number, length = _lunar_day(day)
    if number == 0:
        return False
    if market.kind == MarketKind.LUNAR_DAY:
        if number in market.numbers or (LAST in market.numbers and number == length):
            return True
    elif number % 10 in market.numbers:
        return True
    if not market.has_thirtieth or market.missing_thirtieth == MissingThirtieth.SKIPPED:
        return False
    if market.missing_thirtieth == MissingThirtieth.DAY_BEFORE:
        return number == length == 29
    return number == 1 and _lunar_day(day - _A_DAY)[0] == 29


def read_market(text: str, *, missing_thirtieth: str = MissingThirtieth.SKIPPED, place: str = "") -> Market:
    """The market in this text: 逢一四七, 公历逢五逢十, 单日, 每周三六, 天天, 每月初一、十五, 每月5日, 每月最后一天.

    Digits are of the 农历 unless 公历 (or 阳历, 新历) is said; a day of the month is of the 公历 where it is written in
    figures or with 日 or 号, or is the last. Raises: Refused with `market_unreadable`, `market_empty`, or
    `market_two_meanings` (十五, 三十, 每月三、六: last digits or days of the month).
    """
    plain = "".join(unicodedata.normalize("NFKC", text).split()).strip("。.")
    if not plain:
        raise Refused("market_empty", field="days")
    if plain in ("天天", "每天", "天天逢场", "日日"):
        return Market(MarketKind.DAILY, place=place)
    if _OF_WEEKDAYS.match(plain):
        return Market(
            MarketKind.WEEKDAY, _numbers(_OF_WEEKDAYS.sub("", plain), _WEEKDAY_OF, text), place=place
        )
    if _OF_A_MONTH.search(plain) and "逢" not in plain:
        return _read_days_of_month(text, missing_thirtieth, place)
    kind = MarketKind.SOLAR if _SOLAR_WORDS.search(plain) else MarketKind.LUNAR
    plain = _SAID_TOO.sub("", plain.replace("逢", "、"))
    if found := _DAY_OR_DIGITS.search(plain):
        raise Refused("market_two_meanings", field="days", text=found[0])
    if plain in ("单日", "单"):
        numbers = frozenset({1, 3, 5, 7, 9})
    elif plain in ("双日", "双"):
        numbers = frozenset({0, 2, 4, 6, 8})
    else:
        numbers = _numbers(re.sub("[日号]", "", plain.replace("10", "十")), _DIGITS, text)
    return Market(kind, numbers, missing_thirtieth, place)


def _read_days_of_month(text: str, missing_thirtieth: str, place: str) -> Market:
    """每月初一、十五; 每月5日和20日; 农历每月15; 每月最后一天."""
    plain = "、".join(re.sub(r"\s+(?=[日号])", "", unicodedata.normalize("NFKC", text)).split()).strip("。.")
    is_solar, is_lunar = bool(_SOLAR_WORDS.search(plain)), bool(_LUNAR_WORDS.search(plain))
    names = _SAID_TOO.sub("", _OF_A_MONTH.sub("", plain)).replace("的", "")
    read = [
        _DAY_OF_MONTH.fullmatch(one) for one in re.split(f"[{_BETWEEN}]|(?<=[日号天])(?=.)", names) if one
    ]
    days = [_day_in(one) if one else None for one in read]
    if not days or None in days:
        raise Refused("market_unreadable", field="days", text=text[:20])
    says_solar = any(one["number"] or one["solar"] for one in read if one)
    says_lunar = any(one["lunar"] for one in read if one)
    says_which = is_solar or is_lunar or says_solar or says_lunar
    if not says_which and any(one["ones"] and not one["tens"] for one in read if one):
        raise Refused("market_two_meanings", field="days", text=names[:10])
    if is_solar == is_lunar:  # neither is said, or both
        is_lunar = says_lunar or not (says_solar or all(day == LAST for day in days))
        is_solar = says_solar and says_lunar
    numbers = frozenset(day for day in days if day is not None)
    if (is_solar and (is_lunar or says_lunar)) or max(numbers) > (30 if is_lunar else 31):
        raise Refused("market_unreadable", field="days", text=text[:20])
    return Market(
        MarketKind.LUNAR_DAY if is_lunar else MarketKind.SOLAR_DAY, numbers, missing_thirtieth, place
    )


def _day_in(found: re.Match[str]) -> int | None:
    """The day of the month that is named there; None where nothing is, or more than one thing."""
    if found["last"]:
        return LAST
    if found["number"]:
        return None if found["tens"] or found["ones"] else int(found["number"]) or None
    ones = found["of"] or found["ones"] or ""
    of_ones = 10 if ones in ("十", "10") else int(_DIGITS.get(ones, 0))
    return _TENS.get(found["lunar"] or found["tens"] or "", 0) + of_ones or None


def _numbers(plain: str, meaning: Mapping[str, int], text: str) -> frozenset[int]:
    found = [meaning.get(character) for character in plain if character not in _BETWEEN]
    if not found or None in found:
        raise Refused("market_unreadable", field="days", text=text[:20])
    return frozenset(number for number in found if number is not None)


def tell_market(market: Market) -> str:
    """农历逢三六九, 每周三、周六, 天天逢场."""
    match market.kind:
        case MarketKind.DAILY:
            return _("天天逢场")
        case MarketKind.WEEKDAY:
            return _(
                "每%(days)s逢场",
                days=_("、").join(_(WEEKDAYS[number - 1]) for number in sorted(market.numbers)),
            )
        case MarketKind.SOLAR:
            return _("公历逢%(digits)s", digits=_tell_digits(market.numbers))
        case MarketKind.LUNAR:
            return _("农历逢%(digits)s", digits=_tell_digits(market.numbers))
        case MarketKind.SOLAR_DAY:
            return _("公历每月%(days)s", days=_tell_days(market.numbers, lambda day: _("%(day)d日", day=day)))
        case MarketKind.LUNAR_DAY:
            return _("农历每月%(days)s", days=_tell_days(market.numbers, lunar_day_name))
        case never:
            assert_never(never)


def _tell_digits(numbers: Iterable[int]) -> str:
    """三六九, 三、十 (which 三十 is not), "3, 6, 9"."""
    digits = sorted(numbers, key=lambda number: number or 10)  # one to nine, then ten
    if language() == SOURCE_LANGUAGE:
        return ("、" if TEN in digits else "").join(_CHARACTERS[digit] for digit in digits)
    return ", ".join(str(digit or 10) for digit in digits)


def _tell_days(numbers: Iterable[int], name: Callable[[int], str]) -> str:
    """初一、十五; 5日、最后一天."""
    days = sorted(numbers, key=lambda number: number or 32)
    return _("、").join(name(day) if day != LAST else _("最后一天") for day in days)


_REFUSED = {
    "market_empty": N_("写上逢哪些日子，像：逢三六九、单日、每周三周六。"),
    "market_two_meanings": N_(
        "「%(text)s」说的是尾数，还是一个月里的那一天？尾数写：逢三、十，就是初三、初十、十三、二十这样。"
        "一个月里的哪天写：每月三十、每月初一、十五、每月5日、每月最后一天。"
    ),
    "market_unreadable": N_("「%(text)s」看不懂。像这样写：逢三六九、公历逢五逢十、单日、每周三周六。"),
    "market_known": N_("这个场已经有了。"),
    "markets_full": N_("一个乡镇最多记 %(most)d 个场。先去掉一个。"),
}


def tell_refused_market(refused: Refused) -> str:
    """One sentence: why these market days cannot be kept, and how to write them."""
    return _(_REFUSED[refused.code], **refused.details)


@lru_cache(maxsize=8192)
def _lunar_day(day: date) -> tuple[int, int]:
    """Which day of its lunar month this is, and how many days the month has; (0, 0) where the calendar ends."""
    try:
        lunar = LunarDate.from_solar(day)
        tomorrow = LunarDate.from_solar(day + _A_DAY * (30 - lunar.day)) if lunar.day < 30 else lunar
    except (ValueError, OverflowError):
        return 0, 0
    return lunar.day, 30 if tomorrow.day == 30 else 29
