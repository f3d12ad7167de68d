"""Which change a class session allows, by its status; and the sentence for one it does not."""

from enum import StrEnum

from nightschool.errors import Refused
from nightschool.texts import N_, _


class Change(StrEnum):
    """What a coordinator can do to one class session."""

    MOVE = "move"
    EDIT = "edit"  # title, place, teachers
    CANCEL = "cancel"
    POSTPONE = "postpone"
    RESTORE = "restore"  # what was cancelled takes place after all


# A held session took place where and when its register says: who taught it, and where, may still be put right.
_ALLOWED: dict[str, frozenset[Change]] = {
    "draft": frozenset(Change) - {Change.RESTORE},
    "scheduled": frozenset(Change) - {Change.RESTORE},
    "held": frozenset({Change.EDIT}),
    "cancelled": frozenset({Change.RESTORE}),
    "postponed": frozenset(),
}

_WHY_NOT = {"held": "has_register", "cancelled": "is_cancelled", "postponed": "is_postponed"}


def may_change(change: Change, status: str) -> bool:
    """Whether a session of this status allows this change."""
    return change in _ALLOWED[status]


def check_change(change: Change, status: str) -> None:
    """Raises Refused unless the change is allowed."""
    if not may_change(change, status):
        raise refused_change(change, status)


def refused_change(change: Change, status: str) -> Refused:
    """The refusal of a change that this status does not allow; for the codes see `tell_refused_change`."""
    return Refused(_WHY_NOT.get(status, "not_cancelled"), change=change)


_REFUSED = {
    "has_register": N_("这节课已经记了到课，时间不能改，也不能取消。要改，先把登记作废，写明原因。"),
    "is_cancelled": N_("这节课已经取消了，不能再改。还是要上，就先恢复它。"),
    "is_postponed": N_("这节课已经改期了。要改，就改新的那一节。"),
    "not_cancelled": N_("这节课没有取消，不用恢复。"),
    "already_there": N_("这门课这一天这个时间已经有一次了。换一个时间。"),
    "reason_missing": N_("还没选原因。选一个最接近的，细节写在后面。"),
    "nothing_picked": N_("一次都没勾。至少勾一次，或者回去。"),
    "same_slot": N_("新的时间和原来一样。改期要换一天，或者换一个钟点。"),
}


def tell_refused_change(refused: Refused) -> str:
    """One sentence: why this cannot be done, and what can."""
    return _(_REFUSED[refused.code])
