"""`/metrics`: counts for a program that watches many servers (Prometheus). Off unless a setting says by which word.

They tell how much and how quickly, never who or where. Needs the extra `metrics`.
"""

import time
from collections.abc import Callable, Iterable
from hmac import compare_digest
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Blueprint, Flask, Response, abort, current_app, request
from sqlalchemy.exc import SQLAlchemyError

from nightschool.database import Database
from nightschool.errors import ConfigurationError
from nightschool.queries.condition import seconds_behind, sheets_unsettled
from nightschool.queries.errands import errands_waiting
from nightschool.web.site.access import public
from nightschool.web.site.context import services

bp = Blueprint("metrics", __name__)

_METRICS = "nightschool.metrics"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20)
_KINDS = {"GET": "reading", "HEAD": "reading", "POST": "sending"}


def init_app(app: Flask) -> None:
    """Whatever is answered is counted, where the counts are wanted. Raises ConfigurationError without the extra."""
    with app.app_context():
        if not services().settings.metrics_token:
            return
    try:
        from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
    except ImportError:
        raise ConfigurationError("NIGHTSCHOOL_METRICS_TOKEN needs: pip install prometheus-client") from None
    registry = app.extensions[_METRICS] = CollectorRegistry()
    ProcessCollector(registry=registry)
    requests = Counter("nightschool_requests", "Answered", ["kind", "status"], registry=registry)
    seconds = Histogram(
        "nightschool_request_seconds",
        "Until an answer began",
        ["kind"],
        buckets=_SECONDS,
        registry=registry,
    )
    answering = app.wsgi_app

    def counting(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        began, kind = time.perf_counter(), _KINDS.get(environ["REQUEST_METHOD"], "other")

        def starting(status: str, headers: list[tuple[str, str]], *rest: Any) -> Callable[[bytes], object]:
            requests.labels(kind, f"{status[0]}xx").inc()
            seconds.labels(kind).observe(time.perf_counter() - began)
            return start_response(status, headers, *rest)

        return answering(environ, starting)

    app.wsgi_app = counting  # type: ignore[method-assign]  # as Flask says


@bp.get("/metrics")
@public
def counts() -> Response:
    """The counts, for whoever sends the word of the setting; for everybody else there is no such page."""
    token, said = services().settings.metrics_token, request.headers.get("Authorization", "")
    if not token or not compare_digest(said.encode(), f"Bearer {token}".encode()):
        abort(404)
    from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

    now = CollectorRegistry()

    def tell(name: str, what: str, number: float) -> None:
        Gauge(f"nightschool_{name}", what, registry=now).set(number)

    tell("free_megabytes", "Where the data lives", services().settings.free_megabytes)
    names = ["database", "state"]
    connections = Gauge("nightschool_database_connections", "Of this server", names, registry=now)
    answers = Gauge("nightschool_database_up", "Whether it answers", names[:1], registry=now)
    found = services()
    for name, database in (("main", found.database), ("replica", found.replica)):
        if database is None:
            continue
        for state, number in _pooled(database).items():
            connections.labels(name, state).set(number)
        try:
            with database.reading() as db:
                if name == "main":
                    tell("sheets_waiting", "That somebody must look at", sheets_unsettled(db))
                    errands = errands_waiting(db, since=found.now().instant)
                    tell("errands_waiting", "That nobody has taken up yet", errands)
                else:
                    tell("replica_behind_seconds", "What readers see is so old", seconds_behind(db))
            answers.labels(name).set(1)
        except SQLAlchemyError:
            answers.labels(name).set(0)
    told = generate_latest(current_app.extensions[_METRICS]) + generate_latest(now)
    return Response(told, headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"})


def _pooled(database: Database) -> dict[str, int]:
    """Open connections by whether somebody uses them."""
    pools: list[Any] = [engine.pool for engine in database.engines]  # QueuePool on both databases
    return {"used": sum(one.checkedout() for one in pools), "idle": sum(one.checkedin() for one in pools)}
