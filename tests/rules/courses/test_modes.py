"""How a class is given: as was chosen, or as is usual where it meets."""

import pytest

from nightschool.rules.courses.modes import mode_of, mode_word, tell_mode


@pytest.mark.parametrize(
    ("chosen", "venue_kind", "mode"),
    [
        ("demo", "field", "demo"),
        (None, "field", "field"),
        (None, "courtyard", "courtyard"),
        (None, "online", "online"),
        (None, "household", "home"),
        (None, "meeting_room", "lecture"),
        (None, None, "lecture"),
    ],
)
def test_a_class_is_given_as_chosen_or_as_usual_there(
    chosen: str | None, venue_kind: str | None, mode: str
) -> None:
    assert mode_of(chosen, venue_kind) == mode


def test_villagers_are_not_told_that_a_class_is_a_lecture() -> None:
    assert (tell_mode("lecture"), tell_mode("home"), mode_word("lecture")) == ("", "送教入户", "讲座")
