"""Who usually comes and has missed two classes is worth a visit; nobody else is named."""

import pytest

from nightschool.rules.registers.missed import has_stayed_away

CAME, AWAY, TOLD = True, False, None


@pytest.mark.parametrize(
    ("latest_first", "is_named"),
    [
        ((AWAY, AWAY, CAME, CAME, CAME), True),
        ((AWAY, AWAY, CAME, AWAY, CAME, AWAY), True),
        ((AWAY, AWAY, CAME, AWAY, AWAY), False),
        ((AWAY, AWAY, CAME, CAME), False),
        ((AWAY, AWAY, CAME, CAME, TOLD), False),
        ((AWAY, AWAY, TOLD, CAME, CAME, CAME), True),
        ((AWAY, TOLD, CAME, CAME, CAME), False),
        ((TOLD, AWAY, CAME, CAME, CAME), False),
        ((AWAY, CAME, CAME, CAME, CAME), False),
        ((CAME, AWAY, CAME, CAME, CAME), False),
        ((AWAY,), False),
        ((), False),
        ((AWAY,) * 8, False),
    ],
)
def test_only_who_usually_comes_and_missed_two_in_a_row_without_a_word_is_named(
    latest_first: tuple[bool | None, ...], is_named: bool
) -> None:
    assert has_stayed_away(latest_first) is is_named
