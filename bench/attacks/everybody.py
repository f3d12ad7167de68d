"""Everybody of the demonstration, records of every kind in each of its regions, and an application that serves them.

The application runs in this process, without a server: a campaign asks it thousands of times.
"""

import random
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import select

from bench.attacks.town import Town
from nightschool.database import Database, sqlite_module
from nightschool.models.places import NightSchool
from nightschool.models.trust import Account, Posting
from nightschool.rules.access import Actor, Post, Role
from nightschool.rules.regions import parent_of
from nightschool.sealing import Sealer
from nightschool.settings import from_environment
from nightschool.web.app import create_app
from tests.factories import make_link, make_teacher, make_upload
from tests.web.addresses import SECRET, UPLOAD, Home, region_home, village_home

T = TypeVar("T")
NOBODY = Actor(None, "nobody", ())


@dataclass(frozen=True)
class Everybody:
    """Who asks, and for what."""

    actors: list[Actor]  # nobody, and each account that the demonstration shows
    homes: list[Home]  # each village with a school, and each region above one

    def who(self, login_name: str) -> Actor:
        return next(actor for actor in self.actors if actor.name == login_name)


def furnish(town: Town) -> Everybody:
    """The town has a record of every kind in every region; all of its accounts are named."""
    database = _database(town)
    with database.writing() as db:
        posts: dict[int, list[Post]] = {}
        for posting in db.scalars(select(Posting).order_by(Posting.id)):
            posts.setdefault(posting.account_id, []).append(Post(Role(posting.role), posting.region_code))
        accounts = {account.login_name: account.id for account in db.scalars(select(Account))}
        of_village = {post.region_code: key for key, held in posts.items() for post in held}
        villages = sorted(
            db.scalars(select(NightSchool.region_code)), key=lambda code: code != "511002105201"
        )
        townships = {parent_of(code) or "" for code in villages}
        near = {code: make_teacher(db, code, name="镇上老师") for code in sorted(townships)}
        make_link(db, near["511002105000"], SECRET)
        make_upload(db, accounts["admin"], public_id=UPLOAD, content=None)
        homes = [
            village_home(db, code, of_village[code], near[parent_of(code) or ""].public_id)
            for code in villages
        ]
        above = townships | {code[:6] + "0" * 6 for code in villages} | {"511000000000", "510000000000"}
        homes += [region_home(db, code, of_village.get(code, accounts["admin"])) for code in sorted(above)]
    database.dispose()
    shown = [Actor(accounts[name], name, tuple(posts[accounts[name]])) for name in town.accounts]
    return Everybody([NOBODY, *shown], homes)


@contextmanager
def application(town: Town, *, asks_for_tokens: bool = False) -> Iterator[Flask]:
    """What serves the town."""
    database = _database(town)
    settings = from_environment(town.environment | {"NIGHTSCHOOL_BASE_URL": "http://localhost"})
    app = create_app(settings, database)
    # Compiled once for all campaigns: half of what asking for every page once takes.
    compiled = town.folder.with_name("compiled")
    compiled.mkdir(exist_ok=True)
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(compiled))
    app.config.update(WTF_CSRF_ENABLED=asks_for_tokens, PROPAGATE_EXCEPTIONS=False)
    yield app
    database.dispose()


class Watch:
    """Knows whether anything was written into the town's database."""

    def __init__(self, town: Town) -> None:
        self.connection = sqlite_module().connect(town.folder / "nightschool.db")
        self.seen = self._now()

    def has_changed(self) -> bool:
        """True when something was, since this was asked last."""
        before, self.seen = self.seen, self._now()
        return before != self.seen

    def _now(self) -> int:
        version: int = self.connection.execute("PRAGMA data_version").fetchone()[0]
        return version


def some(asks: Iterable[T], number: int | None) -> list[T]:
    """So many of them, drawn by chance and the same each time; all of them without a number."""
    found = list(asks)
    return found if number is None else random.Random(5).sample(found, min(number, len(found)))


def _database(town: Town) -> Database:
    settings = from_environment(town.environment)
    return Database(settings.database_url, sealer=Sealer(settings.keys.sealing))
