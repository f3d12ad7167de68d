"""How answers travel: public ones are kept while what they show stays the same, and every text is packed.

A kept answer remembers how to ask whether it still holds. The front stands before the application: it asks, and sends
the answer again or says 304. What no longer holds, or is asked for the first time, the application builds.
"""

from __future__ import annotations

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, abort, current_app, request
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.utils import get_content_type

from nightschool.web.context import Services, services

EXTENSION = "nightschool.delivery"
ASKED = "nightschool.asked"  # in the WSGI environment: what the front asked and was told
BUILT = "nightschool.built"  # the kept answer that this request built
MOST_KEPT_BYTES = 32 * 1024 * 1024
BOOKKEEPING_BYTES = 2000  # what an answer costs besides its content
WORTH_PACKING = 600  # bytes; below, packing saves less than a network packet
NEVER_PACKED = (204, 206, 304)
PACKED_TYPES = ("text/", "application/javascript", "application/json", "image/svg+xml")
LEVEL = 3  # of gzip; above it a level saves less than it costs

PACKAGE = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Told:
    """What the database said: `state` names everything an answer depends on, `known` is what the builder may reuse."""

    state: str
    known: Any


# Answers with None when there is nothing of that name.
Ask = Callable[[Connection, Services], Told | None]


@dataclass(slots=True)
class Kept:
    """One answer under one address. Without content it only serves to say 304."""

    tag: str
    ask: Ask
    plain: bytes | None = None
    packed: bytes = b""
    headers: list[tuple[str, str]] | None = None  # as the application sent them, content's own left out
    content_type: str = ""

    @property
    def size(self) -> int:
        return BOOKKEEPING_BYTES + len(self.plain or b"") + len(self.packed)


@dataclass(slots=True)
class Shelf:
    """Kept answers by host and address, the least used thrown away first. Safe to share between threads."""

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


class Front:
    """Stands before the application and answers what it can without it."""

    def __init__(self, application: WSGIApplication, delivery: Delivery, given: Services) -> None:
        self.application = application
        self.delivery = delivery
        self.services = given

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "GET":
            return self.application(environ, start_response)
        kept = self.delivery.shelf.get(_address_of(environ))
        if kept is not None and kept.headers is not None and self._holds(kept, environ):
            answer = _again(kept, environ, start_response)
            if answer is not None:
                return answer
        return self.application(environ, _Witness(environ, start_response))

    def _holds(self, kept: Kept, environ: WSGIEnvironment) -> bool:
        """Whether the answer is still right. What was asked for it is handed on, so that nobody asks twice."""
        try:
            with self.services.database.glancing() as db:
                told = kept.ask(db, self.services)
        except SQLAlchemyError:
            return False  # the application meets the same failure, and has a page for it
        environ[ASKED] = told
        return told is not None and kept.tag == _tag(told, self.delivery)


class _Witness:
    """Notes the headers of an answer that is being kept as the application sends them."""

    def __init__(self, environ: WSGIEnvironment, start_response: StartResponse) -> None:
        self.environ = environ
        self.start_response = start_response

    def __call__(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None, /) -> Any:
        kept: Kept | None = self.environ.get(BUILT)
        if kept is not None and status[:3] in ("200", "304"):
            names = {name.lower() for name, _value in headers}
            if "set-cookie" not in names:
                own = ("content-length", "content-encoding", "content-type")
                kept.headers = [header for header in headers if header[0].lower() not in own]
        return self.start_response(status, headers, exc_info) if exc_info else self.start_response(status, headers)


def init_app(app: Flask) -> None:
    """Answers can be kept, and texts are packed for whoever can unpack them."""
    with app.app_context():
        given = services()
    settings = given.settings
    code = _digest_of_code(Path(str(app.template_folder)))
    own = hashlib.sha256(f"{code} {settings.base_url} {settings.timezone}".encode()).hexdigest()[:8]
    delivery = Delivery(Shelf(), Shelf(), own)
    app.extensions[EXTENSION] = delivery
    app.after_request(_pack)
    app.wsgi_app = Front(app.wsgi_app, delivery, given)  # type: ignore[method-assign]  # as Flask documents it


