"""How answers travel: public ones are kept while what they show stays the same, and every text is packed.

Every such answer says how to ask the database on what it depends just now, which gives its tag. A browser that has this
tag gets 304, a kept answer with this tag is sent again, any other is built anew.
"""

from __future__ import annotations

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, abort, current_app, request
from werkzeug.sansio.utils import host_is_trusted
from werkzeug.utils import get_content_type

from nightschool.database import Database, Glance
from nightschool.web import errors, headers
from nightschool.web.context import Services, services

if TYPE_CHECKING:
    from nightschool.web.language import Reading

EXTENSION = "nightschool.delivery"
MOST_KEPT_BYTES = 32 * 1024 * 1024
BOOKKEEPING_BYTES = 2000  # what an answer costs besides its content
WORTH_PACKING = 600  # bytes; below, packing saves less than a network packet
NEVER_PACKED = (204, 206, 304)
PACKED_TYPES = ("text/", "application/javascript", "application/json", "image/svg+xml")
LEVEL = 1  # of gzip: a page of 8 kB comes to 1,970 bytes, with level 5 to 1,950

PACKAGE = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Told:
    """What the database said: `state` names everything an answer depends on, `known` is what the builder may reuse."""

    state: str
    known: Any


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered at one address: how to ask on what it depends just now, and how to build it."""

    address: str  # the canonical one: path and query with nothing in it that the answer does not depend on
    mimetype: str
    ask: Callable[[Glance], Told | None]  # None: nothing of that name
    build: Callable[[Glance, Any], str | bytes]  # given what `ask` knows
    is_open: bool = False  # for other programs too, of whatever site


# What is answered at a path with this query; None: the application knows.
Find = Callable[[str, str], Answer | None]


@dataclass(frozen=True, slots=True)
class Kept:
    """One answer as it was built, and packed."""

    tag: str
    plain: bytes
    packed: bytes

    @property
    def size(self) -> int:
        return BOOKKEEPING_BYTES + len(self.plain) + len(self.packed)


@dataclass(slots=True)
class Shelf:
    """Kept answers by address, the least used thrown away first. Safe to share between threads."""

    most_bytes: int = MOST_KEPT_BYTES
    used_bytes: int = 0
    _kept: OrderedDict[str, Kept] = field(default_factory=OrderedDict)
    _lock: Any = field(default_factory=Lock)

    def get(self, address: str) -> Kept | None:
        """What is kept under this address, whether it holds or not."""
        with self._lock:
            found = self._kept.get(address)
            if found is not None:
                self._kept.move_to_end(address)
            return found

    def put(self, address: str, kept: Kept) -> None:
        """The answer is kept instead of what was there, and the shelf is no fuller than allowed."""
        with self._lock:
            self._remove(address)
            self._kept[address] = kept
            self.used_bytes += kept.size
            while self.used_bytes > self.most_bytes:
                self._remove(next(iter(self._kept)))

    def clear(self) -> None:
        """Nothing is kept."""
        with self._lock:
            self._kept.clear()
            self.used_bytes = 0

    def _remove(self, address: str) -> None:
        old = self._kept.pop(address, None)
        if old is not None:
            self.used_bytes -= old.size


@dataclass(frozen=True, slots=True)
class Delivery:
    """What an application keeps, and the digest of what answers are built with: this code, its texts, its settings."""

    shelf: Shelf
    files: Shelf
    digest: str
    finders: list[Find]

    def look(self, answer: Answer, database: Database, known_tags: str) -> tuple[str, Kept | None] | None:
        """The answer's tag and content, kept or built now. No content for who has the tag; None for no such thing."""
        with database.glancing() as db:
            told = answer.ask(db)
            if told is None:
                return None
            tag = f'W/"{told.state}-{self.digest}"'
            if tag[2:] in known_tags:  # compared weakly
                return tag, None
            kept = self.shelf.get(answer.address)
            if kept is None or kept.tag != tag:
                built = answer.build(db, told.known)
                plain = built.encode() if isinstance(built, str) else built
                kept = Kept(tag, plain, packed(plain))
                self.shelf.put(answer.address, kept)
            return tag, kept


