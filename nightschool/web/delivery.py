"""How answers travel: public ones are kept as bytes while what they show stays the same, and every text is packed.

An answer is kept under its address and carries a tag that names everything it depends on. A browser that shows the same
tag gets 304; a kept answer with the same tag is sent again; any other is built anew.
"""

from __future__ import annotations

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from flask import Flask, Response, current_app, request

from nightschool.web.context import services

KEPT = "nightschool.kept"
MOST_KEPT_BYTES = 32 * 1024 * 1024
WORTH_PACKING = 600  # bytes; below, packing saves less than a network packet
LEVEL = 5
NEVER_PACKED = (204, 206, 304)
PACKED_TYPES = ("text/", "application/javascript", "application/json", "image/svg+xml")

PACKAGE = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Kept:
    """One built answer: as it is, and packed."""

    tag: str
    plain: bytes
    packed: bytes


class Shelf:
    """Built answers by what they answer, the least used thrown away first. Safe to share between threads."""

    def __init__(self, most_bytes: int = MOST_KEPT_BYTES) -> None:
        self.most_bytes = most_bytes
        self.bytes = 0
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, tag: str) -> Kept | None:
        """The answer kept under this key, if it still has this tag."""
        with self._lock:
            found = self._kept.get(key)
            if found is None or found.tag != tag:
                return None
            self._kept.move_to_end(key)
            return found

    def put(self, key: Hashable, kept: Kept) -> None:
        """The answer is kept instead of what was there, and the shelf is no fuller than allowed."""
        with self._lock:
            self._remove(key)
            self._kept[key] = kept
            self.bytes += len(kept.plain) + len(kept.packed)
            while self.bytes > self.most_bytes:
                self._remove(next(iter(self._kept)))

    def clear(self) -> None:
        """Nothing is kept."""
        with self._lock:
            self._kept.clear()
            self.bytes = 0

    def _remove(self, key: Hashable) -> None:
        old = self._kept.pop(key, None)
        if old is not None:
            self.bytes -= len(old.plain) + len(old.packed)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What an application keeps, and the digest of what answers are built with: this code, its texts, its settings."""

    shelf: Shelf
    digest: str


def init_app(app: Flask) -> None:
    """Answers can be kept, and texts are packed for whoever can unpack them."""
    digest = _digest_of_code(Path(app.root_path if app.template_folder is None else app.template_folder))
    with app.app_context():
        settings = services().settings
    own = hashlib.sha256(f"{digest} {settings.base_url} {settings.timezone}".encode()).hexdigest()[:8]
    app.extensions[KEPT] = Delivery(Shelf(), own)
    app.after_request(_pack)


def deliver(key: Hashable, state: str, build: Callable[[], str | bytes], *, mimetype: str) -> Response:
    """The answer for `key` as long as its `state` is this one: 304, kept bytes, or built now and kept.

    `state` names everything the answer depends on besides this installation's code and settings.
    """
    delivery: Delivery = current_app.extensions[KEPT]
    tag = f"{state}-{delivery.digest}"
    if request.if_none_match.contains_weak(tag):
        return _tagged(Response(status=304, mimetype=mimetype), tag)
    kept = delivery.shelf.get(key, tag)
    if kept is None:
        built = build()
        plain = built.encode() if isinstance(built, str) else built
        kept = Kept(tag, plain, packed(plain))
        delivery.shelf.put(key, kept)
    if _unpacks():
        response = Response(kept.packed, mimetype=mimetype)
        response.headers["Content-Encoding"] = "gzip"
    else:
        response = Response(kept.plain, mimetype=mimetype)
    return _tagged(response, tag)


def packed(plain: bytes, level: int = LEVEL) -> bytes:
    """The bytes gzipped; the same bytes always give the same."""
    return gzip.compress(plain, level, mtime=0)


def _tagged(response: Response, tag: str) -> Response:
    # Weak, because packed and plain share it. To be asked about each time: tonight must never be yesterday's.
    response.headers["ETag"] = f'W/"{tag}"'
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Vary"] = "Accept-Encoding"
    return response


def _unpacks() -> bool:
    return request.accept_encodings["gzip"] > 0


def _pack(response: Response) -> Response:
    """Texts that were not packed when they were built."""
    if response.status_code in NEVER_PACKED or "Content-Encoding" in response.headers:
        return response
    is_file = response.direct_passthrough
    if not response.mimetype.startswith(PACKED_TYPES) or (response.is_streamed and not is_file):
        return response
    response.vary.add("Accept-Encoding")
    size = response.content_length or response.calculate_content_length() or 0
    if size < WORTH_PACKING or not _unpacks():
        return response
    # Only shipped files carry a tag here, and only they are worth keeping packed.
    tag = response.get_etag()[0] or ""
    shelf: Shelf = current_app.extensions[KEPT].shelf
    key = ("packed", request.path)
    kept = shelf.get(key, tag) if tag else None
    if kept is None:
        response.direct_passthrough = False
        kept = Kept(tag, b"", packed(response.get_data(), 9 if tag else LEVEL))
        if tag:
            shelf.put(key, kept)
    response.direct_passthrough = False
    response.set_data(kept.packed)
    response.headers["Content-Encoding"] = "gzip"
    if tag:
        response.set_etag(tag, weak=True)
    return response


def _digest_of_code(templates: Path) -> str:
    digest = hashlib.sha256()
    files = [*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.[mp]o"), *PACKAGE.rglob("*.css"), *templates.rglob("*.html")]
    for path in sorted(set(files)):
        digest.update(path.read_bytes())
    return digest.hexdigest()
