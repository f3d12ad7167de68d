"""Where to go on after logging in: only to a page of ours, named by its path."""

import re
from urllib.parse import quote, urlsplit

from flask import current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

LONGEST = 500
# Printable ASCII without what some browser reads as a slash or drops: everything else arrives percent-encoded.
_PLAIN = re.compile(r"/(?![/\\])[!-\[\]-~]*\Z")
# Two slashes, a step up or aside, or one of these or a control character in disguise.
_CROOKED = re.compile(r"//|/\.{1,2}(?:/|\Z)|%(?:2[ef5]|5c|7f|[01][0-9a-f])", re.IGNORECASE)


def own_path(text: str | None) -> str | None:
    """The path, with its query, when it leads to a page here that can be looked at; None for everything else."""
    if not text or len(text) > LONGEST or not _PLAIN.match(text):
        return None
    parts = urlsplit(text)
    if parts.scheme or parts.netloc or parts.fragment or _CROOKED.search(parts.path):
        return None
    adapter = current_app.url_map.bind("", script_name=request.script_root or "/")
    try:
        adapter.match(parts.path, method="GET")
    except (RequestRedirect, HTTPException):
        return None
    return text


def this_path() -> str:
    """This request's own path, with its query, percent-encoded."""
    query = request.query_string.decode("ascii", "ignore")
    return quote(request.path) + (f"?{query}" if query else "")
