"""A sheet comes in once, however often it is sent; every version stays on record; one register counts."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, timedelta
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nightschool.actions.courses.sessions import cancel_session
from nightschool.actions.registers.attendance import (
    Receipt,
    record_sheet,
    take_back_last,
    void_register,
)
from nightschool.database import Database
from nightschool.errors import NotAllowed, NotFound, Refused, StaleRecord
from nightschool.models.attendance import Guest, Headcount, Mark, MarkEvent, Submission
from nightschool.models.people import Learner
from nightschool.models.places import Region, RegionSettings
from nightschool.models.teaching import Booking, ClassSession, SessionStatus
from nightschool.models.trust import AuditEvent
from nightschool.rules.access import SYSTEM, Actor, Post, Role
from nightschool.rules.registers.attendance import NewLearner, Sheet, WrittenGuest
from tests.factories import (
    JIANLI,
    NOW,
    SHIWAN,
    SOON,
    TODAY,
    Cast,
    later,
    make_course,
    make_learner,
    make_session,
)


def save(cast: Cast, db: Session, session: ClassSession, sheet: Sheet | None = None, **given: Any) -> Receipt:
    defaults: dict[str, Any] = {
        "submission_id": uuid4(),
        "device": "Android · WeChat",
        "taken_at": NOW.instant,
        "by": cast.chen_actor,
        "now": NOW,
    }
    return record_sheet(db, class_session=session.public_id, sheet=sheet or Sheet(), **{**defaults, **given})


def void(
    cast: Cast, db: Session, session: ClassSession, reason: str = "记错了一节课", **given: Any
) -> Receipt:
    defaults: dict[str, Any] = {
        "submission_id": uuid4(),
        "device": "",
        "by": cast.chen_actor,
        "now": later(hours=1),
    }
    return void_register(db, class_session=session.public_id, reason=reason, **{**defaults, **given})


def sheet_of(learners: dict[str, Learner], **statuses: str) -> Sheet:
    return Sheet(marks={learners[name].public_id: status for name, status in statuses.items()})


def marks(db: Session, learners: dict[str, Learner]) -> dict[str, str]:
    names = {learner.id: name for name, learner in learners.items()}
    return {names[mark.learner_id]: mark.status for mark in db.scalars(select(Mark))}


def count(db: Session, table: Any) -> int:
    return db.scalar(select(func.count()).select_from(table)) or 0


def test_saving_makes_the_session_held(cast: Cast, db: Session, tonight: ClassSession) -> None:
    before, pages = tonight.revision, db.get_one(Region, SHIWAN).revision
    save(cast, db, tonight)
    assert tonight.status == SessionStatus.HELD
    assert tonight.revision == before + 1
    assert tonight.changed_at == NOW.instant
    assert db.get_one(Region, SHIWAN, populate_existing=True).revision == pages + 1


def test_marks_are_kept_with_what_they_changed(
    cast: Cast, db: Session, tonight: ClassSession, learners: dict[str, Learner]
) -> None:
    receipt = save(cast, db, tonight, sheet_of(learners, 陈大秀="present", 刘国富="excused"))
    assert marks(db, learners) == {"陈大秀": "present", "刘国富": "excused"}
    events = db.scalars(select(MarkEvent).order_by(MarkEvent.id)).all()
    assert [(event.before, event.status) for event in events] == [(None, "present"), (None, "excused")]
    assert {event.submission_id for event in events} == {receipt.submission_id}


def test_a_correction_writes_only_what_changed_and_keeps_both_versions(
    cast: Cast, db: Session, tonight: ClassSession, learners: dict[str, Learner]
) -> None:
    save(cast, db, tonight, sheet_of(learners, 陈大秀="present", 刘国富="present"))
    second = save(
        cast, db, tonight, sheet_of(learners, 陈大秀="present", 张桂花="present"), based_on=1, now=NOW
    )
    assert marks(db, learners) == {"陈大秀": "present", "张桂花": "present"}
    events = db.scalars(select(MarkEvent).where(MarkEvent.submission_id == second.submission_id)).all()
    changes = {(event.learner_id, event.before, event.status) for event in events}
    assert changes == {
        (learners["刘国富"].id, "present", None),
        (learners["张桂花"].id, None, "present"),
    }
    assert count(db, MarkEvent) == 4
    assert count(db, Submission) == 2


def test_a_correction_leaves_the_session_held_and_its_revision_alone(
    cast: Cast, db: Session, tonight: ClassSession
) -> None:
    save(cast, db, tonight)
    revision = tonight.revision
    save(cast, db, tonight, Sheet(headcount=3), based_on=1)
    assert (tonight.status, tonight.revision) == (SessionStatus.HELD, revision)


def test_guests_and_counts_of_earlier_sheets_stay_but_count_no_longer(
    cast: Cast, db: Session, tonight: ClassSession
) -> None:
    first = Sheet(
        guests=(WrittenGuest("张三", "玉皇村"),), unnamed_guests=2, headcount=28, women=15, over_60=9
    )
    save(cast, db, tonight, first)
    second = save(cast, db, tonight, Sheet(guests=(WrittenGuest("李四"),), headcount=30), based_on=1)
    guests = {guest.name: guest.superseded_by for guest in db.scalars(select(Guest))}
    assert guests == {"张三": second.submission_id, "李四": None}
    totals = {row.total: row.superseded_by for row in db.scalars(select(Headcount))}
    assert totals == {28: second.submission_id, 30: None}


def test_a_session_counted_without_names_is_held(cast: Cast, db: Session, tonight: ClassSession) -> None:
    save(cast, db, tonight, Sheet(headcount=52))
    assert db.scalar(select(Headcount.total)) == 52
    assert tonight.status == SessionStatus.HELD


def test_a_new_learner_is_on_the_roster_and_present(cast: Cast, db: Session, tonight: ClassSession) -> None:
    save(cast, db, tonight, Sheet(new_learners=(NewLearner("周小兰", "四组"),)))
    learner = db.scalars(select(Learner)).one()
    assert (learner.name, learner.group_number, learner.region_code) == ("周小兰", 4, SHIWAN)
    assert db.scalars(select(Mark.learner_id)).all() == [learner.id]


def test_a_new_learner_of_a_known_name_is_asked_about_once(
    cast: Cast, db: Session, tonight: ClassSession, learners: dict[str, Learner]
) -> None:
    with pytest.raises(Refused) as refused, db.begin_nested():
        save(cast, db, tonight, Sheet(new_learners=(NewLearner("李一", "2组"), NewLearner("陈大秀", "1组"))))
    assert (refused.value.code, refused.value.details["row"]) == ("same_name", 1)
    save(cast, db, tonight, Sheet(new_learners=(NewLearner("陈大秀", "1组", is_another=True),)))
    assert db.scalar(select(func.count()).where(Learner.name == "陈大秀")) == 2


def test_the_same_sheet_sent_again_gets_the_same_receipt(
    cast: Cast, db: Session, tonight: ClassSession, learners: dict[str, Learner]
) -> None:
    sheet = Sheet(
        marks={learners["陈大秀"].public_id: "present"},
        new_learners=(NewLearner("周小兰", "四组"),),
        guests=(WrittenGuest("张三"),),
        headcount=3,
    )
    submission = uuid4()
    first = save(cast, db, tonight, sheet, submission_id=submission, based_on=0)
    again = save(cast, db, tonight, sheet, submission_id=submission, based_on=0, now=later(minutes=5))
    assert again == first
    tables = (Submission, MarkEvent, Mark, Guest, Headcount)
    assert [count(db, table) for table in tables] == [1, 2, 2, 1, 1]
    assert db.scalar(select(func.count()).where(AuditEvent.action == "register.save")) == 1


def test_a_repeat_is_answered_even_when_the_register_has_moved_on(
    cast: Cast, db: Session, tonight: ClassSession
) -> None:
    submission = uuid4()
    first = save(cast, db, tonight, Sheet(headcount=3), submission_id=submission)
    void(cast, db, tonight)
    assert save(cast, db, tonight, Sheet(headcount=3), submission_id=submission) == first
    assert tonight.status == SessionStatus.SCHEDULED


def test_the_same_id_with_other_content_is_refused(
    cast: Cast, db: Session, tonight: ClassSession, learners: dict[str, Learner]
) -> None:
    submission = uuid4()
    save(cast, db, tonight, sheet_of(learners, 陈大秀="present"), submission_id=submission)
    with pytest.raises(Refused, match="other_content"), db.begin_nested():
        save(cast, db, tonight, sheet_of(learners, 刘国富="present"), submission_id=submission)
    assert marks(db, learners) == {"陈大秀": "present"}


def test_the_same_id_for_another_session_is_refused(cast: Cast, db: Session, tonight: ClassSession) -> None:
    other = make_session(db, make_course(db, title="防诈骗", starts=600, ends=660), TODAY, **SOON)
    submission = uuid4()
    save(cast, db, tonight, Sheet(headcount=3), submission_id=submission)
    with pytest.raises(Refused, match="other_content"), db.begin_nested():
        save(cast, db, other, Sheet(headcount=3), submission_id=submission)
    assert other.status == SessionStatus.SCHEDULED


def test_a_sheet_begun_before_another_was_saved_is_stale(
    cast: Cast, db: Session, tonight: ClassSession, learners: dict[str, Learner]
) -> None:
    save(cast, db, tonight, sheet_of(learners, 陈大秀="present"), based_on=0)
    with pytest.raises(StaleRecord) as stale, db.begin_nested():
        save(cast, db, tonight, sheet_of(learners, 刘国富="present"), based_on=0)
    assert (stale.value.seen_version, stale.value.current_version) == (0, 1)
    assert marks(db, learners) == {"陈大秀": "present"}


def test_a_sheet_that_knew_of_no_other_counts_only_when_it_was_taken_later(
    cast: Cast, db: Session, tonight: ClassSession, learners: dict[str, Learner]
) -> None:
    save(cast, db, tonight, sheet_of(learners, 陈大秀="present"), taken_at=NOW.instant)
    with pytest.raises(StaleRecord), db.begin_nested():
        save(cast, db, tonight, Sheet(), taken_at=NOW.instant - timedelta(minutes=1))
    a_minute_on = later(minutes=1)
    save(
        cast, db, tonight, sheet_of(learners, 刘国富="present"), taken_at=a_minute_on.instant, now=a_minute_on
    )
    assert marks(db, learners) == {"刘国富": "present"}


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"day": TODAY + timedelta(days=1)}, "opens_later"),
        ({"status": SessionStatus.DRAFT}, "is_draft"),
        ({"status": SessionStatus.CANCELLED}, "is_cancelled"),
    ],
)
def test_no_register_where_there_is_none(cast: Cast, db: Session, columns: dict[str, Any], code: str) -> None:
    session = make_session(db, make_course(db), **{"day": TODAY, **columns})
    with pytest.raises(Refused, match=code), db.begin_nested():
        save(cast, db, session)


def test_what_counts_is_when_the_marks_were_made_and_not_when_they_arrive(cast: Cast, db: Session) -> None:
    tonight = make_session(db, make_course(db), TODAY)  # from 19:00
    begins = later(hours=9)
    with pytest.raises(Refused, match="opens_later"), db.begin_nested():
        save(cast, db, tonight, taken_at=begins.instant - timedelta(minutes=61), now=later(days=1))
    with pytest.raises(Refused, match="opens_later"), db.begin_nested():
        save(cast, db, tonight, taken_at=later(days=1).instant)  # by a clock that runs ahead
    save(cast, db, tonight, taken_at=begins.instant - timedelta(minutes=60), now=later(days=1))
    assert tonight.status == SessionStatus.HELD


def test_the_register_stays_open_for_entering_later(cast: Cast, db: Session) -> None:
    session = make_session(db, make_course(db), date(2016, 11, 18))
    save(cast, db, session, Sheet(headcount=40))
    assert session.status == SessionStatus.HELD


def test_a_learner_of_another_village_is_refused(cast: Cast, db: Session, tonight: ClassSession) -> None:
    stranger = make_learner(db, JIANLI, "罗小平")
    with pytest.raises(Refused, match="foreign_learner"), db.begin_nested():
        save(cast, db, tonight, Sheet(marks={stranger.public_id: "present"}))


def test_an_unknown_learner_is_refused(cast: Cast, db: Session, tonight: ClassSession) -> None:
    with pytest.raises(Refused, match="foreign_learner"), db.begin_nested():
        save(cast, db, tonight, Sheet(marks={"x" * 22: "present"}))


def test_only_the_village_keeps_its_register(cast: Cast, db: Session, tonight: ClassSession) -> None:
    county = Actor(cast.county_supervisor, "督导", (Post(Role.SUPERVISOR, "511002000000"),))
    for actor in (cast.luo_actor, county, cast.region_administrator_actor, SYSTEM):
        with pytest.raises(NotAllowed), db.begin_nested():
            save(cast, db, tonight, by=actor)
        with pytest.raises(NotAllowed), db.begin_nested():
            void(cast, db, tonight, by=actor)
    assert count(db, Submission) == 0


def test_an_unknown_session_is_not_found(cast: Cast, db: Session) -> None:
    with pytest.raises(NotFound), db.begin_nested():
        record_sheet(
            db,
            class_session="x" * 22,
            sheet=Sheet(),
            submission_id=uuid4(),
            device="",
            taken_at=NOW.instant,
            by=cast.chen_actor,
            now=NOW,
        )


def test_the_trail_has_one_line_a_save_and_no_names(
    cast: Cast, db: Session, tonight: ClassSession, learners: dict[str, Learner]
) -> None:
    sheet = sheet_of(learners, 陈大秀="present")
    save(cast, db, tonight, Sheet(marks=sheet.marks, new_learners=(NewLearner("周小兰", "四组"),)))
    [line] = db.scalars(select(AuditEvent)).all()
    assert (line.action, line.region_code, line.record) == (
        "register.save",
        SHIWAN,
        f"class_session {tonight.id}",
    )
    assert line.details == {"marks_changed": 2, "new_learners": 1}


def test_voiding_takes_everything_back_and_keeps_it_on_record(
    cast: Cast, db: Session, tonight: ClassSession, learners: dict[str, Learner]
) -> None:
    sheet = Sheet(
        marks={learners["陈大秀"].public_id: "present"}, guests=(WrittenGuest("张三"),), headcount=9
    )
    save(cast, db, tonight, sheet)
    receipt = void(cast, db, tonight)
    assert tonight.status == SessionStatus.SCHEDULED
    assert marks(db, learners) == {}
    assert db.scalars(select(Guest.superseded_by)).all() == [receipt.submission_id]
    assert db.scalars(select(Headcount.superseded_by)).all() == [receipt.submission_id]
    last = db.scalars(select(MarkEvent).order_by(MarkEvent.id.desc())).first()
    assert last is not None
    assert (last.before, last.status, last.submission_id) == ("present", None, receipt.submission_id)
    submission = db.get_one(Submission, receipt.submission_id)
    assert (submission.kind, submission.reason) == ("void", "记错了一节课")


def test_a_voided_session_keeps_its_slot_and_can_be_cancelled(
    cast: Cast, db: Session, tonight: ClassSession
) -> None:
    save(cast, db, tonight)
    with pytest.raises(Refused, match="has_register"), db.begin_nested():
        cancel(cast, db, tonight)
    void(cast, db, tonight)
    assert count(db, Booking) == 1
    cancel(cast, db, tonight)
    assert (tonight.status, count(db, Booking)) == (SessionStatus.CANCELLED, 0)


def cancel(cast: Cast, db: Session, session: ClassSession) -> None:
    cancel_session(
        db,
        class_session=session.public_id,
        seen_revision=session.revision,
        reason="weather",
        reason_text="",
        by=cast.chen_actor,
        now=NOW,
    )


def test_voiding_needs_a_reason_and_a_register(cast: Cast, db: Session, tonight: ClassSession) -> None:
    with pytest.raises(Refused, match="no_register"), db.begin_nested():
        void(cast, db, tonight)
    save(cast, db, tonight, Sheet(headcount=1))
    with pytest.raises(Refused, match="reason_missing"), db.begin_nested():
        void(cast, db, tonight, reason="")


def take_back(cast: Cast, db: Session, session: ClassSession, version: int, **given: Any) -> Receipt:
    defaults: dict[str, Any] = {"submission_id": uuid4(), "device": "", "by": cast.chen_actor, "now": NOW}
    return take_back_last(
        db, class_session=session.public_id, version=version, reason="刚存就撤销了", **{**defaults, **given}
    )


def test_a_correction_taken_back_leaves_exactly_what_counted_before_it(
    cast: Cast, db: Session, learners: dict[str, Learner]
) -> None:
    cohort = make_session(db, make_course(db, kind="cohort", venue_id=cast.venue), TODAY, **SOON)
    chen, liu, zhang = (learners[name].public_id for name in ("陈大秀", "刘国富", "张桂花"))
    first = Sheet(
        marks={chen: "late", liu: "substitute"},
        came_instead={liu: "张小红"},
        guests=(WrittenGuest("李四", "建立村"), WrittenGuest("王五")),
        unnamed_guests=2,
        headcount=9,
        women=4,
        over_60=3,
        on_paper=6,
        difference_note="先走了",
    )
    other = Sheet(
        marks={liu: "substitute", zhang: "present"},
        came_instead={liu: "刘明芳"},
        guests=(WrittenGuest("赵六"),),
    )
    save(cast, db, cohort, first)
    save(cast, db, cohort, other, based_on=1)
    undone = take_back(cast, db, cohort, 2)
    # The same sheet has the same fingerprint: nothing of it is otherwise.
    assert (
        undone.fingerprint == db.scalars(select(Submission.fingerprint).where(Submission.arrival == 1)).one()
    )
    assert marks(db, learners) == {"陈大秀": "late", "刘国富": "substitute"}
    assert cohort.status == SessionStatus.HELD and count(db, Submission) == 3
    # And so is that taken back.
    again = take_back(cast, db, cohort, 3)
    assert (
        again.fingerprint == db.scalars(select(Submission.fingerprint).where(Submission.arrival == 2)).one()
    )


def test_the_first_save_taken_back_leaves_the_class_unrecorded_and_a_voiding_taken_back_the_register(
    cast: Cast, db: Session, tonight: ClassSession, learners: dict[str, Learner]
) -> None:
    save(cast, db, tonight, sheet_of(learners, 陈大秀="present"))
    take_back(cast, db, tonight, 1)
    assert (tonight.status, marks(db, learners)) == (SessionStatus.SCHEDULED, {})
    save(cast, db, tonight, sheet_of(learners, 刘国富="present"), based_on=2)
    void(cast, db, tonight, now=NOW)
    take_back(cast, db, tonight, 4)
    assert (tonight.status, marks(db, learners)) == (SessionStatus.HELD, {"刘国富": "present"})


def test_what_somebody_saved_since_is_not_taken_back_nor_by_a_stranger(
    cast: Cast, db: Session, tonight: ClassSession, learners: dict[str, Learner]
) -> None:
    save(cast, db, tonight, sheet_of(learners, 陈大秀="present"))
    save(cast, db, tonight, sheet_of(learners, 刘国富="present"), based_on=1)
    with pytest.raises(StaleRecord), db.begin_nested():
        take_back(cast, db, tonight, 1)
    with pytest.raises(NotAllowed), db.begin_nested():
        take_back(cast, db, tonight, 1, by=Actor(cast.luo, "罗书记", (Post(Role.COORDINATOR, JIANLI),)))
    assert marks(db, learners) == {"刘国富": "present"}


def test_voiding_twice_by_a_double_tap_is_one_voiding(cast: Cast, db: Session, tonight: ClassSession) -> None:
    save(cast, db, tonight, Sheet(headcount=1))
    submission = uuid4()
    first = void(cast, db, tonight, submission_id=submission)
    assert void(cast, db, tonight, submission_id=submission) == first
    assert count(db, Submission) == 2


def test_after_voiding_a_register_can_be_taken_anew(
    cast: Cast, db: Session, tonight: ClassSession, learners: dict[str, Learner]
) -> None:
    save(cast, db, tonight, sheet_of(learners, 陈大秀="present"))
    void(cast, db, tonight)
    save(cast, db, tonight, sheet_of(learners, 刘国富="present"), based_on=2)
    assert marks(db, learners) == {"刘国富": "present"}
    assert tonight.status == SessionStatus.HELD


def test_a_big_register_costs_few_statements(
    cast: Cast, db: Session, tonight: ClassSession, statements: list[str], database: Database
) -> None:
    everybody = [make_learner(db, name=f"村民{n}") for n in range(60)]
    statements.clear()
    save(cast, db, tonight, Sheet(marks={learner.public_id: "present" for learner in everybody}))
    # Beside which PostgreSQL takes the marks, and what changed of them, as copies.
    assert len(statements) == (11 if database.is_sqlite else 9)


@pytest.fixture
def stored(database: Database, cast: Cast) -> tuple[str, list[str]]:
    """A lecture tonight and six learners, committed: public ids."""
    with database.writing() as db:
        session = make_session(db, make_course(db, venue_id=cast.venue), TODAY, **SOON)
        learners = [make_learner(db, name=f"村民{n}") for n in range(6)]
        return session.public_id, [learner.public_id for learner in learners]


def test_eight_parallel_senders_of_one_sheet_make_one_submission(
    database: Database, cast: Cast, stored: tuple[str, list[str]]
) -> None:
    class_session, learners = stored
    submission, together = uuid4(), Barrier(8)

    def send(_n: int) -> Receipt:
        together.wait()
        with database.writing() as db:
            return record_sheet(
                db,
                class_session=class_session,
                sheet=Sheet(marks=dict.fromkeys(learners, "present"), headcount=6),
                submission_id=submission,
                device="",
                taken_at=NOW.instant,
                by=cast.chen_actor,
                now=NOW,
                based_on=0,
            )

    with ThreadPoolExecutor(8) as senders:
        receipts = set(senders.map(send, range(8)))
    assert len(receipts) == 1
    with database.reading() as db:
        tables = (Submission, Mark, MarkEvent, Headcount)
        assert [count(db, table) for table in tables] == [1, 6, 6, 1]


def test_of_eight_different_sheets_at_one_instant_one_is_saved_and_seven_are_told(
    database: Database, cast: Cast, stored: tuple[str, list[str]]
) -> None:
    class_session, learners = stored
    together = Barrier(8)

    def send(n: int) -> Receipt | None:
        together.wait()
        try:
            with database.writing() as db:
                return record_sheet(
                    db,
                    class_session=class_session,
                    sheet=Sheet(marks=dict.fromkeys(learners[: n % 6], "present"), headcount=n),
                    submission_id=uuid4(),
                    device="",
                    taken_at=NOW.instant,
                    by=cast.chen_actor,
                    now=NOW,
                    based_on=0,
                )
        except StaleRecord:
            return None

    with ThreadPoolExecutor(8) as senders:
        receipts = list(senders.map(send, range(8)))
    assert sum(receipt is not None for receipt in receipts) == 1
    with database.reading() as db:
        assert [count(db, table) for table in (Submission, Headcount)] == [1, 1]


@settings(max_examples=15)
@given(
    sheets=st.lists(st.tuples(st.integers(0, 2), st.sets(st.integers(0, 5))), min_size=1, max_size=3),
    data=st.data(),
)
def test_any_order_and_any_repeat_of_sheets_ends_in_the_same_register(
    database: Database,
    cast: Cast,
    stored: tuple[str, list[str]],
    sheets: list[tuple[int, set[int]]],
    data: st.DataObject,
) -> None:
    learners = stored[1]
    numbers = range(len(sheets))
    ranks = data.draw(st.permutations(numbers))
    order = data.draw(st.permutations([*numbers, *data.draw(st.lists(st.sampled_from(numbers), max_size=2))]))

    def delivered(arrivals: list[int]) -> set[str]:
        with database.writing() as db:
            session = make_session(db, make_course(db), TODAY, **SOON, booked=False).public_id
        # Ids are the primary key of one table, so each run has its own; how they compare stays the same.
        ids = [UUID(int=rank + 1 << 100 | uuid4().int >> 28) for rank in ranks]
        for number in arrivals:
            minutes, came = sheets[number]
            with suppress(StaleRecord), database.writing() as db:
                record_sheet(
                    db,
                    class_session=session,
                    sheet=Sheet(marks={learners[n]: "present" for n in came}),
                    submission_id=ids[number],
                    device="",
                    taken_at=NOW.instant + timedelta(minutes=minutes),
                    by=cast.chen_actor,
                    now=later(hours=1),
                )
        with database.reading() as db:
            return set(
                db.scalars(
                    select(Learner.public_id)
                    .join(Mark, Mark.learner_id == Learner.id)
                    .join(ClassSession, ClassSession.id == Mark.class_session_id)
                    .where(ClassSession.public_id == session)
                )
            )

    assert delivered(order) == delivered(list(numbers))


def test_an_old_register_is_changed_with_a_reason_that_its_history_tells(
    cast: Cast, db: Session, learners: dict[str, Learner]
) -> None:
    old = make_session(db, make_course(db), TODAY - timedelta(days=15))
    save(cast, db, old, sheet_of(learners, 陈大秀="present"))  # entered late, not changed
    with pytest.raises(Refused, match="why_changed"), db.begin_nested():
        save(cast, db, old, sheet_of(learners, 刘国富="present"), based_on=1)
    save(cast, db, old, sheet_of(learners, 刘国富="present"), reason="写错了名字", based_on=1)
    assert marks(db, learners) == {"刘国富": "present"}
    assert db.scalars(select(Submission.reason).where(Submission.reason != "")).all() == ["写错了名字"]
    recent = make_session(db, make_course(db), TODAY - timedelta(days=14))
    for mark in ("present", "excused"):
        save(cast, db, recent, sheet_of(learners, 陈大秀=mark), based_on=int(mark == "excused"))


def test_how_long_a_register_stays_open_is_settled_by_the_nearest_region(
    cast: Cast, db: Session, learners: dict[str, Learner]
) -> None:
    db.add(RegionSettings(region_code="511002000000", register_days=40))
    old = make_session(db, make_course(db), TODAY - timedelta(days=15))
    for mark in ("present", "excused"):
        save(cast, db, old, sheet_of(learners, 陈大秀=mark), based_on=int(mark == "excused"))
    db.add(RegionSettings(region_code="511002105000", register_days=0))
    with pytest.raises(Refused, match="why_changed"):
        save(cast, db, old, sheet_of(learners, 陈大秀="present"), based_on=2)
    save(cast, db, make_session(db, make_course(db), TODAY, **SOON), sheet_of(learners, 陈大秀="present"))


def test_how_late_a_register_came_is_kept_until_it_is_taken_back(cast: Cast, db: Session) -> None:
    session = make_session(db, make_course(db), TODAY)
    save(cast, db, session, now=later(hours=50), taken_at=later(hours=50).instant)
    assert session.recorded_after == 2
    save(cast, db, session, Sheet(headcount=12), now=later(hours=80), taken_at=later(hours=80).instant)
    assert session.recorded_after == 2
    void(cast, db, session, now=later(hours=81))
    assert session.recorded_after is None
