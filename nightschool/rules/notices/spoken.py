"""Days and hours as people say them aloud, 今晚六点半: what a loudspeaker says has no digits and no brackets."""

import re
from datetime import date

from nightschool.rules.almanac import clock, lunar_label, spoken_day, spoken_moment, weekday_name
from nightschool.rules.slots import Moment
from nightschool.texts import SOURCE_LANGUAGE, _, language

_DIGITS = "零一二三四五六七八九"
_WITHIN_A_WEEK = 6
# Up to which minute a part of the day lasts, as it is said of a day that is named.
_PARTS_OF_DAY = (
    (5 * 60, "凌晨"), (9 * 60, "早上"), (12 * 60, "上午"), (14 * 60, "中午"), (18 * 60, "下午"), (24 * 60, "晚上"),
)  # fmt: skip
_BRACKETS = re.compile(r"\s*[（(【\[《「『]([^）)】\]》」』]*)[）)】\]》」』]\s*")
_BESIDE = r"，\1，"  # what stood in brackets, after a pause


def said_number(number: int) -> str:
    """十二, 二十: a number below a hundred as it is said. Raises: ValueError for another."""
    if not 0 <= number < 100:
        raise ValueError(number)
    tens, ones = divmod(number, 10)
    if not tens:
        return _DIGITS[ones]
    return f"{_DIGITS[tens] if tens > 1 else ''}十{_DIGITS[ones] if ones else ''}"


def said_time(minutes: int) -> str:
    """六点半, 两点, 七点零五分: a time of day as it is said, without the part of the day; English keeps its digits."""
    if language() != SOURCE_LANGUAGE:
        return clock(minutes)
    hours, rest = divmod(minutes, 60)
    hour = hours - 12 if hours > 12 else hours
    said = f"{'两' if hour == 2 else said_number(hour)}点"
    match rest:
        case 0:
            return said
        case 15 | 45:
            return f"{said}{'一' if rest == 15 else '三'}刻"
        case 30:
            return f"{said}半"
    return f"{said}{'零' if rest < 10 else ''}{said_number(rest)}分"


def said_moment(moment: Moment, today: date, *, has_lunar: bool = False) -> str:
    """今晚六点半; 后天晚上七点; 星期五，十二月四号，农历十月二十六，晚上七点: when it begins, as said today.

    From a week on the date comes first, 十二月二十号，星期天: a weekday that is heard first is taken for the next one.
    """
    day, ahead = moment.day, (moment.day - today).days
    lunar = [said] if has_lunar and (said := said_lunar(day)) else []
    if language() != SOURCE_LANGUAGE:
        when = spoken_moment(day, moment.minutes, today)
        return _("，").join([_("%(day)s %(time)s", day=when, time=clock(moment.minutes)), *lunar])
    if ahead in (0, 1):
        return "，".join([spoken_moment(day, moment.minutes, today) + said_time(moment.minutes), *lunar])
    part = next(word for until, word in _PARTS_OF_DAY if moment.minutes < until or until == 24 * 60)
    told = part + said_time(moment.minutes)
    if ahead == 2:
        return "，".join([f"后天{told}", *lunar])
    weekday = weekday_name(day).replace("周日", "星期天").replace("周", "星期")
    days = [weekday, said_date(day, today)]
    return "，".join([*(days if 0 < ahead <= _WITHIN_A_WEEK else reversed(days)), *lunar, told])


def said_date(day: date, today: date) -> str:
    """十二月四号; the year is said only where it is not this one: 明年一月三号."""
    if language() != SOURCE_LANGUAGE:
        return spoken_day(day, today)
    years = {0: "", 1: "明年", -1: "去年"}
    year = years.get(day.year - today.year, "".join(_DIGITS[int(digit)] for digit in str(day.year)) + "年")
    return f"{year}{said_number(day.month)}月{said_number(day.day)}号"


def said_lunar(day: date) -> str:
    """农历十月二十六, for nobody says 廿; empty for years whose farmers' calendar is not known."""
    lunar = lunar_label(day).partition(" 节气")[0].replace("廿", "二十")
    return _("农历%(lunar)s", lunar=lunar) if lunar else ""


def unbracketed(text: str) -> str:
    """The same without brackets, to be read aloud: what stood in them comes after a pause."""
    return _BRACKETS.sub(_BESIDE, text).strip(" ，,")
