"""A villager has their data taken away; and was told before what is kept."""

import hashlib
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError

from nightschool.actions.people.people import add_learner, edit_learner
from nightschool.database import Database
from nightschool.models.attendance import Mark, MarkEvent
from nightschool.models.people import FormerValue, HouseholdStatus, Learner
from nightschool.rules.people.people import LearnerEntry
from nightschool.rules.people.told import NOTICE_NOW, NOTICES
from tests.factories import (
    NOW,
    SHIWAN,
    Cast,
    make_course,
    make_household_status,
    make_learner,
    make_register,
    make_session,
)

PHONE = "13812345678"


@pytest.fixture
def zhang(database: Database, cast: Cast) -> str:
    """张桂花 came to a class, her son once instead of her; 张小军 is of her household."""
    with database.writing() as db:
        entry = LearnerEntry("张桂花", "一组", "", "female", 1960, PHONE, is_told=True)
        asks = add_learner(db, village=SHIWAN, entry=entry, by=cast.chen_actor, now=NOW)
        her = db.scalars(select(Learner).where(Learner.public_id == asks)).one()
        make_learner(db, name="张小军", household="张桂花", group_name="一组", group_number=her.group_number)
        held = make_session(db, make_course(db))
        register = make_register(db, held, cast.chen, present=(her.id,))
        db.execute(update(Mark).values(status="substitute", came_instead="张大军"))
        db.add(
            MarkEvent(
                submission_id=db.scalars(select(Mark.submission_id)).one(),
                class_session_id=held.id,
                learner_id=her.id,
                status="substitute",
                came_instead="张大军",
            )
        )
        make_household_status(db, her)
        assert register is not None
        return asks


@pytest.mark.both_databases
def test_who_is_erased_is_nobody_any_more_and_counts_as_before(
    database: Database, cast: Cast, browser_of: Any, zhang: str
) -> None:
    chen = browser_of(cast.chen)
    page = chen.get(f"/learners/{zhang}/erase")
    assert "永久删除张桂花的资料" in page.text
    refused = chen.post(f"/learners/{zhang}/erase", data={"why": "asked"})
    assert refused.status_code == 422 and "看清了就在这里打勾" in refused.text
    assert chen.post(f"/learners/{zhang}/erase", data={"why": "asked", "is_sure": "y"}).status_code == 303
    assert chen.get(f"/learners/{zhang}").status_code == 404
    assert chen.post(f"/learners/{zhang}/back", data={"seen": "2"}).status_code == 404
    roster = chen.get(f"/desk/{SHIWAN}/learners?state=all").text + chen.get(f"/desk/{SHIWAN}/learners").text
    assert "张桂花" not in roster.replace("张桂花的资料永久删除了", "") and "张小军" in roster
    with database.reading() as db:
        her = db.scalars(select(Learner).where(Learner.erased_at.is_not(None))).one()
        other = db.scalars(select(Learner).where(Learner.name == "张小军")).one()
        assert (her.phone, her.birth_year, her.household, her.search_keys.find("zgh")) == (None, None, "", -1)
        assert other.household == her.name, "as many households are counted as before"
        assert db.scalar(select(func.count()).select_from(Mark).where(Mark.learner_id == her.id)) == 1
        assert not db.scalar(select(func.count()).select_from(HouseholdStatus))
        assert set(db.scalars(select(MarkEvent.came_instead))) == {""}
    with pytest.raises(IntegrityError), database.writing() as db:
        db.execute(text("UPDATE mark_event SET status = 'present'"))
    trail = unescape(chen.get(f"/trail/{SHIWAN}").text)
    assert "永久删除了" in trail and "张桂花" not in trail
    if database.is_sqlite:
        place = Path(database.url.database or "")
        for one in place.parent.glob(f"{place.name}*"):
            for gone in ("张桂花", "张大军", PHONE, "zhang gui hua"):
                at = one.read_bytes().find(gone.encode())
                assert at < 0, (gone, one.name, one.read_bytes()[max(at - 60, 0) : at + 60])


def test_a_number_is_kept_of_whoever_was_told_and_what_was_wrong_stays_to_be_read(
    database: Database, cast: Cast, browser_of: Any
) -> None:
    chen = browser_of(cast.chen)
    typed = {"name": "李二", "group_name": "二组", "phone": PHONE, "household": "李大"}
    refused = chen.post(f"/desk/{SHIWAN}/learners/new", data=typed)
    assert refused.status_code == 422 and "先把告知书念给本人听" in refused.text and PHONE in refused.text
    assert chen.post(f"/desk/{SHIWAN}/learners/new", data={**typed, "is_told": "y"}).status_code == 303
    notice = chen.get(f"/desk/{SHIWAN}/learners/notice").text
    assert NOTICE_NOW in notice and "要求删掉" in notice
    with database.writing() as db:
        li = db.scalars(select(Learner).where(Learner.name == "李二")).one()
        assert li.told_version == NOTICE_NOW
        asks, version = li.public_id, li.version
        edit_learner(
            db,
            learner=asks,
            entry=LearnerEntry("李贰", "二组", "李大", phone="13900001111"),
            version=version,
            by=cast.chen_actor,
            now=NOW,
        )
        kept = db.scalars(select(FormerValue)).one()
        assert kept.field == "name" and "李二" not in kept.sealed
    own = chen.post(f"/learners/{asks}/data").text
    assert "改以前是怎么写的" in own and "李二" in own and "陈书记" in own and NOTICE_NOW in own


def test_a_notice_that_somebody_was_told_never_changes() -> None:
    told = {
        version: hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]
        for version, lines in NOTICES.items()
    }
    assert told == {"2026-12": "d5cc86339615"}
