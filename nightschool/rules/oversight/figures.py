"""What a figure counts, in words and with a version: paper and screen say it, and an old paper can be written again.

Who changes what is counted gives the figure a higher version here, from a day on, and keeps the one `before`; the SQL
stands in `queries/figures.py`, and how the one before is read off a row at the columns that show it (`formerly`). A
time is told by the versions of its first day, whenever it is printed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from nightschool.texts import N_, _


@dataclass(frozen=True)
class Definition:
    """One figure. `word`: 人次, 人数, 学时; never without it."""

    word: str  # N_()
    version: int
    means: str  # N_()
    since: date | None = None  # of a version that took the place of another, its first day
    before: Definition | None = None

    def on(self, day: date) -> Definition:
        """The version that held on this day."""
        return self.before.on(day) if self.before and self.since and day < self.since else self

    @property
    def versions(self) -> tuple[Definition, ...]:
        """This one, and those before it."""
        return (self, *(self.before.versions if self.before else ()))


DAYS_ON_TIME = 3  # after the day of the class: a register, or the reason why there was none, is there by then

ATTENDANCES = Definition(N_("人次"), 1, N_("清点过的按清点人数，没清点的按名单加外来的人"))
DISTINCT_PEOPLE = Definition(N_("人数"), 1, N_("名单上的人本人来过的，一个人只算一次"))
EXPECTED = Definition(
    N_("要求"), 2, N_("县里或者镇上定的次数，乘每一周、月、季、年第一天已经办起来、还在的夜校数；没定的不算")
)
WOMEN = Definition(N_("其中女"), 1, N_("清点的时候数的，是人次；没数的空着"))
OVER_60 = Definition(N_("60 岁以上"), 1, N_("清点的时候数的，是人次；没数的空着"))
HOUSEHOLDS = Definition(
    N_("来过的户"),
    1,
    N_("名单上有人来过的户，家里人代来、补课的也算，一户只算一次；没写户主的一个人算一户，是户数"),
)
HOUSEHOLDS_REACHED = Definition(
    N_("覆盖户率"),
    2,
    N_("在本地来过课的本地户，占本地全村户数的百分之几；没写全村户数的村，两样都不算进去"),
    since=date(2026, 12, 1),
    before=Definition(
        N_("覆盖户率"), 1, N_("来过的户，占夜校写的全村户数的百分之几；有一个村没写全村户数就不算")
    ),
)
OF_KIND = Definition(
    N_("户类人次"), 1, N_("按上课那天的户类，名单上的人本人来的，是人次；没写用途的村、没记过的户不算")
)
PEOPLE_OF_KIND = Definition(
    N_("户类人数"), 1, N_("按上课那天的户类，名单上的人本人来过的，一个人一类只算一次，是人数")
)
ENROLLED = Definition(N_("在册人数"), 1, N_("进过这个班名单的人，后来退出的也算，候补的不算，是人数"))
CAME_TO_COHORT = Definition(N_("本人来上课"), 1, N_("名单上的人这段时间本人来了几次，加起来，是人次"))
GRADUATES = Definition(N_("够结业"), 1, N_("还在班里、到今天够了结业条件的人，是人数"))
LEFT_COHORT = Definition(N_("退出"), 1, N_("进过班又退出的人，是人数"))
ON_TIME = Definition(N_("按时登记"), 1, N_("上完课 3 天之内点了名的，或者写了为什么没上的"))
PERSON_HOURS = Definition(N_("人时"), 1, N_("每节课的人次乘课时长，60 分钟算一小时，不满一小时的舍去"))
WISHES = Definition(N_("点单"), 1, N_("村里上了单的，没撤下的；合在一起的算一个"))
WISHING_HOUSEHOLDS = Definition(N_("户数"), 1, N_("想学的有几户，合过来的也算；一户想学几样算几次"))
UNMET_WISHES = Definition(N_("暂时办不到"), 1, N_("村里说了为什么办不到的点单"))
MET_WISHES = Definition(N_("办到了"), 1, N_("为它上过课的点单；排了还没上的不算"))
WAITING_DAYS = Definition(N_("等了几天"), 1, N_("从提出来那天到今天；还没上过课、也没说办不到的才算"))
HOURS = Definition(N_("学时"), 1, N_("45 分钟算一个，不满十分之一的舍去"))


def tell_figure(figure: Definition) -> str:
    """One sentence: what it counts, in which version."""
    words = {"word": _(figure.word), "version": figure.version, "means": _(figure.means)}
    return _("%(word)s：%(means)s（口径第 %(version)d 版）。", **words)


def percent(part: int, whole: int) -> int | None:
    """Whole percent, cut and not rounded, so that 100 means all; None of nothing."""
    return 100 * part // whole if whole else None
