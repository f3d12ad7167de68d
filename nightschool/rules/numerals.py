"""Numbers as people write them: 17, １７, 十七, 一百零三, 二〇."""

import re
import unicodedata

NUMERALS = "零〇一二三四五六七八九十百两"
_IN_PLACES = re.compile("[零〇一二三四五六七八九两]+")
_COUNTED = re.compile(
    "(?:([一二两三四五六七八九])百)?零?(?:([一二三四五六七八九])?(十))?([一二三四五六七八九])?"
)


def number_of(text: str) -> int | None:
    """What these digits or numerals stand for, up to 999 where they are counted; None where it is no such number."""
    if text.isascii():
        return int(text) if text.isdigit() else None
    if _IN_PLACES.fullmatch(text):
        return int("".join(str(_digit(one)) for one in text))
    found = _COUNTED.fullmatch(text)
    if found is None:
        return None
    hundreds, tens, ten, ones = found.groups()
    return 100 * _digit(hundreds or "零") + (10 * _digit(tens or "一") if ten else 0) + _digit(ones or "零")


def _digit(one: str) -> int:
    # The one numeral that Unicode gives no value is the spoken two.
    return int(unicodedata.numeric(one, 2))
