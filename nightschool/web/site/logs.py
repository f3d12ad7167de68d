"""Log lines: one JSON object each, nobody named in them, and any number that could be a person's masked."""

import json
import logging
import re
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, TextIO
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, request
from werkzeug.wsgi import ClosingIterator

requests = logging.getLogger("nightschool.requests")

ROUTE = "nightschool.route"  # where the application leaves word of which of its routes answered
ACCOUNT = "nightschool.account"  # and for the account of which number
REFUSALS = frozenset((400, 403, 404, 413, 429))  # a crooked form, another's pages, too much, too often
# Addresses that name a public thing, answered before the application; any other without a route may hold anything.
PUBLIC = re.compile(r"/(v|r)/[0-9]{2,12}(\.[a-z]{2,4}|/[a-z.]{2,8})?")

PERSONAL = re.compile(r"(?<![0-9])(?:1[3-9][0-9]{9}|[0-9]{17}[0-9Xx])(?![0-9])")


class Masking(logging.Filter):
    """What looks like a mobile number or an identity number is masked; the line itself is kept."""

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            message = record.getMessage()
        except (TypeError, ValueError):
            return True  # arguments that do not fit are the logging module's to complain of
        record.msg, record.args = mask_numbers(message), ()
        if record.exc_info and record.exc_info[0] is not None and not record.exc_text:
            record.exc_text = mask_numbers("".join(traceback.format_exception(*record.exc_info)).rstrip("\n"))
        return True


def mask_numbers(text: str) -> str:
    """The text with the middle of every such number starred: 138****5678."""
    return PERSONAL.sub(lambda found: f"{found[0][:3]}{'*' * (len(found[0]) - 7)}{found[0][-4:]}", text)


class AsJson(logging.Formatter):
    """One line a record: when (UTC), how bad, where from, what, and the fields given as `extra={"fields": ...}`."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info or record.exc_text:
            line["trace"] = record.exc_text or self.formatException(record.exc_info)  # type: ignore[arg-type]
        return json.dumps(line, ensure_ascii=False)


def start(kind: str, stream: TextIO = sys.stderr) -> None:
    """From here on lines go to this stream, a line a request among them when the kind is `requests`."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(AsJson())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    requests.setLevel(logging.INFO if kind == "requests" else logging.WARNING)


def with_request_lines(application: WSGIApplication) -> WSGIApplication:
    """The application with a line for each request: method, route, status, bytes, milliseconds. What was refused to who
    was logged in is a warning, with the number of their account.

    Not in it: from where it was asked, and who asked for what they got; the query, and addresses that none of our
    routes has, since anything may have been typed there. A route stands for all records of its kind:
    /learners/<learner>.
    """

    def telling(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        began = time.perf_counter()
        seen: dict[str, Any] = {"status": 0, "bytes": 0}

        def starting(status: str, headers: list[tuple[str, str]], *rest: Any) -> Callable[[bytes], object]:
            seen["status"] = int(status[:3])
            return start_response(status, headers, *rest)

        def counting() -> Iterator[bytes]:
            for piece in answer:
                seen["bytes"] += len(piece)
                yield piece

        answer = application(environ, starting)
        close = getattr(answer, "close", lambda: None)
        return ClosingIterator(counting(), [close, lambda: _tell(environ, seen, time.perf_counter() - began)])

    return telling


def _tell(environ: WSGIEnvironment, seen: dict[str, Any], seconds: float) -> None:
    path = environ.get("PATH_INFO", "")
    route = environ.get(ROUTE) or (path if PUBLIC.fullmatch(path) else "-")
    method = environ["REQUEST_METHOD"] if environ["REQUEST_METHOD"].isalpha() else "-"
    fields = {"method": method[:10], "route": route, **seen, "ms": round(seconds * 1000, 1)}
    level = logging.INFO
    if seen["status"] in REFUSALS and (account := environ.get(ACCOUNT)):
        level, fields["account"] = logging.WARNING, account
    requests.log(level, "%s %s %d", fields["method"], route, seen["status"], extra={"fields": fields})


def _leave_word(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    if rule := request.url_rule:
        request.environ[ROUTE] = rule.rule


def init_app(app: Flask) -> None:
    """Every record made from here on, by whatever library, is masked as it is made. Once a process is enough."""
    app.url_value_preprocessor(_leave_word)
    make = logging.getLogRecordFactory()
    if getattr(make, "masks", False):
        return
    masking = Masking()

    def make_masked(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make(*args, **kwargs)
        masking.filter(record)
        return record

    make_masked.masks = True  # type: ignore[attr-defined]  # so that a second application does not mask twice
    logging.setLogRecordFactory(make_masked)
