"""How often somebody may try a password: so often that people hardly notice, so seldom that guessing leads nowhere.

Nobody is ever locked out: after some tries in quick succession the next is let through a moment after the last one.
What a try is counted among is decided so that a stranger uses up the tries of strangers only. Of the tries that
strangers make on one name, wherever they come from, at most a hundred an hour are looked at. Nothing is counted of
login slips: their code has 55 random bits, so guessing leads nowhere however fast it is.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from nightschool.texts import _


@dataclass(frozen=True, slots=True)
class Pace:
    """After `free` failed tries within `within`, one more each time that `every` has gone by since the last."""

    free: int
    within: timedelta
    every: timedelta


_MINUTE = timedelta(minutes=1)
# A browser this account has used, one's own password changed among it: nobody else's tries are counted here.
KNOWN_BROWSER = Pace(5, 10 * _MINUTE, _MINUTE)
# Strangers' browsers, on one name.
STRANGER = Pace(5, 10 * _MINUTE, _MINUTE)
# The first tries of a network on one name. Apart, so that whoever keeps on guessing from a few networks takes nothing
# away from an owner who comes from another.
NEW_PLACE = Pace(5, 10 * _MINUTE, 2 * _MINUTE)
IS_NEW_FOR = 2  # tries
# One network, whatever the names: a whole county may come from one.
NETWORK = Pace(60, 10 * _MINUTE, timedelta(seconds=15))

MEMORY = timedelta(hours=1)
_WIDTH_OF_A_NETWORK = 64  # bits: what an IPv6 customer gets at least


def network_of(address: str) -> str:
    """The network that an address counts for: an IPv6 address its /64, an IPv4 address itself."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return f"{int(found) >> 128 - _WIDTH_OF_A_NETWORK:x}/{_WIDTH_OF_A_NETWORK}"


def next_try(failed: Sequence[datetime], pace: Pace, now: datetime) -> datetime:
    """The instant from which the next try may be made, never later than `every` from now; `now` when at once.

    `failed`: the tries that count, in any order; the latest `free` of them decide.
    """
    latest_first = sorted((min(moment, now) for moment in failed), reverse=True)
    if len(latest_first) < pace.free or latest_first[pace.free - 1] <= now - pace.within:
        return now
    return max(now, latest_first[0] + pace.every)


def tell_wait(until: datetime, now: datetime, *, is_network: bool, of_code: bool = False) -> str:
    """How long to wait, and what else can be done. It says the same whether or not there is such an account."""
    seconds = max(1, math.ceil((until - now).total_seconds()))
    if of_code:
        return _("验证码试错的次数多了，过 %(n)d 秒再试。", n=seconds)
    if is_network:
        return _(
            "你这个网络上，试错密码的次数多了，不一定是你。过 %(n)d 秒再试；用登录单，或者换一部登录过的手机，不用等。",
            n=seconds,
        )
    return _(
        "密码试错的次数多了，过 %(n)d 秒再试。忘了密码，找管理员打一张登录单，用登录单不用等。", n=seconds
    )
