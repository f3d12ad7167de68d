"""Market days: which days people go to market, by the digits of a lunar or solar date, by weekday, or daily.

A township's own table is typed in by whoever knows it; nothing is assumed. Custom differs in what happens to a market
of the thirtieth in a lunar month of twenty-nine days, so that is part of the rule (docs/domain.md).
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import assert_never

from borax.calendars.lunardate import LunarDate

from nightschool.errors import Refused
from nightschool.rules.almanac import WEEKDAYS
from nightschool.texts import N_, SOURCE_LANGUAGE, _, language

_A_DAY = timedelta(days=1)
TEN = 0  # the digit of the tenth, twentieth and thirtieth


class MarketKind(StrEnum):
    LUNAR = "lunar"
    SOLAR = "solar"
    WEEKDAY = "weekday"
    DAILY = "daily"


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
# A day of the month and not its last digit: 十五, 二十一, 15, 31. Read digit by digit it would be another market.
_DAY_OF_MONTH = re.compile(
    "十[一二三四五六七八九]|(?<![0-9])(?:1[1-9]|2[0-9]|3[01])(?![0-9])|初[一二三四五六七八九十]|廿"
)


@dataclass(frozen=True, slots=True)
class Market:
    """One market: `numbers` are last digits of the day (0 for ten) or weekdays from 1, Monday, to 7."""

    kind: MarketKind
    numbers: frozenset[int] = frozenset()
    missing_thirtieth: str = MissingThirtieth.SKIPPED
    place: str = ""
    is_example: bool = False


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
        case MarketKind.LUNAR:
            return _is_lunar_market_day(market, day)
        case never:
            assert_never(never)


def _is_lunar_market_day(market: Market, day: date) -> bool:
    number, length = _lunar_day(day)
    if number == 0:
        return False
    if number % 10 in market.numbers:
        return True
    if TEN not in market.numbers or market.missing_thirtieth == MissingThirtieth.SKIPPED:
        return False
    if market.missing_thirtieth == MissingThirtieth.DAY_BEFORE:
        return number == length == 29
    return number == 1 and _lunar_day(day - _A_DAY)[0] == 29


def read_market(text: str, *, missing_thirtieth: str = MissingThirtieth.SKIPPED, place: str = "") -> Market:
    """The market in this text: 逢一四七, 农历三六九, 公历逢五逢十, 单日, 双日, 每周三六, 天天.

    A word for the calendar is 农历 unless 公历 (or 阳历, 新历) is said. Raises: Refused with `market_unreadable`,
    `market_of_a_day` (十五, 31: a day and no last digit) or `market_empty`.
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
    kind = MarketKind.SOLAR if any(word in plain for word in ("公历", "阳历", "新历")) else MarketKind.LUNAR
    plain = _SAID_TOO.sub("", plain)
    if found := _DAY_OF_MONTH.search(plain):
        raise Refused("market_of_a_day", field="days", text=found[0])
    if plain in ("单日", "单"):
        numbers = frozenset({1, 3, 5, 7, 9})
    elif plain in ("双日", "双"):
        numbers = frozenset({0, 2, 4, 6, 8})
    else:
        numbers = _numbers(re.sub("[日号]", "", plain.replace("10", "十")), _DIGITS, text)
    return Market(kind, numbers, missing_thirtieth, place)


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
        case never:
            assert_never(never)


def _tell_digits(numbers: Iterable[int]) -> str:
    """三六九, "3, 6, 9"."""
    digits = sorted(numbers, key=lambda number: number or 10)  # one to nine, then ten
    if language() == SOURCE_LANGUAGE:
        return "".join(_CHARACTERS[digit] for digit in digits)
    return ", ".join(str(digit or 10) for digit in digits)


_REFUSED = {
    "market_empty": N_("写上逢哪些日子，像：逢三六九、单日、每周三周六。"),
    "market_of_a_day": N_(
        "「%(text)s」是一个日子。场期只写尾数：逢三，就是初三、十三、廿三。几个尾数用顿号隔开，像：一、六。"
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
