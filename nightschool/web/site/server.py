"""The server that people's browsers talk to: uvicorn, which waits for thousands of slow phones in one thread.

The application gets a request once it is here whole, and is rid of it once it has answered: who sends slowly, reads
slowly or says nothing costs a socket and no thread. Readers, writers and those whose password is checked are answered
by threads of their own, so that none of them waits behind the others.
"""

import asyncio
import os
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes
from wsgiref.types import WSGIApplication, WSGIEnvironment

import uvicorn
from flask import Flask
from uvicorn.protocols.http.h11_impl import H11Protocol
from werkzeug.middleware.proxy_fix import ProxyFix

from nightschool.settings import Settings
from nightschool.web.site import logs
from nightschool.web.site.access import MOST_OF_ANYBODY, checks_a_password, most_bytes_of

PATIENCE = 60.0  # seconds, for a request to be here whole, or for its next STEP, or for some of the answer to be read
STEP = 16 * 1024
LINGER = 2.0  # seconds, in which who was refused can still read why
MOST_CONNECTIONS = 8000
OTHER_FILES = 500  # that the process may have open besides
WRITERS = 4
CHECKERS = max(1, (os.cpu_count() or 1) // 2)  # a password takes a processor and 19 MiB

Messages = Any  # ASGI's receive and send


class Connection(H11Protocol):
    """A browser's connection. While it keeps us waiting it has PATIENCE, and must go when there are too many."""

    waiting: dict["Connection", None]  # of all, those that keep us waiting, the longest first
    most: int
    patience: float
    unread = 0
    timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        # Head and body go out apart; without this the body waits until the browser has confirmed the head, 40 ms.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.app_state = {"connection": self}  # which uvicorn hands on with every request
        self.keeps_us_waiting()
        if len(self.connections) > self.most and self.waiting:
            next(iter(self.waiting)).transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_being_answered()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        self.keeps_us_waiting()
        super().on_response_complete()

    def keeps_us_waiting(self) -> None:
        """It is waited for from now on."""
        self.is_being_answered()
        self.waiting[self] = None
        self.unread = self.transport.get_write_buffer_size()
        self.timer = self.loop.call_later(self.patience, self._lose_patience)

    def is_being_answered(self) -> None:
        """It is not waited for."""
        self.waiting.pop(self, None)
        if self.timer is not None:
            self.timer.cancel()

    def _lose_patience(self) -> None:
        if 0 < self.transport.get_write_buffer_size() < self.unread:
            self.keeps_us_waiting()  # it still reads
        else:
            self.transport.abort()


class Server:
    """Bound to the address of the settings; `run` answers until `stop`, a signal or Ctrl+C."""

    def __init__(self, app: Flask, settings: Settings, patience: float, most_connections: int) -> None:
        self.app = app
        self.answering = logs.with_request_lines(app)
        if (
            settings.proxy_hops
        ):  # the address that the outermost of them saw, never one the browser wrote itself
            self.answering = ProxyFix(self.answering, x_for=settings.proxy_hops, x_proto=1, x_host=0)
        self.readers = ThreadPoolExecutor(settings.threads, "reader")
        self.writers = ThreadPoolExecutor(WRITERS, "writer")
        self.checkers = ThreadPoolExecutor(CHECKERS, "checker")
        self.sockets = _listening(settings.listen_host, settings.listen_port)
        self.port: int = self.sockets[0].getsockname()[1]
        most = min(most_connections, _most_files() - OTHER_FILES)
        of_ours = {"waiting": {}, "most": most, "patience": patience}
        self._uvicorn = uvicorn.Server(
            uvicorn.Config(
                self._answer,
                interface="asgi3",
                http=type("Connection", (Connection,), of_ours),
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="error",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=int(2 * patience) + 1,
                timeout_graceful_shutdown=5,
            )
        )

    def run(self) -> None:
        """Answers until it is stopped."""
        with suppress(KeyboardInterrupt):
            self._uvicorn.run(self.sockets)

    def stop(self) -> None:
        """It answers what it has begun, and no more."""
        self._uvicorn.should_exit = True

    async def _answer(self, scope: dict[str, Any], receive: Messages, send: Messages) -> None:
        connection: Connection = scope["state"]["connection"]
        environ = _environ(scope)
        body = await self._body(environ, connection, receive)
        if body is None:
            return
        environ["wsgi.input"] = BytesIO(body)
        connection.is_being_answered()
        lane = self.readers
        if scope["method"] == "POST":
            lane = self.checkers if checks_a_password(self.app, environ) else self.writers
        status, headers, content = await _in(lane, _call, self.answering, environ)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    async def _body(
        self, environ: WSGIEnvironment, connection: Connection, receive: Messages
    ) -> bytes | None:
        """All of the body; None when the browser has gone.

        Of one that is larger than its address and its sender allow, no byte more is taken: the application gets none
        of it, and its length, and says so.
        """
        announced = int(environ.get("CONTENT_LENGTH") or 0)
        body, most, steps, more = bytearray(), MOST_OF_ANYBODY, 1, True
        while more:
            if max(announced, len(body)) > most:
                if most == MOST_OF_ANYBODY:
                    most = await _in(self.readers, most_bytes_of, self.app, environ)
                if max(announced, len(body)) > most:
                    connection.patience = LINGER
                    environ["CONTENT_LENGTH"] = str(max(announced, len(body)))
                    return b""
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            body += message["body"]
            more = message["more_body"]
            if len(body) >= steps * STEP:
                steps = len(body) // STEP + 1
                connection.keeps_us_waiting()
        environ["CONTENT_LENGTH"] = str(len(body)) if body else ""
        return bytes(body)


def make_server(
    app: Flask,
    settings: Settings,
    *,
    patience: float = PATIENCE,
    most_connections: int = MOST_CONNECTIONS,
) -> Server:
    """A server bound to the address of the settings."""
    return Server(app, settings, patience, most_connections)


async def _in(lane: ThreadPoolExecutor, work: Any, *given: Any) -> Any:
    return await asyncio.get_running_loop().run_in_executor(lane, work, *given)


def _environ(scope: dict[str, Any]) -> WSGIEnvironment:
    """What WSGI wants to know of an ASGI request, all but its body."""
    host, port = scope["server"] or ("", 0)
    environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "REMOTE_ADDR": (scope["client"] or ("",))[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": BytesIO(),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in scope["headers"]:
        # One with an underscore could pass for another; chunks have been put together.
        if b"_" not in name and name != b"transfer-encoding":
            key = name.decode("latin-1").upper().replace("-", "_")
            key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
            text = value.decode("latin-1")
            joint = "; " if key == "HTTP_COOKIE" else ","
            environ[key] = f"{environ[key]}{joint}{text}" if key in environ else text
    return environ


def _call(
    application: WSGIApplication, environ: WSGIEnvironment
) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Status, headers and all of the answer."""
    started: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], _error: Any = None) -> Any:
        started[:] = (
            int(status[:3]),
            [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers],
        )
        return written.append

    written: list[bytes] = []
    answer = application(environ, start_response)
    try:
        written.extend(answer)
    finally:
        if hasattr(answer, "close"):
            answer.close()
    status, headers = started
    return status, headers, b"".join(written)


def _listening(host: str, port: int) -> list[socket.socket]:
    """One socket for each address that the host's name has."""
    found: list[socket.socket] = []
    for family, _kind, _protocol, _name, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        at = (address[0], found[0].getsockname()[1] if found else port)
        found.append(socket.create_server(at, family=family, backlog=2048))
    return found


def _most_files() -> int:
    """How many files and sockets this process may have open, now that it may have all that it can be allowed."""
    try:
        import resource
    except ImportError:  # Windows, where there is no such limit
        return MOST_CONNECTIONS + OTHER_FILES
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + OTHER_FILES
    if allowed != resource.RLIM_INFINITY and allowed < wanted:
        with suppress(ValueError, OSError):
            resource.setrlimit(
                resource.RLIMIT_NOFILE,
                (wanted if most == resource.RLIM_INFINITY else min(wanted, most), most),
            )
        allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return wanted if allowed == resource.RLIM_INFINITY else allowed
