"""Sheets as a phone brings them: the fields of the register's own form, and beside them what the phone knows."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from werkzeug.datastructures import MultiDict

from nightschool.actions.registers.deliveries import BroughtSheet
from nightschool.web.registers.attendance_form import RegisterForm

MOST_SHEETS = 30  # in one go; a phone sends the rest afterwards
_MOST_REPLACED = 50
_MOST_OFFSET = 50 * 366 * 24 * 3600  # seconds: a clock that stands at 1970, or far in the future
_WHOLE = re.compile(r"-?[0-9]{1,12}")


class CannotRead(Exception):
    """What was sent is no sheet, or one with something to put right; the message says what."""


def read_delivery(said: Any, *, device: str) -> BroughtSheet:
    """The sheet that this says: `id`, `class`, `form` (as the form would be sent), `taken_at`, `offset`, `replaces`.

    Times are ISO 8601 with a zone, `offset` the seconds that the phone's clock was behind ours.
    Raises: CannotRead; its message is empty where the phone's own script has made the mistake.
    """
    if not isinstance(said, Mapping):
        raise CannotRead
    form = RegisterForm(formdata=MultiDict(parse_qsl(_text(said, "form"), max_num_fields=5000)))
    if not form.validate():
        raise CannotRead(" ".join(told for _id, _label, told in form.wrong()))
    offset = _whole(said.get("offset", 0))
    if abs(offset) > _MOST_OFFSET:
        raise CannotRead
    replaces = said.get("replaces", [])
    if not isinstance(replaces, list) or len(replaces) > _MOST_REPLACED:
        raise CannotRead
    return BroughtSheet(
        submission_id=_id(said.get("id")),
        class_session=_text(said, "class"),
        sheet=form.sheet(),
        device=device,
        taken_at=_instant(_text(said, "taken_at")),
        based_on=max(_whole(form.based_on.data or "0"), 0),
        reason=form.reason.data or "",
        clock_offset=offset,
        replaces=tuple(map(_id, replaces)),
    )


def _text(said: Mapping[str, Any], key: str) -> str:
    text = said.get(key)
    if not isinstance(text, str):
        raise CannotRead
    return text


def _whole(number: Any) -> int:
    if not _WHOLE.fullmatch(str(number)):
        raise CannotRead
    return int(number)


def _id(text: Any) -> UUID:
    try:
        return UUID(str(text))
    except ValueError:
        raise CannotRead from None


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
        return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        raise CannotRead from None
