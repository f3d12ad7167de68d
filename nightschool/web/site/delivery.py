"""Public answers are kept while what they show stays the same, and sent only to who has not got them.

A view names its canonical address, the state of everything it shows, and how to build it. A browser that has the answer
of this state gets 304, a kept answer of this state is sent again, any other is built anew.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from flask import Flask, Response, current_app, g, redirect, request, url_for

from nightschool.web.site.context import services, whole
from nightschool.web.site.language import Reading
from nightschool.web.site.packing import packed, plain_or_packed

EXTENSION = "nightschool.delivery"
MOST_BYTES = 32 * 1024 * 1024
BOOKKEEPING_BYTES = 2000  # what an answer costs besides its content

_PACKAGE = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Stored:
    """One answer as it was built, and packed."""

    tag: str
    plain: bytes
    packed: bytes

    @property
    def size(self) -> int:
        return BOOKKEEPING_BYTES + len(self.plain) + len(self.packed)


@dataclass(slots=True)
class Shelf:
    """Stored answers by address, the least used thrown away first. Safe to share between threads."""

    most_bytes: int = MOST_BYTES
    used_bytes: int = 0
    _stored: OrderedDict[str, Stored] = field(default_factory=OrderedDict)
    _lock: Any = field(default_factory=Lock)

    def get(self, address: str) -> Stored | None:
        """What stands under this address, whether it holds or not."""
        with self._lock:
            found = self._stored.get(address)
            if found is not None:
                self._stored.move_to_end(address)
            return found

    def put(self, address: str, answer: Stored) -> None:
        """The answer stands instead of what was there, and the shelf is no fuller than allowed."""
        with self._lock:
            self._remove(address)
            self._stored[address] = answer
            self.used_bytes += answer.size
            while self.used_bytes > self.most_bytes:
                self._remove(next(iter(self._stored)))

    def clear(self) -> None:
        """The shelf is empty."""
        with self._lock:
            self._stored.clear()
            self.used_bytes = 0

    def _remove(self, address: str) -> None:
        old = self._stored.pop(address, None)
        if old is not None:
            self.used_bytes -= old.size


@dataclass(frozen=True, slots=True)
class Delivery:
    """What an application keeps, and the digest of what answers are built with: this code, its texts, its settings."""

    shelf: Shelf
    digest: str


def init_app(app: Flask) -> None:
    """Answers can be kept."""
    with app.app_context():
        settings = services().settings
    code = _digest_of_code(Path(str(app.template_folder)))
    app.extensions[EXTENSION] = Delivery(Shelf(), f"{code} {settings.base_url} {settings.timezone}")


def deliver(
    reading: Reading, state: str, build: Callable[[], str | bytes], mimetype: str = "text/html"
) -> Response:
    """The answer at this address: built now, kept from before, or 304.

    `state` differs whenever anything differs that the answer is built from, but for the address and the settings.
    """
    delivery: Delivery = current_app.extensions[EXTENSION]
    address = reading.link()
    made_of = f"{address} {state} {delivery.digest}".encode()
    tag = hashlib.blake2b(made_of, digest_size=12).hexdigest()
    # Weak, because packed and plain share it. To be asked about each time: tonight must never be yesterday's.
    headers = {"ETag": f'W/"{tag}"', "Cache-Control": "no-cache"}
    if request.if_none_match.contains_weak(tag):
        return Response(status=304, headers={"Vary": "Accept-Encoding", **headers})
    found = delivery.shelf.get(address)
    if found is None or found.tag != tag:
        g.canonical = reading  # other words in this request's address must not get into what is kept
        built = build()
        plain = built.encode() if isinstance(built, str) else built
        found = Stored(tag, plain, packed(plain))
        delivery.shelf.put(address, found)
    return plain_or_packed(found.plain, found.packed, mimetype, headers)


def goes_on_at(reading: Reading, **values: str) -> Response:
    """The way to the same of another region. It is asked for anew each time: a merger can be taken back."""
    path = url_for(str(request.endpoint), lang=None, big=None, **values)
    answer = redirect(whole(replace(reading, path=path).link()), 302)
    answer.headers["Cache-Control"] = "no-cache"
    return answer


def fresh_for(seconds: int, content: str | bytes, mimetype: str = "text/html") -> Response:
    """An answer that may be so old; then it is asked for again by the tag of its content."""
    response = Response(content, mimetype=mimetype)
    response.cache_control.public, response.cache_control.max_age = True, seconds
    response.add_etag()
    return response.make_conditional(request)


@cache
def _digest_of_code(templates: Path) -> str:
    digest = hashlib.sha256()
    shipped = (path for kind in ("*.py", "*.po", "*.css") for path in _PACKAGE.rglob(kind))
    for path in sorted({*shipped, *templates.rglob("*.html")}):
        digest.update(path.read_bytes())
    return digest.hexdigest()
