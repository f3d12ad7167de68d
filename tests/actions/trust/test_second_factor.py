"""The codes of an app."""

from datetime import UTC, datetime

import pytest

from nightschool.actions.trust.second_factor import step_of

SECRET = b"12345678901234567890"  # of RFC 6238, appendix B


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (2000000000, "279037")],
)
def test_the_codes_are_those_of_the_standard_and_each_lets_in_once(seconds: int, code: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    assert step_of(code, SECRET, at=at, after=None) == seconds // 30
    assert step_of(code, SECRET, at=at, after=seconds // 30) is None
    assert step_of(code, SECRET, at=datetime.fromtimestamp(seconds + 61, UTC), after=None) is None
    assert step_of("", SECRET, at=at, after=None) is None
