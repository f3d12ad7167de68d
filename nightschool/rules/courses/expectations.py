"""How many people a teacher may expect: what was entered for the course, else how many came the last times."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median_low

from nightschool.texts import _, counted

LAST_TIMES = 8  # held sessions of a course that are looked at
_ENOUGH_TO_TRIM = 5  # from so many on the fullest and the emptiest evening are left out


@dataclass(frozen=True, slots=True)
class UsualTurnout:
    """How many came the last times: from, to, and the middle."""

    least: int
    most: int
    middle: int


def usual(counts: Iterable[int]) -> UsualTurnout | None:
    """What is usual by these counts of 人次; None where nobody has counted yet."""
    known = sorted(counts)
    if not known:
        return None
    if len(known) >= _ENOUGH_TO_TRIM:
        known = known[1:-1]
    return UsualTurnout(known[0], known[-1], median_low(known))


def tell_expected(expected: int | None, turnout: UsualTurnout | None) -> str:
    """预计来 30 人; else 前几次来了 20–30 人，多半是 26 人; empty where neither is known."""
    if expected is not None:
        return counted("预计来 %(n)d 人", expected)
    if turnout is None:
        return ""
    if turnout.least == turnout.most:
        return counted("前几次来了 %(n)d 人", turnout.most)
    return _(
        "前几次来了 %(least)d–%(most)d 人，多半是 %(middle)d 人",
        least=turnout.least,
        most=turnout.most,
        middle=turnout.middle,
    )
