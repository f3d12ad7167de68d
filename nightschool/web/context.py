"""What a request works with: the settings, the database, and the clock. The only place on this shelf that reads it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import current_app, g
from sqlalchemy.orm import Session

from nightschool.database import Database
from nightschool.rules.slots import Moment, Now
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

    def now(self) -> Now:
        """This instant, and what the village's clock shows at it."""
        return Now.at(self.clock(), self.zone)


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


def now() -> Now:
    """When this request came; the same all through it."""
    if "now" not in g:
        g.now = services().now()
    found: Now = g.now
    return found


def today() -> date:
    """The village's day."""
    return now().day


def moment() -> Moment:
    """This request's point on the village's clock."""
    return now().moment
