"""What people type, as it is kept: every character they can mean stays, every kind of blank is a blank."""

import re
import unicodedata

from nightschool.texts import _

LONGEST_LINE = 60  # characters, where nothing else is said

# Line breaks of every system and every kind of separator that is one: in a list, the next entry begins there.
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# Blanks of one sort or another. The wide one stays itself: names are set with it, and it is a blank to everybody.
_BLANKS = re.compile("[\t\x1f\xa0\u1680\u2000-\u200a\u202f\u205f]")
# What is no character: controls, halves of one, those set aside for programs, and what turns the direction of all that
# follows. Whatever else there is stays, also what this Python has no name for yet, or a font its own place.
_GONE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
# Composing would put another character in the place of one of these (U+F92C, which names are written with).
_COMPOSABLE = re.compile("[^\uf900-\ufaff\U0002f800-\U0002fa1f]+")
_AT_THE_ENDS = re.compile("^[ \n\u3000\u200b\u2060\ufeff]+|[ \n\u3000\u200b\u2060\ufeff]+$")
_UNSEEN = frozenset({"Zs", "Cf", "Mn", "Me"})


def cleaned(text: str) -> str:
    """The text as it is kept: composed, in lines, without what is no character; empty when nothing of it is seen."""
    if text.isascii() and text.isprintable():
        return text.strip()
    plain = _GONE.sub("", _BLANKS.sub(" ", _LINE_ENDS.sub("\n", text)))
    if not plain.isascii():
        plain = _COMPOSABLE.sub(lambda run: unicodedata.normalize("NFC", run[0]), plain)
    plain = _AT_THE_ENDS.sub("", plain)
    return plain if any(unicodedata.category(c) not in _UNSEEN for c in plain) else ""


def one_line(text: str) -> str:
    """The text as it is kept where there is one line for it."""
    return cleaned(text).replace("\n", " ")


_MAIL_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


def is_mail_address(text: str) -> bool:
    """True when mail can be sent there by its looks: one address and nothing beside it."""
    return _MAIL_ADDRESS.fullmatch(text) is not None


def without_unseen(text: str) -> str:
    """The text without joiners and marks that have no width, which a paste puts between digits."""
    return text if text.isprintable() else "".join(c for c in text if unicodedata.category(c) != "Cf")


# 6 digits of a place, a date of birth, 3 digits, and since 1999 one that checks them. Mistyped, it is somebody's still.
_BORN = "(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
_IDENTITY = re.compile(rf"(?<![0-9])[1-9][0-9]{{5}}(?:1[89]|20)[0-9]{{2}}{_BORN}[0-9]{{3}}[0-9Xx](?![0-9])")
_OLD_IDENTITY = re.compile(rf"(?<![0-9])[1-9][0-9]{{5}}[ -]?[0-9]{{2}}{_BORN}[ -]?[0-9]{{3}}(?![0-9])")
_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])[ .\-](?=[0-9Xx])")


def has_identity_number(text: str) -> bool:
    """True when an identity number of the present or the old kind may stand in the text, right or mistyped.

    They are never written down (PIPL 28): 15 or 18 places with a date in them that somebody may be born on.
    """
    plain = unicodedata.normalize("NFKC", without_unseen(text))
    return bool(
        _IDENTITY.search(plain)
        or _OLD_IDENTITY.search(plain)
        or _IDENTITY.search(_BETWEEN_DIGITS.sub("", plain))
    )


def cell_name(column: int, line: int) -> str:
    """How Excel names the cell in this column (from 0) and line (from 1): B14."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{line}"


def why_not_kept(text: str, longest: int) -> str:
    """The sentence why this text cannot be kept, and what to do; empty when it can."""
    if len(text) > longest:
        return _("最多写 %(n)d 个字，现在有 %(now)d 个。", n=longest, now=len(text))
    if "�" in text:
        return _("里面有个字坏了，成了「�」。把它改成原来的字再存。")
    if has_identity_number(text):
        return _("里面像是有身份证号。夜校不记身份证号，去掉再存。")
    return ""
