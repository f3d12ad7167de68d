"""The second factor: six digits from an app on a phone (TOTP, RFC 6238), or a line of a recovery slip on paper."""

from collections.abc import Iterable
from datetime import timedelta

from nightschool.rules.access import Role
from nightschool.rules.names import normalised

DIGITS = 6
STEP_SECONDS = 30
STEPS_BESIDE = 1  # steps that a phone's clock may be off, either way
MOST_WRONG = 50  # codes in a row, whoever typed them; then only a recovery slip lets in
RECOVERY_CODES = 8
HALF_WAY = timedelta(minutes=10)  # from the password to the code


def wants_second_factor(roles: Iterable[str], wanted: str) -> bool:
    """True when whoever has these roles must have a second factor; `wanted` is the setting of that name."""
    return wanted == "everybody" or (wanted == "officers" and any(role != Role.COORDINATOR for role in roles))


def read_digits(typed: str) -> str:
    """The six digits somebody typed, blanks between them or not, full-width or not; empty when they are none."""
    plain = "".join(normalised(typed[:60]).split())
    return plain if len(plain) == DIGITS and plain.isascii() and plain.isdigit() else ""
