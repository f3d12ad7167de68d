"""Which change of a class session its status allows, and the sentence for one it does not."""

import pytest

from nightschool.errors import Refused
from nightschool.models.teaching import SessionStatus
from nightschool.rules.courses.changes import Change, check_change, may_change, tell_refused_change
from nightschool.rules.courses.reasons import REASONS, reason_choices, tell_reason


@pytest.mark.parametrize("change", list(Change))
@pytest.mark.parametrize("status", list(SessionStatus))
def test_every_change_of_every_status_is_allowed_or_refused_with_a_sentence(
    change: Change, status: SessionStatus
) -> None:
    to_come = status in (SessionStatus.DRAFT, SessionStatus.SCHEDULED) and change is not Change.RESTORE
    others = {(SessionStatus.HELD, Change.EDIT), (SessionStatus.CANCELLED, Change.RESTORE)}
    allowed = to_come or (status, change) in others
    assert may_change(change, status) is allowed
    if allowed:
        check_change(change, status)
    else:
        with pytest.raises(Refused) as refusal:
            check_change(change, status)
        assert tell_refused_change(refusal.value).startswith(("这节课已经", "这节课没有取消"))


def test_every_reason_can_be_chosen() -> None:
    assert [code for code, _words in reason_choices()] == list(REASONS)


def test_a_reason_is_told_in_the_coordinators_words_where_there_are_some() -> None:
    assert tell_reason("teacher_away", "周老师去县里开会") == "周老师去县里开会"
    assert tell_reason("teacher_away", "") == "老师来不了"
    assert tell_reason(None, "") == ""
