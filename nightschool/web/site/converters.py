"""The typed parts of addresses."""

from typing import Any

from werkzeug.routing import BaseConverter, IntegerConverter, ValidationError

from nightschool.rules.seasons.months import Month

FIRST_MONTH, LAST_MONTH = Month(2000, 1), Month(2100, 11)


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
    """A month, 2026-12."""

    regex = "[0-9]{4}-(?:0[1-9]|1[0-2])"

    def to_python(self, value: str) -> Month:
        month = Month(int(value[:4]), int(value[5:]))
        if not FIRST_MONTH <= month <= LAST_MONTH:
            raise ValidationError
        return month

    def to_url(self, value: Month) -> str:
        return value.code


class NumberConverter(IntegerConverter):
    """A whole number that a column can hold; there is nothing under a larger one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max": 2**31 - 1, **kwargs})


class SecretConverter(BaseConverter):
    """What opens a page without a login: 24 random bytes."""

    regex = "[A-Za-z0-9_-]{32}"


class SlipConverter(BaseConverter):
    """What stands on an evaluation slip: the random name of a class session, and the proof that we printed it."""

    regex = "[A-Za-z0-9_-]{22}[0-9a-f]{12}"


class DigestConverter(BaseConverter):
    """Whose weekly digest a feed is, of which region, and the proof that we made the address."""

    regex = "[A-Za-z0-9_-]{22}[1-9][0-9]{11}[0-9a-f]{24}"


CONVERTERS = {
    "region_code": RegionCodeConverter,
    "public_id": PublicIdConverter,
    "short_code": ShortCodeConverter,
    "month": MonthConverter,
    "secret": SecretConverter,
    "slip": SlipConverter,
    "digest": DigestConverter,
    "int": NumberConverter,
}
