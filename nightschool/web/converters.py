"""The typed parts of addresses."""

from __future__ import annotations

from werkzeug.routing import BaseConverter


class RegionCodeConverter(BaseConverter):
    """A 12-digit division code."""

    regex = "[0-9]{12}"


class PublicIdConverter(BaseConverter):
    """The random name of a record."""

    regex = "[A-Za-z0-9_-]{22}"


class ShortCodeConverter(BaseConverter):
    """A division code, whole or only the digits that its level needs: 5110, 511002, 511002105."""

    regex = "[1-9](?:[0-9]{11}|[0-9]{8}|[0-9]{5}|[0-9]{3}|[0-9])"


CONVERTERS = {
    "region_code": RegionCodeConverter,
    "public_id": PublicIdConverter,
    "short_code": ShortCodeConverter,
}
