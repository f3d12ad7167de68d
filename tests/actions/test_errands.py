"""Errands are held by one at a time; who lost one writes nothing for it, and three turns are enough."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import select

from nightschool.actions.dispatch.rotas import keep_rota, stop_rota
from nightschool.actions.errands import (
    drop_errand,
    finish_errand,
    hold_errand,
    stop_errand,
    take_errand,
)
from nightschool.database import Database
from nightschool.errors import LostErrand
from nightschool.models.errands import Errand
from nightschool.rules.access import Actor, Post, Role
from nightschool.rules.errands import LEASE, MOST_TURNS
from nightschool.rules.slots import Now
from tests.factories import NOW, Cast, later, make_errand, make_rota

KINDS = ("classes",)
STEPS = (1, 2)


@pytest.fixture
def errand(db) -> Errand:
    return make_errand(db, "classes")


def take(db, now: Now = NOW):
    return take_errand(db, KINDS, now=now)


def test_one_is_held_by_one_at_a_time_and_only_who_knows_its_kind_takes_it(db, errand: Errand) -> None:
    assert take_errand(db, ("rota",), now=NOW) is None
    assert take(db) is not None
    assert take(db, later(seconds=59)) is None
    assert take(db, later(seconds=61)) is not None


def test_a_late_writer_writes_nothing(database: Database) -> None:
    with database.writing() as db:
        errand = make_errand(db, "classes").id
        first = take(db)
        assert first is not None and hold_errand(db, first, steps=STEPS, now=NOW)
    with database.writing() as db:
        second = take(db, later(minutes=2))
        assert second is not None and second.turns == 2
    for write in (finish_errand, drop_errand, hold_errand):
        more = {drop_errand: {"is_final": True}, hold_errand: {"steps": STEPS}}.get(write, {})
        with pytest.raises(LostErrand), database.writing() as db:
            write(db, first, now=later(minutes=2), **more)
    with database.writing() as db:
        finish_errand(db, second, content=b"second", now=later(minutes=2))
    with pytest.raises(LostErrand), database.writing() as db:
        finish_errand(db, second, content=b"once more", now=later(minutes=3))
    with database.reading() as db:
        found = db.get_one(Errand, errand)
        assert (found.state, found.content) == ("done", b"second")


def test_one_that_nobody_brings_to_its_end_has_failed_after_three_turns(db, errand: Errand) -> None:
    for turn in range(MOST_TURNS):
        assert take(db, later(minutes=2 * turn)) is not None  # and whoever is at it dies
    assert take(db, later(hours=1)) is None
    assert errand.state == "failed"


def test_what_fails_is_tried_again_soon_and_what_a_rule_forbids_is_not(db, errand: Errand) -> None:
    taken = take(db)
    drop_errand(db, taken, is_final=False, now=NOW)
    assert take(db, later(seconds=9)) is None
    again = take(db, later(seconds=11))
    drop_errand(db, again, is_final=True, now=later(seconds=12))
    db.refresh(errand)
    assert (errand.state, take(db, later(hours=1))) == ("failed", None)


def test_who_is_at_it_hears_that_somebody_has_had_enough(db, errand: Errand) -> None:
    taken = take(db)
    stop_errand(db, errand.id, now=NOW)
    assert not hold_errand(db, taken, steps=STEPS, now=NOW)
    db.refresh(errand)
    assert (errand.state, errand.steps_done, errand.due_at) == ("stopping", 1, NOW.instant + LEASE)
    finish_errand(db, taken, now=NOW)
    stop_errand(db, errand.id, now=NOW)
    db.refresh(errand)
    assert errand.state == "done"


def test_one_that_was_held_by_a_clock_years_ahead_is_taken_up(db) -> None:
    make_errand(db, "classes", due_at=NOW.instant + timedelta(days=900))
    assert take(db) is not None


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)  # SQLite lets one writer in at a time
def test_one_that_is_stopped_while_it_comes_to_its_end_is_done_and_nobody_fails(
    database: Database, cast: Cast
) -> None:
    by = Actor(None, "督导", (Post(Role.SUPERVISOR, "511002000000"),))
    with database.writing() as db:
        rota = make_rota(db, state="open").public_id
    with database.writing() as db:
        taken = take_errand(db, ("rota",), now=NOW)
    assert taken is not None

    def stop() -> None:
        with database.writing() as db:
            stop_rota(db, rota=rota, by=by, now=NOW)

    with ThreadPoolExecutor() as others:
        with database.writing() as db:
            finish_errand(db, taken, now=NOW)
            stopped = others.submit(stop)
            with suppress(TimeoutError):
                stopped.result(timeout=0.3)
            keep_rota(db, rota, is_whole=True)
        stopped.result()
    with database.reading() as db:
        assert db.scalars(select(Errand.state)).one() == "done"
