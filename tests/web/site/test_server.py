"""The server: slow and silent browsers, large bodies, many logins at once, and the word of reverse proxies."""

import http.client
import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from select import select
from threading import Event, Thread
from typing import Any

import pytest
from flask import Flask, request

from nightschool.database import Database
from nightschool.settings import Settings
from nightschool.web.site.access import MEGABYTE, MOST_OF_ANYBODY, public
from nightschool.web.site.server import Connection, make_server
from tests.factories import KEYS, SHIWAN, Cast, make_login

FORWARDED = {"X-Forwarded-For": "198.51.100.7, 203.0.113.5", "X-Forwarded-Proto": "https"}
MANY = 400  # what a hundred phones with a few connections each keep open
SETTINGS = Settings(
    data_folder=Path(),
    database_url="",
    base_url="http://127.0.0.1",
    listen_host="127.0.0.1",
    listen_port=0,
    timezone="Asia/Shanghai",
    keys=KEYS,
)


@contextmanager
def served(app: Flask, hops: int = 0, **limits: Any) -> Iterator[int]:
    running = make_server(app, replace(SETTINGS, proxy_hops=hops), **limits)
    thread = Thread(target=running.run, daemon=True)
    thread.start()
    yield running.port
    running.stop()
    thread.join(10)


@pytest.fixture
def port(app: Flask, cast: Cast) -> Iterator[int]:
    """Where the night school answers."""
    with served(app) as port:
        yield port


def ask(port: int, address: str = f"/v/{SHIWAN}", **more: Any) -> tuple[int, float]:
    """The status, and the seconds it took to get it."""
    began = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(more.pop("method", "GET"), address, **more)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, time.monotonic() - began


def opened(port: int, stack: ExitStack, start: bytes = b"") -> socket.socket:
    browser = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
    browser.sendall(start)
    return browser


WHOLE = b"GET /robots.txt HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
POST = b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"


@pytest.mark.parametrize(
    "start",
    [
        pytest.param(b"", id="nothing said"),
        pytest.param(WHOLE, id="kept open after an answer"),
        pytest.param(WHOLE[:-2] + b"X-Slow: ", id="half a header"),
        pytest.param(POST + b"Content-Length: 5000\r\n\r\nlogin_name=", id="half a body"),
        pytest.param(WHOLE * 3, id="several questions at once"),
    ],
)
def test_a_villager_reads_on_while_hundreds_of_phones_are_silent_or_slow(port: int, start: bytes) -> None:
    with ExitStack() as stack:
        for _ in range(MANY):
            opened(port, stack, start)
        assert [ask(port)[0] for _ in range(5)] == [200] * 5
        assert min(ask(port)[1] for _ in range(5)) < 1


def is_let_go(browser: socket.socket) -> bool:
    try:
        return browser.recv(1) == b""
    except ConnectionResetError:
        return True


def test_who_keeps_us_waiting_is_let_go_after_a_while(app: Flask, cast: Cast) -> None:
    with served(app, patience=0.3) as port, ExitStack() as stack:
        slow = [
            opened(port, stack, start) for start in (b"", WHOLE[:-2], POST + b"Content-Length: 9\r\n\r\na")
        ]
        dripping = opened(port, stack, b"GET / HTTP/1.1\r\n")
        gone = Event()

        def drip() -> None:
            try:
                while True:
                    dripping.sendall(b"X-A: b\r\n")
                    time.sleep(0.05)
            except OSError:
                gone.set()

        Thread(target=drip, daemon=True).start()
        assert all(is_let_go(one) for one in slow)
        assert gone.wait(5)


def test_when_there_are_too_many_the_longest_silent_goes_and_a_new_one_is_answered(
    app: Flask, cast: Cast
) -> None:
    with served(app, most_connections=20) as port, ExitStack() as stack:
        first = opened(port, stack)
        for _ in range(40):
            opened(port, stack)
            time.sleep(0.002)
        assert ask(port)[0] == 200
        assert is_let_go(first)


def test_who_reads_slowly_keeps_nobody_from_an_answer(port: int) -> None:
    page = f"GET /v/{SHIWAN} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
    with ExitStack() as stack:
        for _ in range(60):
            opened(port, stack, page * 20)  # and reads none of it
        assert ask(port)[0] == 200


