"""The typed parts of addresses."""

from __future__ import annotations

from datetime import date

from werkzeug.routing import BaseConverter, ValidationError

from nightschool.rules.plans import FIRST_MONTH, LAST_MONTH


class RegionCodeConverter(BaseConverter):
    """A 12-digit division code."""

    regex = "[0-9]{12}"


class PublicIdConverter(BaseConverter):
    """The random name of a record."""

    regex = "[A-Za-z0-9_-]{22}"


class ShortCodeConverter(BaseConverter):
    """A division code, whole or only the digits that its level needs: 5110, 511002, 511002105."""

    regex = "[1-9](?:[0-9]{11}|[0-9]{8}|[0-9]{5}|[0-9]{3}|[0-9])"


class MonthConverter(BaseConverter):
    """A month, 2026-12, as its first day."""

    regex = "[0-9]{4}-(?:0[1-9]|1[0-2])"

    def to_python(self, value: str) -> date:
        if not FIRST_MONTH.isoformat()[:7] <= value <= LAST_MONTH.isoformat()[:7]:
            raise ValidationError
        return date.fromisoformat(f"{value}-01")

    def to_url(self, value: date) -> str:
        return value.isoformat()[:7]


class SecretConverter(BaseConverter):
    """What opens a page without a login: 24 random bytes."""

    regex = "[A-Za-z0-9_-]{32}"


CONVERTERS = {
    "region_code": RegionCodeConverter,
    "public_id": PublicIdConverter,
    "short_code": ShortCodeConverter,
    "month": MonthConverter,
    "secret": SecretConverter,
}
