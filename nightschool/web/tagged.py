"""Papers for the notice board: sent anew only to a browser that has not got them as they are now.

They are large and seldom asked for, so none is kept here: the kept ones of web/delivery.py stay those asked for most.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from flask import Response, current_app, g, make_response, request

from nightschool.web.delivery import EXTENSION


def tagged(shown: object, render: Callable[[], str]) -> Response:
    """The page, or 304. `shown` is everything the page is made of: its tag is the digest of what that says."""
    digest: Any = hashlib.blake2b(repr(shown).encode(), digest_size=12)
    digest.update(f"{g.lang} {g.big} {current_app.extensions[EXTENSION].digest}".encode())
    tag = digest.hexdigest()
    has_it = request.if_none_match.contains_weak(tag)
    response = Response(status=304) if has_it else make_response(render())
    response.set_etag(tag, weak=True)
    response.headers["Cache-Control"] = "no-cache"
    response.vary.add("Accept-Encoding")
    return response
