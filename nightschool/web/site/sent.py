"""What a form that was sent carries, and pages that hand it back where it could not be acted on."""

import re
import secrets
from urllib.parse import urlsplit

from flask import request

# What a page of ours put there by itself, anew each time.
ONCE = "once"
NOT_TYPED = ("csrf_token", ONCE)
# What stands for a choice: public ids, submissions and digests, and words of ours.
_NOT_SAID = ("version", "seen", "do", "s", "v", "u")
_IS_CODE = re.compile(r"[A-Za-z0-9_-]{22}|[0-9a-f-]{16,36}|[a-z_]{1,20}")
MOST_FIELDS = 5000
# A key of the WSGI environment, which no header can set (those all begin with HTTP_): see web/site/unsaved.py.
SENT_AGAIN = "nightschool.sent_again"


def new_once() -> str:
    """An id for one form on one page, by which it is known when it is sent twice (web/site/once.py)."""
    return secrets.token_urlsafe(16)


def sent_fields(*but: str) -> list[tuple[str, str]]:
    """(name, value) of all that was sent, in its order, without the tokens and without those named."""
    return [pair for pair in request.form.items(multi=True) if pair[0] not in (*NOT_TYPED, *but)]


def given_back() -> list[tuple[str, str]]:
    """What may be handed back on a page, to be sent again: nothing secret, and nothing that another site has sent."""
    if request.method != "POST" or not (request.environ.get(SENT_AGAIN) or _comes_from_here()):
        return []
    pairs = sent_fields()
    is_secret = any("password" in name or name == "code" for name, _value in pairs)
    return [] if is_secret or len(pairs) > MOST_FIELDS else pairs


def text_given_back() -> str:
    """The same as a text to be copied, one value a line, without what a page of ours has chosen words for."""
    values = (value.strip() for name, value in given_back() if name not in _NOT_SAID)
    return "\n".join(value for value in values if value and not _IS_CODE.fullmatch(value))


def once_sent() -> str:
    """The id of the form that was sent: sent again as it is, it is the same form."""
    return request.form.get(ONCE) or new_once()


def _comes_from_here() -> bool:
    """True when the browser says that the form stood on a page of this host; the cookie's SameSite says it too."""
    origin = request.headers.get("Origin") or request.referrer or ""
    return urlsplit(origin).netloc == request.host
