"""Passwords: any characters, Chinese too; long enough, and not the login name itself."""

import unicodedata

from nightschool.texts import _

_SHORTEST = 8
_LONGEST = 128


def as_hashed(password: str) -> str:
    """The password as it is hashed: the same whatever keyboard it came from (full-width or not, composed or not)."""
    return unicodedata.normalize("NFKC", password)


def problem_of(password: str, login_name: str = "") -> str | None:
    """Why this cannot be a password: "too_short", "too_long" or "is_login_name"; None when it can.

    Source: NIST SP 800-63B asks for length and no rules about kinds of characters.
    """
    if len(password) > _LONGEST:  # before composing, which can make a long text much longer
        return "too_long"
    length = len(as_hashed(password))
    if length < _SHORTEST:
        return "too_short"
    if length > _LONGEST:
        return "too_long"
    if login_name and as_hashed(password).strip().lower() == as_hashed(login_name).strip().lower():
        return "is_login_name"
    return None


def tell_problem(code: str) -> str:
    """The sentence for what `problem_of` found."""
    match code:
        case "too_short":
            return _("密码太短，至少 %(n)d 个字。可以用一句自己记得住的话。", n=_SHORTEST)
        case "too_long":
            return _("密码太长，最多 %(n)d 个字。", n=_LONGEST)
        case "is_login_name":
            return _("密码不能和登录名一样，别人一猜就中。")
    raise ValueError(code)
