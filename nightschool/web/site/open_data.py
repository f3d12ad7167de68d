"""Answers for other programs: any page of any site may read them, without a key; and the schemas they keep to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, current_app, request

from nightschool.formats.timetable_json import schema
from nightschool.web.site.access import public
from nightschool.web.site.delivery import fresh_for
from nightschool.web.site.headers import OPEN

bp = Blueprint("open_data", __name__)

A_DAY = 24 * 3600
ALLOWED = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "If-None-Match",
    "Access-Control-Max-Age": str(A_DAY),
}


def open_data(view: Callable[..., Any]) -> Callable[..., Any]:
    """The view answers other programs."""
    view.is_open = True  # type: ignore[attr-defined]  # read by _open
    return view


@bp.get('/schema/<any("village", "region"):document>.json')
@public
@open_data
def show_schema(document: str) -> Response:
    """What the fields of /v/….json or /r/….json are and mean."""
    return fresh_for(A_DAY, schema(document), "application/schema+json")


@bp.after_app_request
def _open(response: Response) -> Response:
    """Failures too, or another program would never learn of them; and the question whether asking is allowed."""
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "is_open", False):
        response.headers.update(OPEN)
        if request.method == "OPTIONS":
            response.headers.update(ALLOWED)
    return response
