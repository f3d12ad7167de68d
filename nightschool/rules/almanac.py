"""Days and times as people say them: 今晚, 周五 11月27日, 十月十九. All of it is derived from the day, never stored."""

from datetime import date, timedelta
from functools import lru_cache

from borax.calendars.lunardate import LunarDate

from nightschool.texts import N_, SOURCE_LANGUAGE, _, language

WEEKDAYS = (N_("周一"), N_("周二"), N_("周三"), N_("周四"), N_("周五"), N_("周六"), N_("周日"))

# One message a month, so that another language can put its month's name where it belongs.
_MONTH_DAYS = (
    N_("1月%(day)d日"),
    N_("2月%(day)d日"),
    N_("3月%(day)d日"),
    N_("4月%(day)d日"),
    N_("5月%(day)d日"),
    N_("6月%(day)d日"),
    N_("7月%(day)d日"),
    N_("8月%(day)d日"),
    N_("9月%(day)d日"),
    N_("10月%(day)d日"),
    N_("11月%(day)d日"),
    N_("12月%(day)d日"),
)

# Up to which minute a part of the day lasts, and what it is called today and tomorrow.
_PARTS_OF_DAY = (
    (5 * 60, N_("今天凌晨"), N_("明天凌晨")),
    (9 * 60, N_("今早"), N_("明早")),
    (12 * 60, N_("今天上午"), N_("明天上午")),
    (14 * 60, N_("今天中午"), N_("明天中午")),
    (18 * 60, N_("今天下午"), N_("明天下午")),
    (24 * 60, N_("今晚"), N_("明晚")),
)


# The 24 solar terms, by which fields are worked.
SOLAR_TERMS = (
    N_("立春"), N_("雨水"), N_("惊蛰"), N_("春分"), N_("清明"), N_("谷雨"), N_("立夏"), N_("小满"),
    N_("芒种"), N_("夏至"), N_("小暑"), N_("大暑"), N_("立秋"), N_("处暑"), N_("白露"), N_("秋分"),
    N_("寒露"), N_("霜降"), N_("立冬"), N_("小雪"), N_("大雪"), N_("冬至"), N_("小寒"), N_("大寒"),
)  # fmt: skip


def clock(minutes: int) -> str:
    """The time of day as HH:MM; the midnight that closes a day is 24:00."""
    hours, rest = divmod(minutes, 60)
    return f"{hours:02d}:{rest:02d}"


def tell_hours(starts: int, ends: int) -> str:
    """From when to when, in minutes of the day: 19:00–20:30."""
    return f"{clock(starts)}–{clock(ends)}"


def weekday_name(day: date) -> str:
    """周五, "Fri"."""
    return _(WEEKDAYS[day.weekday()])


def monday_of(day: date) -> date:
    """The day its week begins with."""
    return day - timedelta(days=day.weekday())


def day_without_year(day: date) -> str:
    """11月27日, "27 Nov"."""
    return _(_MONTH_DAYS[day.month - 1], day=day.day)


def day_with_year(day: date) -> str:
    """2026年11月27日, "27 Nov 2026"."""
    return _("%(year)d年%(date)s", year=day.year, date=day_without_year(day))


def spoken_day(day: date, today: date) -> str:
    """周五 11月27日; the year is said only where it is not this one."""
    spoken = day_without_year(day) if day.year == today.year else day_with_year(day)
    return _("%(weekday)s %(date)s", weekday=weekday_name(day), date=spoken)


def full_day(day: date, today: date) -> str:
    """周五 11月27日（十月十九）: the day with the farmers' calendar beside it, where that is known."""
    return _full_day(day, today, language())


# The same days stand on every village's page: they are put into words once.
@lru_cache(maxsize=4096)
def _full_day(day: date, today: date, _spoken: str) -> str:
    lunar = lunar_label(day)
    spoken = spoken_day(day, today)
    return _("%(day)s（%(lunar)s）", day=spoken, lunar=lunar) if lunar else spoken


def spoken_moment(day: date, starts: int, today: date) -> str:
    """今晚, 明早, 今天下午 for what starts today or tomorrow, else the weekday and the date."""
    ahead = (day - today).days
    if ahead not in (0, 1):
        return spoken_day(day, today)
    return next(_(names[ahead]) for until, *names in _PARTS_OF_DAY if starts < until)


