"""Who usually comes and has missed the last classes: for a visit, not for a list."""

from collections.abc import Sequence

LOOKED_AT = 8  # classes that were held, the one just recorded among them
_IN_A_ROW = 2
_FEWEST_BEFORE = 3


def has_stayed_away(was_there: Sequence[bool | None]) -> bool:
    """True for who came to half of the classes before, three at least, and neither came to the last two nor said why.

    `was_there`: of each class, the latest first; None: they had said that they would not come, or were not here yet.
    """
    last, before = was_there[:_IN_A_ROW], [one for one in was_there[_IN_A_ROW:] if one is not None]
    is_away = len(last) == _IN_A_ROW and not any(one is None or one for one in last)
    return is_away and len(before) >= _FEWEST_BEFORE and 2 * sum(map(bool, before)) >= len(before)