def deliver(
    address: str, ask: Ask, build: Callable[[Connection, Any], str | bytes], *, mimetype: str
) -> Response:
    """The answer for this address: 304 where the browser has it, else its content, built where none is kept.

    `address` is the canonical one, which alone is kept: path and query with nothing in it that the answer does not
    depend on. `build` gets what `ask` told. Nothing of that name: 404.
    """
    delivery: Delivery = current_app.extensions[EXTENSION]
    with services().database.glancing() as db:
        told: Told | None = request.environ.get(ASKED) or ask(db, services())
        if told is None:
            abort(404)
        tag = _tag(told, delivery)
        host_and_address = f"{request.environ.get('HTTP_HOST', '')} {address}"
        kept = delivery.shelf.get(host_and_address)
        is_known = request.if_none_match.contains_weak(tag)
        if kept is None or kept.tag != tag or (kept.plain is None and not is_known):
            kept = Kept(tag, ask, content_type=get_content_type(mimetype, "utf-8"))
            if not is_known:
                built = build(db, told.known)
                kept.plain = built.encode() if isinstance(built, str) else built
                kept.packed = packed(kept.plain)
            delivery.shelf.put(host_and_address, kept)
            request.environ[BUILT] = kept
    return _response(kept, is_known=is_known)


def packed(plain: bytes, level: int = LEVEL) -> bytes:
    """The bytes gzipped; the same bytes always give the same."""
    return gzip.compress(plain, level, mtime=0)


def _response(kept: Kept, *, is_known: bool) -> Response:
    # The tag is weak, because packed and plain share it. It is to be asked about each time: tonight must never be
    # yesterday's.
    headers = {"ETag": f'W/"{kept.tag}"', "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if is_known:
        return Response(status=304, headers=headers)
    if _unpacks(request.environ):
        headers["Content-Encoding"] = "gzip"
        return Response(kept.packed, headers=headers, content_type=kept.content_type)
    return Response(kept.plain, headers=headers, content_type=kept.content_type)


def _again(kept: Kept, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes] | None:
    """The kept answer sent as the application once sent it; None when there is only the tag and more is wanted."""
    assert kept.headers is not None
    if f'"{kept.tag}"' in environ.get("HTTP_IF_NONE_MATCH", ""):
        start_response("304 NOT MODIFIED", [*kept.headers])
        return ()
    if kept.plain is None:
        return None
    unpacks = _unpacks(environ)
    content = kept.packed if unpacks else kept.plain
    headers = [*kept.headers, ("Content-Type", kept.content_type), ("Content-Length", str(len(content)))]
    if unpacks:
        headers.append(("Content-Encoding", "gzip"))
    start_response("200 OK", headers)
    return (content,)


def _tag(told: Told, delivery: Delivery) -> str:
    return f"{told.state}-{delivery.digest}"


def _address_of(environ: WSGIEnvironment) -> str:
    query = environ.get("QUERY_STRING", "")
    path = environ["PATH_INFO"]
    return f"{environ.get('HTTP_HOST', '')} {path}?{query}" if query else f"{environ.get('HTTP_HOST', '')} {path}"


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
        kept = Kept(tag, _never, packed=packed(response.get_data(), 9))
        files.put(request.path, kept)
    elif hasattr(response.response, "close"):
        response.call_on_close(response.response.close)  # the file, which nobody will read
    response.direct_passthrough = False
    response.set_etag(tag, weak=True)
    return kept.packed


def _never(_db: Connection, _services: Services) -> None:
    return None


def _digest_of_code(templates: Path) -> str:
    digest = hashlib.sha256()
    shipped = (path for kind in ("*.py", "*.po", "*.mo", "*.css") for path in PACKAGE.rglob(kind))
    for path in sorted({*shipped, *templates.rglob("*.html")}):
        digest.update(path.read_bytes())
    return digest.hexdigest()
