"""Log lines without telephones and identity numbers."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import Client

from nightschool.database import Database
from nightschool.web.site import logs
from nightschool.web.site.logs import mask_numbers
from tests import factories
from tests.factories import JIANLI, SHIWAN


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("call 13812345678 now", "call 138****5678 now"),
        ("电话13812345678。", "电话138****5678。"),
        ("110105199003071234", "110***********1234"),
        ("11010519900307123X", "110***********123X"),
        ("GET /v/511002105201", "GET /v/511002105201"),  # a region code
        ("5550101", "5550101"),
        ("23812345678", "23812345678"),
        ("138123456789", "138123456789"),
    ],
)
def test_numbers_of_persons_are_masked_and_others_kept(text: str, shown: str) -> None:
    assert mask_numbers(text) == shown


def test_line_of_any_library_is_masked_in_text_arguments_and_traceback(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    try:
        raise ValueError("no such phone: 13812345678")
    except ValueError:
        logging.getLogger("some.library").exception("phone %s of %r", "13987654321", {"phone": "13700001111"})
    told = caplog.text
    assert "139****4321" in told and "137****1111" in told and "138****5678" in told
    assert not any(number in told for number in ("13812345678", "13987654321", "13700001111"))


def test_line_whose_arguments_do_not_fit_is_left_to_logging(app: Flask) -> None:
    record = logging.getLogRecordFactory()("x", logging.INFO, __file__, 1, "%d people", ("none",), None)
    assert record.args == ("none",)


@pytest.fixture
def lines() -> Iterator[Any]:
    """What has been logged so far, line by line."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.start("requests", stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:] = before
    root.setLevel(level)
    logs.requests.setLevel(logging.NOTSET)


def test_each_request_is_one_line_that_names_nobody(
    app: Flask, cast: Any, browser_of: Any, lines: Any
) -> None:
    browser = Client(logs.with_request_lines(app.wsgi_app))
    addresses = (f"/v/{SHIWAN}", "/?q=陈大秀", "/秘密/13812345678", "/learners/abcdefghijklmnopqrstuv")
    for address in addresses:
        browser.get(address, buffered=True)
    told = lines()
    assert [(line["method"], line["route"], line["status"]) for line in told] == [
        ("GET", "/v/<region_code:code>", 200),
        ("GET", "/", 200),
        ("GET", "-", 404),
        ("GET", "/learners/<public_id:learner>", 303),
    ]
    assert all(line["bytes"] > 0 and line["ms"] >= 0 and line["level"] == "info" for line in told)
    written = json.dumps(told, ensure_ascii=False)
    for secret in ("陈大秀", "秘密", "5678", "abcdefghijklmnopqrstuv", "127.0.0.1"):
        assert secret not in written


def test_what_is_refused_to_who_is_logged_in_stands_there_with_their_accounts_number(
    app: Flask, cast: Any, database: Database, lines: Any
) -> None:
    browser = Client(logs.with_request_lines(app.wsgi_app))
    browser.get(f"/desk/{JIANLI}/learners", buffered=True)
    browser.set_cookie("nightschool", factories.make_login(database, cast.chen))
    app.config["WTF_CSRF_ENABLED"] = True
    for village in (SHIWAN, JIANLI):
        browser.get(f"/desk/{village}/learners", buffered=True)
    browser.post(f"/desk/{SHIWAN}/learners/new", data={"name": "陈大秀"}, buffered=True)
    told = [(line["level"], line["status"], line.get("account")) for line in lines()]
    assert told == [
        ("info", 303, None),
        ("info", 200, None),
        ("warning", 404, cast.chen),
        ("warning", 400, cast.chen),
    ]
    assert "陈" not in json.dumps(lines(), ensure_ascii=False)


def test_a_failure_is_one_line_with_its_trace(lines: Any) -> None:
    try:
        raise ValueError("broken")
    except ValueError:
        logging.getLogger("some.library").exception("it failed")
    [line] = lines()
    assert (line["level"], line["from"], line["message"]) == ("error", "some.library", "it failed")
    assert "ValueError: broken" in line["trace"]


def test_requests_are_silent_where_only_warnings_are_wanted(lines: Any) -> None:
    logs.start("warnings", io.StringIO())
    assert not logs.requests.isEnabledFor(logging.INFO)