def lunar_label(day: date) -> str:
    """The farmers' calendar's day: 十月十九, 闰六月初六, 十月十四 节气小雪 when a solar term begins, "lunar 10/19".

    Empty before 1900 and after 2100.
    """
    return _lunar_label(day, language())


# The calendar costs 0.1 ms a day and a page shows dozens of days; a cache of some years of days costs nothing.
@lru_cache(maxsize=4096)
def _lunar_label(day: date, spoken: str) -> str:
    try:
        lunar = LunarDate.from_solar(day)
    except ValueError:
        return ""
    label = str(lunar.cn_md) if spoken == SOURCE_LANGUAGE else _tell_lunar_number(lunar)
    return _("%(lunar)s 节气%(term)s", lunar=label, term=_(lunar.term)) if lunar.term else label


def is_new_years_eve(day: date) -> bool:
    """True on the last day of the farmers' year (除夕); false before 1900 and after 2100."""
    try:
        lunar = LunarDate.from_solar(day + timedelta(days=1))
    except ValueError:
        return False
    return (lunar.month, lunar.day) == (1, 1)


def solar_term(day: date) -> str:
    """The solar term that begins on this day, 小雪; empty on other days, and before 1900 and after 2100."""
    term = _solar_term(day)
    return _(term) if term else ""


@lru_cache(maxsize=4096)
def _solar_term(day: date) -> str:
    try:
        return LunarDate.from_solar(day).term or ""
    except ValueError:
        return ""


def lunar_day_label(day: date) -> str:
    """The least that a small calendar says: 十九; on the first of a lunar month its name, 十月; in English "10/19"."""
    return _lunar_day_label(day, language())


def lunar_day_name(number: int) -> str:
    """初一, 十五, 廿三, 三十; in English the number alone."""
    if language() != SOURCE_LANGUAGE:
        return str(number)
    return str(LunarDate(2022, 1, number).cn_day)  # a month of thirty days


@lru_cache(maxsize=4096)
def _lunar_day_label(day: date, spoken: str) -> str:
    try:
        lunar = LunarDate.from_solar(day)
    except ValueError:
        return ""
    if spoken != SOURCE_LANGUAGE:
        return f"{lunar.month}/{lunar.day}"
    return str(lunar.cn_md).removesuffix("初一") if lunar.day == 1 else str(lunar.cn_day)


def lunar_table(around: int) -> tuple[str, str]:
    """The lunar months and the solar terms from the year before this one to the second after it, for scripts.

    Each "2026-11-09十月" is where a month begins, with what stands before the number of its day; "2026-11-22 节气小雪"
    is where a term does, with what follows the number; a semicolon stands between two. The calendars in browsers are
    not asked: 2027 begins on 6 February, and Chromium's has the 7th.
    """
    return _lunar_table(around, language())


@lru_cache(maxsize=8)
def _lunar_table(around: int, spoken: str) -> tuple[str, str]:
    months, terms = [], []
    first, last = date(around - 1, 1, 1), date(around + 2, 12, 31)
    # The month that has already begun when the first year does, too.
    for number in range(-31, (last - first).days + 1):
        day = first + timedelta(days=number)
        try:
            lunar = LunarDate.from_solar(day)
        except ValueError:
            continue
        if lunar.day == 1:
            # "lunar 10/1", 十月初一: without the number of the day.
            name = str(lunar.cn_md).removesuffix("初一")
            if spoken != SOURCE_LANGUAGE:
                name = _tell_lunar_number(lunar).removesuffix("1")
            months.append(f"{day}{name}")
        if lunar.term:
            terms.append(str(day) + _("%(lunar)s 节气%(term)s", lunar="", term=_(lunar.term)))
    return ";".join(months), ";".join(terms)


def _tell_lunar_number(lunar: LunarDate) -> str:
    if lunar.leap:
        return _("农历闰%(month)d月%(day)d", month=lunar.month, day=lunar.day)
    return _("农历%(month)d月%(day)d", month=lunar.month, day=lunar.day)
