"""No telephone and no identity number in a log line, wherever the line comes from."""

from __future__ import annotations

import logging
import re
import traceback
from typing import Any

from flask import Flask

PERSONAL = re.compile(r"(?<![0-9])(?:1[3-9][0-9]{9}|[0-9]{17}[0-9Xx])(?![0-9])")


class Masking(logging.Filter):
    """What looks like a mobile number or an identity number is masked; the line itself is kept."""

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            message = record.getMessage()
        except (TypeError, ValueError):
            return True  # arguments that do not fit are the logging module's to complain of
        record.msg, record.args = masked(message), ()
        if record.exc_info and record.exc_info[0] is not None and not record.exc_text:
            record.exc_text = masked("".join(traceback.format_exception(*record.exc_info)).rstrip("\n"))
        return True


def masked(text: str) -> str:
    """The text with the middle of every such number starred: 138****5678."""
    return PERSONAL.sub(lambda found: f"{found[0][:3]}{'*' * (len(found[0]) - 7)}{found[0][-4:]}", text)


def init_app(app: Flask) -> None:
    """Every record made from here on, by whatever library, is masked as it is made. Once a process is enough."""
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
