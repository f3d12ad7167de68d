"""The state of a class session: whether it is still meant to be, and the word people say for it."""

from nightschool.texts import _

# Values of models.teaching.SessionStatus.
TO_COME = ("draft", "scheduled")
HOLDING = (*TO_COME, "held")  # what holds its slot, its teachers and its room


def status_word(status: str, is_past: bool) -> str:
    """已开课, 没开成, 还没记, … . `status` is a models.teaching.SessionStatus."""
    if status == "draft":
        return _("还没公布")
    if status == "held":
        return _("已开课")
    if status == "postponed":
        return _("改期")
    if status == "cancelled":
        return _("没开成") if is_past else _("取消")
    return _("还没记") if is_past else _("照常")
