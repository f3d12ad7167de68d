"""What is due goes and nothing else, and a dry run says the same before."""

from datetime import timedelta
from pathlib import Path

from click.testing import CliRunner, Result
from sqlalchemy import select
from time_machine import travel

from nightschool.actions.trust.keys import take_keys
from nightschool.cli import cli
from nightschool.database import Database
from nightschool.models.people import HouseholdStatus, Learner
from nightschool.queries.household_status import holder_of
from nightschool.rules.access import SYSTEM
from nightschool.sealing import Digester
from tests import factories
from tests.factories import KEYS, NOW, TODAY


def run(folder: Path, *words: str) -> Result:
    with travel(NOW.instant + timedelta(minutes=1), tick=False):
        return CliRunner().invoke(cli, list(words), env={"NIGHTSCHOOL_DATA": str(folder)})


def test_exactly_what_is_due_goes_and_a_dry_run_says_so_before(tmp_path: Path, installed: Database) -> None:
    database = installed
    year, leap = timedelta(days=365), timedelta(days=3 * 365 + 1)
    with database.writing() as db:
        cast = factories.make_cast(db)
        take_keys(db, digester=Digester(KEYS.signing), by=SYSTEM, now=NOW)
        people = {
            name: factories.make_learner(db, name=name, came_on=TODAY - leap, **columns)
            for name, columns in {
                "来过": {},
                "一年没来": {},
                "刚满三年": {"retired_at": NOW.instant - leap, "left_on": TODAY - leap},
                "差一天": {"retired_at": NOW.instant - leap, "left_on": TODAY - leap + timedelta(days=1)},
            }.items()
        }
        for name, day in (("来过", TODAY - year + timedelta(days=1)), ("一年没来", TODAY - year)):
            held = factories.make_session(db, factories.make_course(db), day)
            factories.make_register(db, held, cast.chen, present=(people[name].id,))
        for name in ("来过", "一年没来"):
            factories.make_household_status(db, people[name])
        kept = holder_of(db, people["来过"].public_id)

    told = run(tmp_path, "retention", "--dry-run")
    assert told.exit_code == 0, told.output
    assert "户类，最后一次上课已经一年：狮湾村 1 人" in told.output
    assert "不再来已经三年：狮湾村 1 人" in told.output and "什么也没有删" in told.output
    with database.reading() as db:
        assert len(db.scalars(select(HouseholdStatus)).all()) == 2

    done = run(tmp_path, "retention")
    assert "户类 1 人，学员 1 人" in done.output, done.output
    with database.reading() as db:
        assert db.scalars(select(HouseholdStatus.holder)).all() == [kept]
        names = set(db.scalars(select(Learner.name).where(Learner.erased_at.is_(None))))
        assert names == {"来过", "一年没来", "差一天"}
    assert "户类 0 人，学员 0 人" in run(tmp_path, "retention").output
    database.dispose()
