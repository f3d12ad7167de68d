"""Texts travel packed to whoever can unpack them, which is every browser."""

import gzip
from collections.abc import Mapping
from types import MappingProxyType

from flask import Flask, Response, request

WORTH_PACKING = 600  # bytes; below, packing saves less than a network packet
NEVER_PACKED = (204, 206, 304)
PACKED_TYPES = ("text/", "application/javascript", "application/json", "image/svg+xml")
LEVEL = 1  # of gzip: a page of 8 kB comes to 1,970 bytes, with level 5 to 1,950


def init_app(app: Flask) -> None:
    """Every text is packed that was not when it was built."""
    app.after_request(_pack)


def packed(plain: bytes, level: int = LEVEL) -> bytes:
    """The bytes gzipped; the same bytes always give the same."""
    return gzip.compress(plain, level, mtime=0)


def plain_or_packed(
    plain: bytes, packed: bytes, mimetype: str, headers: Mapping[str, str] = MappingProxyType({})
) -> Response:
    """The answer with one of the two, as this browser takes it."""
    headers = {"Vary": "Accept-Encoding", **headers}
    if not _unpacks():
        return Response(plain, mimetype=mimetype, headers=headers)
    return Response(packed, mimetype=mimetype, headers=headers | {"Content-Encoding": "gzip"})


def _unpacks() -> bool:
    """Whether the browser takes gzip. One that names it only to refuse it, which none does, gets plain text."""
    accepted = request.headers.get("Accept-Encoding", "")
    return "gzip" in accepted and "gzip;q=0" not in accepted.replace(" ", "")


def _pack(response: Response) -> Response:
    if response.status_code in NEVER_PACKED or "Content-Encoding" in response.headers:
        return response
    if not (response.mimetype or "").startswith(PACKED_TYPES) or response.is_streamed:
        return response
    response.vary.add("Accept-Encoding")
    size = response.content_length or response.calculate_content_length() or 0
    if size >= WORTH_PACKING and _unpacks():
        response.set_data(packed(response.get_data()))
        response.headers["Content-Encoding"] = "gzip"
    return response
