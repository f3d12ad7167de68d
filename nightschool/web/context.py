"""What a request works with: the settings, the database, and the clock. The only place on this shelf that reads it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from flask import current_app, g
from sqlalchemy.orm import Session

from nightschool.database import Database
from nightschool.rules.slots import Moment
from nightschool.sealing import Digester
from nightschool.settings import Settings

EXTENSION = "nightschool"


@dataclass(frozen=True)
class Services:
    """Given to the application when it is made; tests give their own clock."""

    settings: Settings
    database: Database
    clock: Callable[[], datetime]
    zone: ZoneInfo


def services() -> Services:
    """This application's services."""
    found: Services = current_app.extensions[EXTENSION]
    return found


def reading() -> AbstractContextManager[Session]:
    """A session for looking; see Database.reading."""
    return services().database.reading()


def writing() -> AbstractContextManager[Session]:
    """A session for changing; see Database.writing."""
    return services().database.writing()


def digester() -> Digester:
    """What names, addresses and one-time codes are digested with."""
    return Digester(services().settings.keys.signing)


def now() -> datetime:
    """The instant of this request, aware, in UTC; the same all through it."""
    if "now" not in g:
        g.now = services().clock().astimezone(UTC)
    moment: datetime = g.now
    return moment


def local_now() -> datetime:
    """The instant of this request on the village's clock."""
    return now().astimezone(services().zone)


def today() -> date:
    """The village's day."""
    return local_now().date()


def minutes_now() -> int:
    """Minutes since the village's midnight."""
    moment = local_now()
    return moment.hour * 60 + moment.minute


def moment() -> Moment:
    """This request's point on the village's clock."""
    return Moment(today(), minutes_now())
