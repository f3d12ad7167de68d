"""How often somebody may try to log in: so often that people never notice, so seldom that guessing leads nowhere.

A limit holds for one name, or for one address, never for everybody. It never locks: with time the tries come back.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from nightschool.texts import _


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many failed tries in any stretch of this length."""

    tries: int
    within: timedelta


BY_NAME = (
    Limit(5, timedelta(minutes=5)),
    Limit(20, timedelta(hours=1)),
    Limit(60, timedelta(days=1)),
)
# A township's office, or a whole county behind one telephone exchange, comes from one address.
BY_ADDRESS = (Limit(60, timedelta(minutes=10)), Limit(200, timedelta(hours=1)))
LONGEST_MEMORY = max(limit.within for limit in BY_NAME + BY_ADDRESS)


def most_tries(limits: Sequence[Limit]) -> int:
    """How many of the latest tries decide."""
    return max(limit.tries for limit in limits)


def next_try(failed: Sequence[datetime], limits: Sequence[Limit], now: datetime) -> datetime:
    """The instant from which the next try may be made; `now` when it may be made at once."""
    latest_first = sorted(failed, reverse=True)
    moment = now
    for limit in limits:
        if len(latest_first) >= limit.tries:
            moment = max(moment, latest_first[limit.tries - 1] + limit.within)
    return moment


def tell_wait(until: datetime, now: datetime) -> str:
    """How long to wait, and what else can be done. It says the same whether or not there is such an account."""
    minutes = max(1, math.ceil((until - now).total_seconds() / 60))
    if minutes < 90:
        return _("试错的次数多了，%(n)d 分钟后再试。忘了密码就找管理员打一张登录单。", n=minutes)
    return _("试错的次数多了，%(n)d 小时后再试。忘了密码就找管理员打一张登录单。", n=math.ceil(minutes / 60))
