"""Errands are done here: this process takes up the next one, holds it while it works, and writes what came of it."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from threading import Event, Thread
from time import sleep
from typing import Any

from flask import Flask, Response, current_app, make_response
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from nightschool.actions.errands import ErrandTurn, drop_errand, finish_errand, hold_errand, take_errand
from nightschool.errors import LostErrand, NightSchoolError, StaleRecord
from nightschool.queries.errands import is_any_due
from nightschool.queries.trust.incidents import is_frozen
from nightschool.queries.trust.trust import actor_of
from nightschool.rules.access import SYSTEM, Actor
from nightschool.rules.errands import LEASE, ErrandKind
from nightschool.rules.slots import Now
from nightschool.texts import using_language
from nightschool.web.site.context import SERVICES, Services

ERRANDS = "nightschool.errands"
LOOK_AGAIN_SECONDS = 2
LOOK_FOR_WORK = BEAT = 1.0  # seconds
_logger = logging.getLogger(__name__)


@dataclass
class ErrandHeld:
    """An errand that this process has taken up. What its work changes, it changes through this alone."""

    given: Services
    errand: ErrandTurn
    lease: timedelta
    steps: tuple[int, int] = (0, 1)
    is_lost: bool = False

    def __post_init__(self) -> None:
        self.goes_on = self.errand.goes_on

    def now(self) -> Now:
        """This instant."""
        return self.given.now()

    @property
    def region(self) -> str:
        """Of what it is; for errands of a region."""
        assert self.errand.region_code is not None, "it was asked for there"
        return self.errand.region_code

    def by(self, db: Session) -> Actor:
        """Whoever asked, with what they may do today."""
        asker = self.errand.account_id
        return SYSTEM if asker is None else actor_of(db, asker, today=self.now().day)

    def tell(self, done: int, every: int) -> bool:
        """Others see soon how far it is. False when it shall go no further. Raises LostErrand."""
        self.steps = done, every
        if self.is_lost:
            raise LostErrand
        return self.goes_on

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session for changing while nobody else takes the errand up. Raises LostErrand when somebody has."""
        with self.given.database.writing() as db:
            self.goes_on = hold_errand(db, self.errand, steps=self.steps, now=self.now(), lease=self.lease)
            yield db

    @contextmanager
    def ending(self, content: bytes | None = None) -> Iterator[Session]:
        """The same for the last change: with it the errand is done, and this file can be fetched."""
        with self.given.database.writing() as db:
            finish_errand(db, self.errand, content=content, now=self.now())
            yield db

    def beat(self, ended: Event) -> None:
        """It is held until it has ended, or somebody else has it."""
        while not ended.wait(BEAT) and not self.is_lost:
            with suppress(SQLAlchemyError):
                try:
                    with self.writing():
                        pass
                except LostErrand:
                    self.is_lost = True


Work = Callable[[ErrandHeld], None]
_works: dict[ErrandKind, Work] = {}


def does(kind: ErrandKind) -> Callable[[Work], Work]:
    """Errands of this kind are done by the function: in any process, without a request, perhaps twice."""

    def register(work: Work) -> Work:
        _works[kind] = work
        return work

    return register


class Errands:
    """What one application does of what waits: one errand at a time."""

    def __init__(self, app: Flask, *, lease: timedelta = LEASE) -> None:
        self._app, self._lease, self._has_thread = app, lease, False
        self._beside = Thread()

    def start(self) -> None:
        """A thread of this process does what waits."""
        self._has_thread = True
        Thread(target=self.run, name="errands", daemon=True).start()

    def run(self) -> None:
        """What waits is done as it comes, for ever."""
        while True:
            try:
                is_idle = not self.do_next()
            except SQLAlchemyError:  # the database is away, or has no room: later, then
                is_idle = True
            if is_idle:
                sleep(LOOK_FOR_WORK)

    def go_on_with(self, work: Callable[[], None]) -> bool:
        """What nobody else could do, because it needs what only this process has, has begun beside the answer.

        False where another such thing goes on.
        """
        if is_free := not self._beside.is_alive():
            self._beside = Thread(target=work, daemon=True)
            self._beside.start()
        return is_free

    def wait(self) -> None:
        """What waited has been done, where no thread does it; and what went on here has ended."""
        if self._beside.is_alive():
            self._beside.join()
        while not self._has_thread and self.do_next():
            pass

    def do_next(self) -> bool:
        """One errand was taken up, and came to some end here. False where none waits."""
        given: Services = self._app.extensions[SERVICES]
        with given.database.reading() as db:
            if not is_any_due(db, now=given.now()) or is_frozen(db):
                return False
        with given.database.writing() as db:
            taken = take_errand(db, list(_works), now=given.now(), lease=self._lease)
        if taken is not None:
            self._do(ErrandHeld(given, taken, self._lease))
        return taken is not None

    def _do(self, held: ErrandHeld) -> None:
        ended = Event()
        Thread(target=held.beat, args=(ended,), name="errand's beat", daemon=True).start()
        try:
            with self._app.app_context(), using_language(held.errand.language):
                _works[held.errand.kind](held)
        except LostErrand:
            _logger.warning("an errand was taken up by another")
        except Exception as error:
            _logger.exception("an errand was not done")
            # A rule will say the same next time, unless it is that somebody else was quicker.
            is_final = isinstance(error, NightSchoolError) and not isinstance(error, StaleRecord)
            with suppress(LostErrand), held.given.database.writing() as db:
                drop_errand(db, held.errand, is_final=is_final, now=held.now())
        finally:
            ended.set()


def errands() -> Errands:
    """This application's errands."""
    found: Errands = current_app.extensions[ERRANDS]
    return found


def percent_of(found: Any) -> int:
    """How far it is that has these steps, done and of how many."""
    done: int = (found.steps_done or 0) * 100 // max(found.steps_all or 1, 1)
    return done


def looked_at_again(page: str) -> Response:
    """The page of what goes on: after a while the browser asks for it again."""
    response = make_response(page)
    response.headers["Refresh"] = str(LOOK_AGAIN_SECONDS)
    return response
