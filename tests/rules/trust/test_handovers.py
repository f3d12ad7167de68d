"""A village handed over: what is missing, and what cannot be, is said at its field."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from nightschool.errors import Refused
from nightschool.rules.trust.handovers import Handover, check_handover

TODAY = date(2026, 11, 24)
RIGHT = Handover(leaving={"a"}, login_name="cxy1", from_day=TODAY)


@pytest.mark.parametrize("days", [0, 92])
def test_it_holds_from_today_or_from_a_day_within_a_quarter(days: int) -> None:
    day = TODAY + timedelta(days=days)
    assert check_handover(replace(RIGHT, from_day=day), today=TODAY) == day
    assert check_handover(replace(RIGHT, login_name="", display_name="陈秀英"), today=TODAY) == TODAY


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        ({"leaving": ()}, "nobody_leaves", "leaving"),
        ({"login_name": ""}, "nobody_comes", "login_name"),
        ({"display_name": "陈秀英"}, "two_come", "login_name"),
        ({"from_day": None}, "day_past", "from_day"),
        ({"from_day": TODAY - timedelta(days=1)}, "day_past", "from_day"),
        ({"from_day": TODAY + timedelta(days=93)}, "day_too_far", "from_day"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(wrong: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(Refused) as refused:
        check_handover(replace(RIGHT, **wrong), today=TODAY)
    assert (refused.value.code, refused.value.field, refused.value.others) == (code, field, ())
    if code == "day_too_far":
        assert refused.value.details == {"day": TODAY + timedelta(days=92)}
