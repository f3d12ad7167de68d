"""The server that is measured: the real application and constant pages, side by side in one server.

Run by public_pages.py and staff_pages.py as a process of its own: `python -m bench._server URL`. It prints its port.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from flask import Flask, Response
from sqlalchemy import event

from bench._data import NOW
from nightschool.database import Database
from nightschool.sealing import Sealer
from nightschool.settings import Settings, new_keys
from nightschool.web.app import create_app
from nightschool.web.site.delivery import EXTENSION
from nightschool.web.site.server import make_server

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


def constant_app() -> Flask:
    """A Flask page that does nothing: `/<size>` answers with so many bytes."""
    app = Flask("constant", static_folder=None)
    pages: dict[int, bytes] = {}

    @app.get("/<int:size>")
    def page(size: int) -> Response:
        if size not in pages:
            pages[size] = b"x" * size
        return Response(pages[size], mimetype="text/html")

    return app


class Side:
    """Sends `/constant/…` to the constant page, `/anew/…` to the application with nothing kept, the rest as it is.

    `/meter` tells the processor time this process has used, and the SQL statements and transactions it has begun.
    """

    def __init__(self, app: Flask, constant: Flask, database: Database) -> None:
        self.app: Wsgi = app.wsgi_app
        self.constant: Wsgi = constant.wsgi_app
        self.shelf = app.extensions[EXTENSION].shelf
        self.statements = self.transactions = 0
        for engine in database.engines:
            event.listen(engine, "before_cursor_execute", self._count)
            event.listen(engine, "begin", self._count_begin)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path.startswith("/constant/"):
            environ["PATH_INFO"] = path[len("/constant") :]
            return self.constant(environ, start_response)
        if path == "/meter":
            told = {"statements": self.statements, "transactions": self.transactions}
            body = json.dumps({"cpu": time.process_time(), **told}).encode()
            start_response(
                "200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
            )
            return [body]
        if path.startswith("/anew/"):
            environ["PATH_INFO"] = path[len("/anew") :]
            self.shelf.clear()
        return self.app(environ, start_response)

    def _count(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "ROLLBACK", "COMMIT")):
            self.statements += 1

    def _count_begin(self, _connection: Any) -> None:
        self.transactions += 1


def main() -> None:
    url = sys.argv[1]
    keys = new_keys()
    database = Database(url, sealer=Sealer(keys.sealing))
    settings = Settings(
        data_folder=Path(tempfile.gettempdir()),
        database_url=url,
        base_url="https://nightschool.example.org",
        listen_host="127.0.0.1",
        listen_port=0,
        timezone="Asia/Shanghai",
        keys=keys,
    )
    app = create_app(settings, database, clock=lambda: NOW.instant)
    app.wsgi_app = Side(app, constant_app(), database)  # type: ignore[method-assign]  # as Flask says
    server = make_server(app, settings)
    print(server.port, flush=True)
    server.run()


if __name__ == "__main__":
    main()
