"""What a request works with: the settings, the database, and the clock. The only place on this shelf that reads it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import Flask, Response, current_app, g, request
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from nightschool.database import OUT_OF_REACH, Database
from nightschool.errors import Frozen
from nightschool.queries.trust.incidents import is_frozen
from nightschool.rules.slots import Moment, Now
from nightschool.sealing import Digester
from nightschool.settings import Settings

SERVICES = "nightschool"
JUST_SENT = "nightschool-sent"  # a cookie of whoever sent something lately, and must see what became of it
_LATE_SECONDS = 60  # no replica that is asked is further behind


@dataclass(frozen=True)
class Services:
    """Given to the application when it is made; tests give their own clock."""

    settings: Settings
    database: Database
    clock: Callable[[], datetime]
    zone: ZoneInfo
    replica: Database | None = None  # looked at for whoever may see it a moment late

    def now(self) -> Now:
        """This instant, and what the village's clock shows at it."""
        return Now.at(self.clock(), self.zone)


def services() -> Services:
    """This application's services."""
    found: Services = current_app.extensions[SERVICES]
    return found


def whole(path: str) -> str:
    """The whole address of a path of ours, as it is read anywhere else."""
    return services().settings.base_url + path


def init_app(app: Flask) -> None:
    """What a request has looked at is let go of when it ends."""
    app.teardown_request(_stop_reading)
    app.after_request(_note_sender)


def login_cookie() -> str:
    """The name of the cookie that holds a login; over TLS it carries the prefix that ties it to this host."""
    return "__Host-nightschool" if services().settings.is_https else "nightschool"


def _note_sender(response: Response) -> Response:
    """Who is not logged in and sends something looks, for a while, at the database that took it."""
    if services().replica and request.method == "POST":
        secure = services().settings.is_https
        response.set_cookie(
            JUST_SENT, "1", max_age=_LATE_SECONDS, secure=secure, httponly=True, samesite="Lax"
        )
    return response


def _replica() -> Database | None:
    """Where this request may look instead, because nobody who sends it can have changed anything just now."""
    own = {JUST_SENT, login_cookie()}
    return services().replica if request.method == "GET" and own.isdisjoint(request.cookies) else None


@contextmanager
def reading() -> Iterator[Session]:
    """This request's session for looking: one transaction from its first look until it changes something or ends."""
    if "reading" not in g:
        g.reading = ExitStack()
        g.seen = _begun(_replica()) or g.reading.enter_context(services().database.reading())
    try:
        yield g.seen
    except SQLAlchemyError as error:
        _stop_reading(error)  # PostgreSQL would refuse whatever is asked next, the page that says so too
        raise


def _begun(replica: Database | None) -> Session | None:
    """A session that has begun to look there; None where there is no replica, or none in reach."""
    if replica is None:
        return None
    with ExitStack() as opened:
        seen = opened.enter_context(replica.reading())
        try:
            seen.connection()
        except OUT_OF_REACH:
            return None
        g.reading = opened.pop_all()
        return seen


def looking() -> Connection:
    """A plain connection for looking; see Database.looking."""
    if replica := _replica():
        try:
            return replica.looking()
        except OUT_OF_REACH:
            pass
    return services().database.looking()


@contextmanager
def writing() -> Iterator[Session]:
    """A session for changing; see Database.writing. What the request looks at afterwards is as it is by then.

    That a form has arrived is part of the first change it makes (web/site/once.py).
    """
    _stop_reading()
    with services().database.writing() as db:
        # Whoever is logged in still is, so that it is not frozen: every login ends when it is.
        if g.get("login") is None and is_frozen(db):
            raise Frozen
        if claim := g.get("claim"):
            claim(db)
        yield db
    g.pop("claim", None)
    _stop_reading()


def _stop_reading(error: BaseException | None = None) -> None:
    if "reading" in g:
        g.pop("seen")
        # With its error: without one it would commit, which a broken connection refuses with an error of another kind.
        g.pop("reading").__exit__(type(error) if error else None, error, error and error.__traceback__)


def digester() -> Digester:
    """What names, addresses and one-time codes are digested with."""
    return Digester(services().settings.keys.signing)


def proofs(purpose: str, *parts: str) -> list[str]:
    """What an address carries so that nobody can make one up; then what those carry that were made with older keys."""
    return [Digester(key)(purpose, *parts) for key in services().settings.keys.that_sign]


def now() -> Now:
    """When this request came; the same all through it."""
    found: Now | None = g.get("now")
    if found is None:
        found = g.now = services().now()
    return found


def today() -> date:
    """The village's day."""
    return now().day


def moment() -> Moment:
    """This request's point on the village's clock."""
    return now().moment
