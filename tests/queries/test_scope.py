"""Where a record belongs, which decides who may see it."""

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from nightschool.models.people import Teacher
from nightschool.models.places import Venue
from nightschool.models.trust import Account, Posting
from nightschool.queries.scope import account_regions, region_of
from nightschool.rules.access import Role
from tests.factories import (
    JIANLI,
    SHIWAN,
    TODAY,
    Cast,
    make_course,
    make_learner,
    make_link,
    make_question,
    make_session,
)

TOWNSHIP = "511002105000"


def test_each_record_belongs_to_its_own_region(cast: Cast, db: Session) -> None:
    course = make_course(db, JIANLI)
    records: dict[str, Any] = {
        "course": course,
        "class_session": make_session(db, course),
        "learner": make_learner(db, JIANLI),
        "venue": db.get_one(Venue, cast.other_venue),
        "teacher": db.get_one(Teacher, cast.teacher),
        "teacher_link": make_link(db, db.get_one(Teacher, cast.teacher), region_code=JIANLI),
    }
    records["question"] = make_question(db, records["class_session"])
    found = {kind: region_of(db, kind, record.public_id) for kind, record in records.items()}
    assert found == {**dict.fromkeys(records, JIANLI), "teacher": TOWNSHIP}


def test_unknown_record_belongs_nowhere(cast: Cast, db: Session) -> None:
    for kind in [
        "course",
        "class_session",
        "learner",
        "venue",
        "teacher",
        "teacher_link",
        "question",
        "village",
        "region",
    ]:
        for key in ["", "A" * 22, "511002999999", "' OR 1=1 --"]:
            assert region_of(db, kind, key) is None


def test_township_is_a_region_and_no_village(cast: Cast, db: Session) -> None:
    assert region_of(db, "region", TOWNSHIP) == TOWNSHIP
    assert region_of(db, "village", TOWNSHIP) is None
    assert region_of(db, "village", SHIWAN) == SHIWAN


def test_record_of_one_kind_is_not_found_as_another(cast: Cast, db: Session) -> None:
    learner = make_learner(db)
    assert region_of(db, "teacher", learner.public_id) is None


def regions(db: Session, account_id: int) -> set[str | None]:
    return set(account_regions(db, db.get_one(Account, account_id).public_id, today=TODAY))


def post(db: Session, account_id: int, region: str, first: int, last: int | None = None) -> None:
    db.add(
        Posting(
            account_id=account_id,
            role=Role.COORDINATOR,
            region_code=region,
            from_day=TODAY + timedelta(days=first),
            to_day=None if last is None else TODAY + timedelta(days=last),
        )
    )
    db.flush()


def test_account_belongs_where_its_postings_are_now_or_will_be(cast: Cast, db: Session) -> None:
    post(db, cast.chen, JIANLI, 5)
    assert regions(db, cast.chen) == {SHIWAN, JIANLI}


def test_account_no_longer_belongs_where_it_has_left(cast: Cast, db: Session) -> None:
    post(db, cast.chen, JIANLI, -50, -1)
    assert regions(db, cast.chen) == {SHIWAN}


def test_last_day_of_a_posting_still_counts(cast: Cast, db: Session) -> None:
    post(db, cast.chen, JIANLI, -50, 0)
    assert regions(db, cast.chen) == {SHIWAN, JIANLI}


def test_account_that_holds_everywhere_belongs_to_no_region(cast: Cast, db: Session) -> None:
    assert regions(db, cast.system_administrator) == {None}


def test_unknown_account_belongs_nowhere(cast: Cast, db: Session) -> None:
    assert account_regions(db, "A" * 22, today=TODAY) == ()


def test_account_without_any_posting_is_left_to_who_holds_everywhere(cast: Cast, db: Session) -> None:
    from tests.factories import NOW

    account = Account(login_name="new", display_name="新人", created_at=NOW.instant)
    db.add(account)
    db.flush()
    assert regions(db, account.id) == {None}


def test_asking_takes_one_statement(cast: Cast, db: Session, statements: list[str]) -> None:
    key = make_learner(db).public_id
    account = db.get_one(Account, cast.chen).public_id
    for ask in (
        lambda: region_of(db, "learner", key),
        lambda: region_of(db, "village", SHIWAN),
        lambda: account_regions(db, account, today=TODAY),
    ):
        statements.clear()
        ask()
        assert len(statements) == 1
