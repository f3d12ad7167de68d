"""Connections that stand idle, send or read slowly, send too much, or try passwords, beside somebody who reads.

Figures are of the public page of a village, asked on a new connection each time.
"""

import asyncio
import http.client
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from bench.attacks.town import VILLAGE_PAGE, Browser, Figure, Town, size_of

HEAD = b" HTTP/1.1\r\nHost: 127.0.0.1\r\n"
POST = b"POST /login" + HEAD + b"Content-Type: application/x-www-form-urlencoded\r\n"
PAGE = b"GET " + VILLAGE_PAGE.encode() + HEAD + b"\r\n"
# What is sent at once, and again every second.
KINDS = {
    "silent from the start": (b"", b""),
    "idle after an answer": (b"GET /robots.txt" + HEAD + b"\r\n", b""),
    "sending a header slowly": (b"GET /" + HEAD, b"X-A: b\r\n"),
    "sending a body slowly": (POST + b"Content-Length: 60000\r\n\r\n", b"a"),
    "asking and hardly reading": (PAGE, b""),
}
CONNECTIONS = 2000
MEGABYTE = 1024 * 1024


def run(town: Town, is_short: bool) -> Iterator[Figure]:
    """One figure a kind of connection, then large bodies, then logins."""
    seconds = 1.0 if is_short else 10.0
    temporary = town.folder / "tmp"
    temporary.mkdir(exist_ok=True)
    with town.served(TMPDIR=str(temporary)):
        p95(town, 0.5)
        yield Figure("public page, nobody else there, p95", p95(town, seconds / 2), 100, "ms")
        for kind, (first, then) in KINDS.items():
            with meanwhile(keep_open, town.port, first, then):
                yield Figure(f"public page, {CONNECTIONS} {kind}, p95", p95(town, seconds), 100, "ms")
        yield from bodies(town, temporary)
        with meanwhile(try_passwords, town):
            yield Figure("public page, 40 posting logins, p95", p95(town, seconds), 300, "ms")


def p95(town: Town, seconds: float) -> float:
    """Milliseconds in which 95 of 100 get the page; endless when one does not get it."""
    taken: list[float] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", town.port, timeout=20)
        try:
            connection.request("GET", VILLAGE_PAGE)
            answer = connection.getresponse()
            answer.read()
            good = answer.status == 200
        except OSError:
            good = False
        connection.close()
        taken.append((time.perf_counter() - began) * 1000 if good else float("inf"))
        time.sleep(0.01)
    return sorted(taken)[int(len(taken) * 0.95)]


@contextmanager
def meanwhile(work: Callable[..., None], *given: Any) -> Iterator[None]:
    """A process of its own does this, which must not slow down who measures, and is ready."""
    context = get_context("spawn")
    ready = context.Event()
    process = context.Process(target=work, args=(ready, *given), daemon=True)
    process.start()
    ready.wait()
    yield
    process.kill()
    process.join()


def keep_open(ready: Any, port: int, first: bytes, then: bytes) -> None:
    """So many connections stand; each has got its answer if it asked for one. Until the process is ended."""

    async def one(number: int) -> None:
        await asyncio.sleep(number / 2000)
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        writer.write(first)
        if first.endswith(b"\r\n\r\n") and not then:
            await reader.read(1)
        standing.release()
        while True:
            await asyncio.sleep(1)
            writer.write(then)

    async def all_of_them() -> None:
        tasks = [asyncio.create_task(one(number)) for number in range(CONNECTIONS)]
        for _ in range(CONNECTIONS):
            await standing.acquire()
        await asyncio.sleep(1)
        ready.set()
        await asyncio.gather(*tasks, return_exceptions=True)

    standing = asyncio.Semaphore(0)
    asyncio.run(all_of_them())


def bodies(town: Town, temporary: Path) -> Iterator[Figure]:
    """300 MB to the page for logging in, announced and not."""
    for kind, head, piece in (
        ("announced", b"Content-Length: 300000000\r\n\r\n", b"x" * 65536),
        ("in chunks", b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"x" * 65536 + b"\r\n"),
    ):
        taken, status, most = asyncio.run(_too_much(town, POST + head, piece, temporary))
        yield Figure(f"a body of 300 MB {kind}: sent when the answer was there", taken / MEGABYTE, 8, "MB")
        yield Figure(f"a body of 300 MB {kind}: not refused with 413", int(status != b"413"), 0)
        yield Figure(f"a body of 300 MB {kind}: on the disk meanwhile", most / MEGABYTE, 0.1, "MB")


async def _too_much(town: Town, head: bytes, piece: bytes, temporary: Path) -> tuple[int, bytes, int]:
    """Bytes sent, status, most bytes on the disk."""
    reader, writer = await asyncio.open_connection("127.0.0.1", town.port)
    writer.write(head)
    answer = asyncio.create_task(reader.read(12))
    sent = most = 0
    try:
        while not answer.done() and sent < 300_000_000:
            writer.write(piece)
            await asyncio.wait([asyncio.create_task(writer.drain()), answer], return_when="FIRST_COMPLETED")
            await asyncio.sleep(0)
            sent += len(piece)
            most = max(most, size_of(temporary))
        status = (await asyncio.wait_for(answer, 10))[9:12]
    except OSError:
        status = b"cut"
    writer.close()
    return sent, status, most


def try_passwords(ready: Any, town: Town) -> None:
    """Forty people without end, each time another name, from another address. Until the process is ended."""

    def go_on(number: int) -> None:
        for tries in count():
            # All of 127.0.0.0/8 is this machine, but not where only one address of it was given to it.
            comes_from = (
                f"127.{number + 1}.{tries // 250 % 250}.{tries % 250 + 1}" if is_linux else "127.0.0.1"
            )
            browser = Browser(town, comes_from)
            browser.post(
                "/login", "/login", login_name=f"guess{number}x{tries}", password="password-of-nobody"
            )

    is_linux = sys.platform == "linux"
    for number in range(40):
        threading.Thread(target=go_on, args=(number,), daemon=True).start()
    time.sleep(0.5)
    ready.set()
    time.sleep(1e6)
