"""The state of a class session in one word, as people say it."""

from nightschool.texts import _


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
