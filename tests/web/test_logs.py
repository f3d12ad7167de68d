"""Log lines without telephones and identity numbers."""

from __future__ import annotations

import logging

import pytest
from flask import Flask

from nightschool.web.logs import masked


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
    assert masked(text) == shown


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