class Front:
    """Stands before the application and answers at canonical addresses without it, which costs half as much."""

    def __init__(self, app: Flask, delivery: Delivery, given: Services) -> None:
        self.application: WSGIApplication = app.wsgi_app
        self.trusted = app.config["TRUSTED_HOSTS"]
        self.delivery = delivery
        self.database = given.database
        self.headers = headers.fixed(given.settings)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "GET" and not environ.get("SCRIPT_NAME") and self._is_for_us(environ):
            for find in self.delivery.finders:
                answer = find(environ["PATH_INFO"], environ.get("QUERY_STRING", ""))
                if answer is not None:
                    return self._send(answer, environ, start_response)
        return self.application(environ, start_response)

    def _is_for_us(self, environ: WSGIEnvironment) -> bool:
        return _is_trusted(environ.get("HTTP_HOST", ""), tuple(self.trusted))

    def _send(
        self, answer: Answer, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        known_tags = environ.get("HTTP_IF_NONE_MATCH", "")
        found = errors.attempted(lambda: self.delivery.look(answer, self.database, known_tags))
        if found is None:  # not there, or failed: the application answers that
            return self.application(environ, start_response)
        tag, kept = found
        sent = [*self.headers, *_headers(answer, tag)]
        if kept is None:
            start_response("304 NOT MODIFIED", sent)
            return ()
        content = kept.plain
        if _unpacks(environ):
            content = kept.packed
            sent.append(("Content-Encoding", "gzip"))
        sent += (("Content-Type", _content_type(answer)), ("Content-Length", str(len(content))))
        start_response("200 OK", sent)
        return (content,)


def init_app(app: Flask) -> None:
    """Answers can be kept, and texts are packed for whoever can unpack them."""
    with app.app_context():
        given = services()
    settings = given.settings
    code = _digest_of_code(Path(str(app.template_folder)))
    own = hashlib.sha256(f"{code} {settings.base_url} {settings.timezone}".encode()).hexdigest()[:8]
    delivery = Delivery(Shelf(), Shelf(), own, [])
    app.extensions[EXTENSION] = delivery
    app.after_request(_pack)
    app.wsgi_app = Front(app, delivery, given)  # type: ignore[method-assign]  # as Flask documents it


def answer_at(app: Flask, find: Find) -> None:
    """The front asks this before it asks the application."""
    app.extensions[EXTENSION].finders.append(find)


def deliver(answer: Answer) -> Response:
    """The same from inside the application: for HEAD, and for addresses with something in them that means nothing."""
    delivery: Delivery = current_app.extensions[EXTENSION]
    found = delivery.look(answer, services().database, request.headers.get("If-None-Match", ""))
    if found is None:
        abort(404)
    tag, kept = found
    if kept is None:
        return Response(status=304, headers=_headers(answer, tag))
    response = Response(kept.plain, headers=_headers(answer, tag), content_type=_content_type(answer))
    if _unpacks(request.environ):
        response.set_data(kept.packed)
        response.headers["Content-Encoding"] = "gzip"
    return response


def packed(plain: bytes, level: int = LEVEL) -> bytes:
    """The bytes gzipped; the same bytes always give the same."""
    return gzip.compress(plain, level, mtime=0)


class Asking(Protocol):
    """What somebody wants to read, and how."""

    @property
    def reading(self) -> Reading: ...


def answer_for(
    asked: Asking,
    ending: str,
    mimetype: str,
    ask: Callable[[Any, str, Glance], Told | None],
    build: Callable[[Any, Glance, Any], str | bytes],
    *,
    is_open: bool = False,
) -> Answer:
    """The answer to this at its canonical address. `ask` is handed the variant, which tells its forms apart."""
    variant = f"{ending[1:] or 'page'}{asked.reading.query}"
    return Answer(
        asked.reading.link(), mimetype, partial(ask, asked, variant), partial(build, asked), is_open
    )


def _headers(answer: Answer, tag: str) -> list[tuple[str, str]]:
    # The tag is weak, because packed and plain share it. It is to be asked about each time: tonight must never be
    # yesterday's.
    sent = [("ETag", tag), ("Cache-Control", "no-cache"), ("Vary", "Accept-Encoding")]
    return [*sent, *headers.OPEN.items()] if answer.is_open else sent


def _content_type(answer: Answer) -> str:
    return get_content_type(answer.mimetype, "utf-8")


@lru_cache(maxsize=64)
def _is_trusted(host: str, trusted: tuple[str, ...]) -> bool:
    return host_is_trusted(host, trusted)


def _unpacks(environ: WSGIEnvironment) -> bool:
    """Whether the browser takes gzip. One that names it only to refuse it, which none does, gets plain text."""
    accepted = environ.get("HTTP_ACCEPT_ENCODING", "")
    return "gzip" in accepted and "gzip;q=0" not in accepted.replace(" ", "")


def _pack(response: Response) -> Response:
    """Texts that were not packed when they were built."""
    if response.status_code in NEVER_PACKED or "Content-Encoding" in response.headers:
        return response
    is_file = response.direct_passthrough
    if not (response.mimetype or "").startswith(PACKED_TYPES) or (response.is_streamed and not is_file):
        return response
    response.vary.add("Accept-Encoding")
    size = response.content_length or response.calculate_content_length() or 0
    if size < WORTH_PACKING or not _unpacks(request.environ):
        return response
    response.set_data(_packed_file(response) if is_file else packed(response.get_data()))
    response.headers["Content-Encoding"] = "gzip"
    return response


def _packed_file(response: Response) -> bytes:
    """A shipped file as small as it gets, which is worth its time because it is done once."""
    files: Shelf = current_app.extensions[EXTENSION].files
    tag = response.get_etag()[0] or ""
    kept = files.get(request.path)
    if kept is None or kept.tag != tag:
        response.direct_passthrough = False
        kept = Kept(tag, b"", packed(response.get_data(), 9))
        files.put(request.path, kept)
    elif hasattr(response.response, "close"):
        response.call_on_close(response.response.close)  # the file, which nobody will read
    response.direct_passthrough = False
    response.set_etag(tag, weak=True)
    return kept.packed


@cache
def _digest_of_code(templates: Path) -> str:
    digest = hashlib.sha256()
    shipped = (path for kind in ("*.py", "*.po", "*.css") for path in PACKAGE.rglob(kind))
    for path in sorted({*shipped, *templates.rglob("*.html")}):
        digest.update(path.read_bytes())
    return digest.hexdigest()
