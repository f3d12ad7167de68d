"""The code on a login slip: easy to read out and to type, hard to guess."""

import unicodedata
from collections.abc import Iterable
from datetime import timedelta

# What codes are made of: of characters that look alike on paper, 0 O Q, 1 I L, 2 Z, 5 S, 6 G, 8 B or U V, at most one.
# Twelve of them are 55 bits.
ALPHABET = "23456789ACDEFHJKMNPRTVWXY"
# What codes were made of before, Crockford's base 32: slips on paper are good for VALID.
_READABLE = frozenset("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
LENGTH = 12
GROUP = 4
VALID = timedelta(days=14)

_MISREAD = str.maketrans("OIL", "011")


def code_of(numbers: Iterable[int]) -> str:
    """The code that these numbers (LENGTH of them, places in ALPHABET) spell, without its hyphens."""
    return "".join(ALPHABET[number] for number in numbers)


def grouped(code: str) -> str:
    """The code as it is printed: 7K3M-9RTX-2D4A."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def read_code(typed: str) -> str:
    """The code somebody typed: hyphens, blanks, case and look-alikes do not matter. Empty when it cannot be one."""
    if len(typed) > 60:
        return ""
    plain = unicodedata.normalize("NFKC", typed).upper().translate(_MISREAD)
    code = "".join(character for character in plain if character.isalnum())
    return code if len(code) == LENGTH and _READABLE.issuperset(code) else ""
