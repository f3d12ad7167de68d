"""What people see when something cannot be done. The only place that catches everything."""

import logging
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, g, render_template, request
from werkzeug.exceptions import (
    HTTPException,
    InternalServerError,
    RequestEntityTooLarge,
    SecurityError,
    ServiceUnavailable,
)

from nightschool.actions.records import MOST_PHONES_AN_HOUR
from nightschool.database import OUT_OF_REACH, is_full
from nightschool.errors import Frozen, TooManyPhones
from nightschool.queries.trust.trust import Login
from nightschool.web.site.redirects import this_path
from nightschool.web.site.sent import given_back, once_sent

_logger = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    """Every failure has a page in the reader's language; what is not found has its own, in the feature that finds."""
    app.register_error_handler(HTTPException, _http)
    for kind in OUT_OF_REACH:
        app.register_error_handler(kind, _database_away)
    app.register_error_handler(Frozen, _frozen)
    app.register_error_handler(TooManyPhones, _too_many_phones)
    app.register_error_handler(Exception, _unexpected)


def _page(name: str, status: int) -> tuple[str, int]:
    return render_template(f"errors/{name}.html"), status


def _not_saved(name: str, status: int, **said: bool) -> tuple[str, int]:
    """The page carries what was sent, so that one more tap sends it again."""
    back = {"fields": given_back(), "path": this_path(), "once": once_sent(), **said}
    return render_template(f"errors/{name}.html", status=status, **back), status


def _http(error: HTTPException) -> Any:
    if error.code is None or error.response is not None or error.code < 400:
        return error
    if isinstance(error, SecurityError):
        # Sent to a host that is not ours: no page can be built, since no address on it would be right.
        return Response("400\n", status=400, mimetype="text/plain")
    if isinstance(error, RequestEntityTooLarge):
        kilobytes = (request.max_content_length or 0) // 1024
        most = f"{kilobytes} KB" if kilobytes < 1024 else f"{kilobytes // 1024} MB"
        return render_template("errors/413.html", most=most), 413
    if error.code >= 500:
        return _page("500", error.code)
    return _page("400", error.code)


def _database_away(error: Exception) -> Any:
    if is_full(error):
        return _full()
    _logger.exception("the database did not answer: %s %s", request.method, request.endpoint)
    return _not_saved("503", ServiceUnavailable.code)


def _frozen(_error: Frozen) -> Any:
    return _not_saved("frozen", ServiceUnavailable.code)


def _too_many_phones(_error: TooManyPhones) -> Any:
    most = render_template("errors/too_many_phones.html", most=MOST_PHONES_AN_HOUR)
    return most, HTTPStatus.TOO_MANY_REQUESTS


def _full() -> Any:
    """Nothing is asked of the database: who is logged in was read before anything was to be saved."""
    _logger.error("the disk is full: %s %s", request.method, request.endpoint)
    login: Login | None = g.get("login")
    is_administrator = login is not None and bool(login.actor.posts_for("manage_accounts"))
    return _not_saved("507", HTTPStatus.INSUFFICIENT_STORAGE, is_administrator=is_administrator)


def _unexpected(error: Exception) -> Any:
    if is_full(error):
        return _full()
    _logger.exception("unexpected: %s %s", request.method, request.endpoint)
    return _not_saved("500", InternalServerError.code)
