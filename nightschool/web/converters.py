"""The typed parts of addresses."""

from __future__ import annotations

from werkzeug.routing import BaseConverter


class RegionCodeConverter(BaseConverter):
    """A 12-digit division code."""

    regex = "[0-9]{12}"


class PublicIdConverter(BaseConverter):
    """The random name of a record."""

    regex = "[A-Za-z0-9_-]{22}"


CONVERTERS = {"region_code": RegionCodeConverter, "public_id": PublicIdConverter}
