"""The server behind reverse proxies: whose word it takes for where a request comes from."""

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from nightschool.settings import Settings
from nightschool.web.site.server import make_server
from tests.factories import KEYS

FORWARDED = {"X-Forwarded-For": "198.51.100.7, 203.0.113.5", "X-Forwarded-Proto": "https"}


def tell_origin(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "application/json")])
    told = {"from": environ["REMOTE_ADDR"], "scheme": environ["wsgi.url_scheme"]}
    return [json.dumps({**told, "forwarded": environ.get("HTTP_X_FORWARDED_FOR")}).encode()]


@contextmanager
def served(hops: int) -> Iterator[int]:
    settings = Settings(
        data_folder=Path(),
        database_url="",
        base_url="https://school.example",
        listen_host="127.0.0.1",
        listen_port=0,
        timezone="Asia/Shanghai",
        keys=KEYS,
        proxy_hops=hops,
    )
    server = make_server(tell_origin, settings)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    yield server.effective_port
    server.trigger.pull_trigger(server.close)
    thread.join(5)


@pytest.mark.parametrize(
    ("hops", "comes_from", "scheme"),
    [
        (0, "127.0.0.1", "http"),  # anybody can write such headers
        (
            1,
            "203.0.113.5",
            "https",
        ),  # what the one proxy saw; what stood there before is the browser's own word
        (2, "198.51.100.7", "https"),
    ],
)
def test_only_so_many_proxies_are_believed(hops: int, comes_from: str, scheme: str) -> None:
    with served(hops) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/", headers=FORWARDED)
        told = json.loads(connection.getresponse().read())
        connection.close()
    assert (told["from"], told["scheme"]) == (comes_from, scheme)
    if not hops:
        assert told["forwarded"] is None
