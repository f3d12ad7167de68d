"""What people say of a class session, by its state and by whether its day is over."""

import pytest

from nightschool.models.teaching import SessionStatus
from nightschool.rules.courses.statuses import HOLDING, TO_COME, status_word


@pytest.mark.parametrize(
    ("status", "to_come", "past"),
    [
        ("draft", "还没公布", "还没公布"),
        ("scheduled", "照常", "还没记"),
        ("held", "已开课", "已开课"),
        ("postponed", "改期", "改期"),
        ("cancelled", "取消", "没开成"),
    ],
)
def test_each_state_has_its_word(status: str, to_come: str, past: str) -> None:
    assert (status_word(status, is_past=False), status_word(status, is_past=True)) == (to_come, past)


def test_a_class_holds_its_room_unless_it_does_not_take_place() -> None:
    assert set(SessionStatus) - set(HOLDING) == {"cancelled", "postponed"}
    assert set(HOLDING) - set(TO_COME) == {"held"}
