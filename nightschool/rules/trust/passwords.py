"""Passwords: any characters, Chinese too; long enough, and not the login name itself."""

import unicodedata

from nightschool.texts import _

SHORTEST = 8
LONGEST = 128


def normalised(password: str) -> str:
    """The password as it is hashed: the same whatever keyboard it came from (full-width or not, composed or not)."""
    return unicodedata.normalize("NFKC", password)


def problem_of(password: str, login_name: str = "") -> str | None:
    """Why this cannot be a password: "too_short", "too_long" or "is_login_name"; None when it can.

    Source: NIST SP 800-63B asks for length and no rules about kinds of characters.
    """
    if len(password) > LONGEST:  # before composing, which can make a long text much longer
        return "too_long"
    length = len(normalised(password))
    if length < SHORTEST:
        return "too_short"
    if length > LONGEST:
        return "too_long"
    if login_name and normalised(password).strip().lower() == normalised(login_name).strip().lower():
        return "is_login_name"
    return None


def tell_problem(code: str) -> str:
    """The sentence for what `problem_of` found."""
    match code:
        case "too_short":
            return _("密码太短，至少 %(n)d 个字。可以用一句自己记得住的话。", n=SHORTEST)
        case "too_long":
            return _("密码太长，最多 %(n)d 个字。", n=LONGEST)
        case "is_login_name":
            return _("密码不能和登录名一样，别人一猜就中。")
    raise ValueError(code)
