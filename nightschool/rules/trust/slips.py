"""The code on a login slip: easy to read out and to type, hard to guess."""

import unicodedata
from collections.abc import Iterable
from datetime import timedelta

# Crockford's base 32: no I, L, O or U, so that nothing is taken for 1, 0 or V. Twelve of them are 60 bits.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 12
GROUP = 4
VALID = timedelta(days=14)

_MISREAD = str.maketrans("OIL", "011")


def code_of(numbers: Iterable[int]) -> str:
    """The code that these numbers (0–31, LENGTH of them) spell, without its hyphens."""
    return "".join(ALPHABET[number] for number in numbers)


def grouped(code: str) -> str:
    """The code as it is printed: 7K3M-9QTX-2B4D."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def read_code(typed: str) -> str:
    """The code somebody typed: hyphens, blanks, case and look-alikes do not matter. Empty when it cannot be one."""
    if len(typed) > 60:
        return ""
    plain = unicodedata.normalize("NFKC", typed).upper().translate(_MISREAD)
    code = "".join(character for character in plain if character.isalnum())
    return code if len(code) == LENGTH and all(character in ALPHABET for character in code) else ""
