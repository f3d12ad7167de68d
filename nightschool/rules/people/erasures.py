"""Erasure: why somebody's data is taken away for good, and what stands in its place so that counts stay right."""

from nightschool.texts import N_, _

WHY = {
    "asked": N_("本人要求删，或者家里人替本人要求"),
    "needless": N_("留着已经没有用"),
}
_ERASED = "××"  # as papers here put it where a name may not stand; stored, so of no language


def why_word(code: str) -> str:
    """Why, in words."""
    return _(WHY[code])


def stand_in(letters: str) -> str:
    """What stands where a name stood: no two alike, so that two who are erased are not counted as one household."""
    return f"{_ERASED}{letters}"