def sent(port: int, head: bytes, pieces: Iterator[bytes]) -> tuple[bytes, int]:
    """The start of the answer, and how many bytes of the body were sent until it was there."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as browser:
        browser.sendall(head)
        total = 0
        browser.settimeout(0.02)
        for piece in pieces:
            browser.settimeout(10)
            browser.sendall(piece)
            total += len(piece)
            browser.settimeout(0.02)
            try:
                return browser.recv(2000), total
            except TimeoutError:
                continue
        browser.settimeout(10)
        return browser.recv(2000), total


def chunks(of: int) -> Iterator[bytes]:
    while True:
        yield b"%x\r\n" % of + b"x" * of + b"\r\n"


def test_a_body_that_says_it_is_too_large_is_refused_before_a_byte_of_it_came(port: int) -> None:
    answer, total = sent(port, POST + b"Content-Length: 300000000\r\n\r\n", iter([b""]))
    assert answer.startswith(b"HTTP/1.1 413 ") and total == 0


def test_a_body_that_does_not_say_how_large_it_is_is_refused_as_soon_as_it_is_too_large(port: int) -> None:
    answer, total = sent(port, POST + b"Transfer-Encoding: chunked\r\n\r\n", chunks(8000))
    assert answer.startswith(b"HTTP/1.1 413 ") and total < 2 * MOST_OF_ANYBODY


@pytest.mark.parametrize("address", [b"/nothing/here", b"/", b"/healthz"])
def test_no_other_address_takes_much_either(port: int, address: bytes) -> None:
    head = POST.replace(b"/login", address) + b"Transfer-Encoding: chunked\r\n\r\n"
    answer, total = sent(port, head, chunks(8000))
    assert answer[9:12] in (b"405", b"404", b"413") and total < 2 * MOST_OF_ANYBODY


def test_who_is_logged_in_may_send_what_their_page_takes(port: int, cast: Cast, database: Database) -> None:
    length = b"Content-Length: %d\r\n" % (2 * MEGABYTE)
    head = POST.replace(b"/login", b"/admin/regions/import") + length
    stranger, _ = sent(port, head + b"\r\n", iter([b""]))
    assert stranger.startswith(b"HTTP/1.1 413 ")
    cookie = f"Cookie: nightschool={make_login(database, cast.system_administrator)}\r\n\r\n".encode()
    answer, total = sent(port, head + cookie, iter([b"x" * MEGABYTE] * 2))
    assert answer.startswith(b"HTTP/1.1 422 ") and total == 2 * MEGABYTE


def test_readers_and_savers_do_not_wait_for_passwords_to_be_checked(port: int) -> None:
    with ExitStack() as stack:
        logins = [
            opened(port, stack, POST + b"Content-Length: 30\r\n\r\nlogin_name=a%02d&password=abcdef" % n)
            for n in range(30)
        ]
        assert ask(port)[0] == 200
        assert ask(port, "/logout", method="POST", body=b"a=b")[0] == 303
        answered, _, _ = select(logins, [], [], 0)
        assert len(answered) < len(logins)
        logins[-1].settimeout(120)
        assert logins[-1].recv(20).startswith(b"HTTP/1.1 422")


@pytest.fixture
def telling() -> Flask:
    """An application that tells what it knows of a request."""
    app = Flask("telling", static_folder=None)

    @app.route("/<path:path>", methods=["GET", "POST"])
    @public
    def tell(path: str) -> Any:
        return {
            "from": request.remote_addr,
            "scheme": request.scheme,
            "path": request.environ["PATH_INFO"].encode("latin-1").decode(),
            "query": request.query_string.decode(),
            "body": request.get_data(as_text=True),
            "cookie": request.headers.get("Cookie"),
            "secret": request.headers.get("X-Secret"),
        }

    return app


@pytest.mark.parametrize(
    ("hops", "comes_from", "scheme"),
    [
        (0, "127.0.0.1", "http"),  # anybody can write such headers
        # What the one proxy saw; what stood there before is the browser's own word.
        (1, "203.0.113.5", "https"),
        (2, "198.51.100.7", "https"),
    ],
)
def test_only_so_many_proxies_are_believed(telling: Flask, hops: int, comes_from: str, scheme: str) -> None:
    with served(telling, hops) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/x", headers=FORWARDED)
        told = json.loads(connection.getresponse().read())
        connection.close()
    assert (told["from"], told["scheme"]) == (comes_from, scheme)


def test_the_application_learns_what_the_browser_sent(telling: Flask) -> None:
    with served(telling) as port, ExitStack() as stack:
        browser = opened(
            port,
            stack,
            b"POST /%E6%9D%91/a%2Fb?q=%E7%A8%BB&x HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: a=1\r\nCookie: b=2\r\n"
            b"X_Secret: forged\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
        )
        told = json.loads(http_body(browser))
    assert told == {
        "from": "127.0.0.1",
        "scheme": "http",
        "path": "/村/a/b",
        "query": "q=%E7%A8%BB&x",
        "body": "abcde",
        "cookie": "a=1; b=2",
        "secret": None,
    }


def http_body(browser: socket.socket) -> bytes:
    answer = http.client.HTTPResponse(browser)
    answer.begin()
    return answer.read()


def test_a_connection_is_kept_after_an_answer_that_nothing_has_changed(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", f"/v/{SHIWAN}")
    answer = connection.getresponse()
    answer.read()
    own = connection.sock
    connection.request("GET", f"/v/{SHIWAN}", headers={"If-None-Match": answer.headers["ETag"]})
    unchanged = connection.getresponse()
    assert (unchanged.status, unchanged.read()) == (304, b"") and connection.sock is own
    connection.close()


def test_a_body_does_not_wait_for_the_browser_to_confirm_the_head(port: int) -> None:
    with ExitStack() as stack:
        browser = opened(port, stack)
        latest, ours = time.monotonic() + 10, []
        while not ours and time.monotonic() < latest:
            ours = [
                connection.transport
                for server in Connection.__subclasses__()
                for connection in tuple(server.waiting)
                if connection.transport.get_extra_info("peername") == browser.getsockname()
            ]
        assert ours[0].get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
