"""What a figure counts, in words and with a version: paper and screen say it, and an old paper can be understood.

Who changes what is counted gives the figure a higher version here; the SQL stands in `queries/figures.py`.
"""

from dataclasses import dataclass

from nightschool.texts import N_, _


@dataclass(frozen=True)
class Definition:
    """One figure. `word`: 人次, 人数, 学时; never without it."""

    word: str  # N_()
    version: int
    means: str  # N_()


DAYS_ON_TIME = 3  # after the day of the class: a register, or the reason why there was none, is there by then

ATTENDANCES = Definition(N_("人次"), 1, N_("清点过的按清点人数，没清点的按名单加外来的人"))
DISTINCT_PEOPLE = Definition(N_("人数"), 1, N_("名单上的人本人来过的，一个人只算一次"))
EXPECTED = Definition(N_("要求"), 1, N_("县里或者镇上定的次数，乘现在的夜校数；没定的不算"))
ON_TIME = Definition(N_("按时登记"), 1, N_("上完课 3 天之内点了名的，或者写了为什么没上的"))
PERSON_HOURS = Definition(N_("人时"), 1, N_("每节课的人次乘课时长，60 分钟算一小时，不满一小时的舍去"))
HOURS = Definition(N_("学时"), 1, N_("45 分钟算一个，不满十分之一的舍去"))


def tell_figure(figure: Definition) -> str:
    """One sentence: what it counts, in which version."""
    words = {"word": _(figure.word), "version": figure.version, "means": _(figure.means)}
    return _("%(word)s：%(means)s（口径第 %(version)d 版）。", **words)


def percent(part: int, whole: int) -> int | None:
    """Whole percent, cut and not rounded, so that 100 means all; None of nothing."""
    return 100 * part // whole if whole else None
