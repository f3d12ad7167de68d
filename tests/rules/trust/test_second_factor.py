"""The codes of an app, and of whom one is wanted."""

from nightschool.rules.access import Role
from nightschool.rules.trust.second_factor import read_digits, wants_second_factor


def test_what_is_typed_is_read_as_it_was_meant() -> None:
    assert [read_digits(typed) for typed in ("287 082", "２８７０８２", " 287082\n")] == ["287082"] * 3
    assert [read_digits(typed) for typed in ("28708", "2870822", "28708a", "٢٨٧٠٨٢", "")] == [""] * 5


def test_it_is_wanted_of_officers_or_of_everybody() -> None:
    assert [
        wants_second_factor([Role.COORDINATOR], wanted) for wanted in ("nobody", "officers", "everybody")
    ] == [
        False,
        False,
        True,
    ]
    assert all(
        wants_second_factor([Role.COORDINATOR, role], "officers") for role in set(Role) - {Role.COORDINATOR}
    )
    assert not wants_second_factor(Role, "nobody")
