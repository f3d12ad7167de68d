"""What people see when something cannot be done. The only place that catches everything."""

import logging
from typing import Any

from flask import Flask, Response, render_template, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import (
    HTTPException,
    InternalServerError,
    RequestEntityTooLarge,
    SecurityError,
    ServiceUnavailable,
)

_logger = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    """Every failure has a page in the reader's language; what is not found has its own, in the feature that finds."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(Exception, _unexpected)


def _page(name: str, status: int) -> tuple[str, int]:
    return render_template(f"errors/{name}.html"), status


def _http(error: HTTPException) -> Any:
    if error.code is None or error.response is not None or error.code < 400:
        return error
    if isinstance(error, SecurityError):
        # Sent to a host that is not ours: no page can be built, since no address on it would be right.
        return Response("400\n", status=400, mimetype="text/plain")
    if isinstance(error, RequestEntityTooLarge):
        most = (request.max_content_length or 0) // 1024**2
        return render_template("errors/413.html", most=most), 413
    if error.code >= 500:
        return _page("500", error.code)
    return _page("400", error.code)


def _database_away(_error: OperationalError) -> Any:
    _logger.exception("the database did not answer: %s %s", request.method, request.endpoint)
    return _page("503", ServiceUnavailable.code)


def _unexpected(_error: Exception) -> Any:
    _logger.exception("unexpected: %s %s", request.method, request.endpoint)
    return _page("500", InternalServerError.code)
