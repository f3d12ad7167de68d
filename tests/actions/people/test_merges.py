"""Two records of one person become one with all that stands behind them; for a day all of it can be taken back."""

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.actions.courses.courses import schedule_course
from nightschool.actions.courses.sessions import cancel_session
from nightschool.actions.people.merges import merge_people, undo_merge
from nightschool.actions.registers.attendance import record_sheet
from nightschool.errors import NotAllowed, NotFound, Refused, StaleRecord
from nightschool.models.attendance import Mark, MarkEvent, Submission
from nightschool.models.people import Learner, PersonMerge, Teacher
from nightschool.models.places import Region
from nightschool.models.teaching import (
    Booking,
    ClassSession,
    ClassSessionTeacher,
    Course,
    CourseTeacher,
    Enrolment,
    SessionStatus,
)
from nightschool.models.trust import AuditEvent
from nightschool.queries.courses.choices import on_offer
from nightschool.queries.people import merges, rosters
from nightschool.queries.registers import attendance
from nightschool.rules.courses.proposals import Proposal
from nightschool.rules.courses.recurrence import Once
from nightschool.rules.people.merges import NotPutBack, tell_refused_merge
from nightschool.rules.registers.attendance import Sheet
from nightschool.rules.registers.cohorts import CourseKind
from nightschool.rules.slots import Now
from tests.factories import (
    JIANLI,
    NOW,
    SEALER,
    SHIWAN,
    SOON,
    TODAY,
    Cast,
    later,
    make_course,
    make_learner,
    make_region,
    make_register,
    make_session,
    make_teacher,
)

TOWNSHIP, COUNTY = "511002105000", "511002000000"
HOUR = timedelta(hours=1)


def merge(db: Session, cast: Cast, kept: Any, merged: Any, **changes: Any) -> None:
    kind = "learner" if isinstance(kept, Learner) else "teacher"
    values: dict[str, Any] = {"seen": (kept.version, merged.version), "by": cast.chen_actor, "now": NOW}
    merge_people(db, kind=kind, kept=kept.public_id, merged=merged.public_id, **{**values, **changes})
    db.expire_all()


def undo(db: Session, cast: Cast, merged: Any, **changes: Any) -> NotPutBack:
    kind = "learner" if isinstance(merged, Learner) else "teacher"
    values: dict[str, Any] = {"by": cast.chen_actor, "now": later(hours=1), "merged": merged.public_id}
    stays = undo_merge(db, kind=kind, **{**values, **changes})
    db.expire_all()
    return stays


def refusal(call: Any) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return tell_refused_merge(refused.value, today=TODAY)


def marks(db: Session) -> dict[tuple[int, int], str]:
    return {(row.class_session_id, row.learner_id): row.status for row in db.execute(select(Mark.__table__))}


def table_rows(db: Session, *tables: Any, but: tuple[str, ...] = ()) -> dict[str, list[dict[str, Any]]]:
    """Every row of these tables, for comparing."""
    return {
        table.__tablename__: sorted(
            (
                {name: value for name, value in row._mapping.items() if name not in but}
                for row in db.execute(select(table.__table__))
            ),
            key=repr,
        )
        for table in tables
    }


@pytest.fixture
def two(cast: Cast, db: Session) -> tuple[Learner, Learner]:
    return make_learner(db, name="陈大秀"), make_learner(db, name="陈大绣")


@pytest.fixture
def evenings(cast: Cast, db: Session) -> list[ClassSession]:
    course = make_course(db)
    found = []
    for week in range(1, 5):
        found.append(make_session(db, course, TODAY - timedelta(weeks=week)))
        make_register(db, found[-1], cast.chen)
    return found


# Learners


def test_the_marks_follow_and_the_stronger_one_counts(
    cast: Cast, db: Session, two: tuple[Learner, Learner], evenings: list[ClassSession]
) -> None:
    kept, merged = two
    for evening, mine, theirs in zip(
        evenings,
        (None, "excused", "present", "absent"),
        ("present", "late", "absent", "excused"),
        strict=True,
    ):
        if mine:
            db.add(_mark(evening, kept, mine, db))
        db.add(_mark(evening, merged, theirs, db))
    db.flush()
    merge(db, cast, kept, merged)
    assert marks(db) == {
        (evening.id, kept.id): status
        for evening, status in zip(evenings, ("present", "late", "present", "excused"), strict=True)
    }


def _mark(evening: ClassSession, learner: Learner, status: str, db: Session, came_instead: str = "") -> Mark:
    submission = db.scalars(
        select(Submission.id).where(Submission.class_session_id == evening.id).limit(1)
    ).one()
    return Mark(
        class_session_id=evening.id,
        learner_id=learner.id,
        status=status,
        came_instead=came_instead,
        submission_id=submission,
    )


def test_what_the_kept_record_does_not_say_is_filled_in_and_what_it_says_stays(
    cast: Cast, db: Session
) -> None:
    kept = make_learner(db, name="陈大秀", household="陈国富")
    merged = make_learner(db, name="陈大绣", household="别人", sex="female", birth_year=1965)
    merged.phone = SEALER.seal("13812345678", about=f"learner.phone:{merged.public_id}")
    db.flush()
    merge(db, cast, kept, merged)
    assert (kept.name, kept.household, kept.sex, kept.birth_year) == ("陈大秀", "陈国富", "female", 1965)
    assert kept.phone is not None
    assert SEALER.open(kept.phone, about=f"learner.phone:{kept.public_id}") == "13812345678"
    undo(db, cast, merged)
    assert (kept.household, kept.sex, kept.birth_year, kept.phone) == ("陈国富", None, None, None)


def test_the_merged_one_is_on_no_list_and_no_register_and_the_trail_says_so(
    cast: Cast, db: Session, two: tuple[Learner, Learner], evenings: list[ClassSession]
) -> None:
    kept, merged = two
    merge(db, cast, kept, merged)
    assert [line.name for line in rosters.learners(db, SHIWAN).lines] == ["陈大秀"]
    register = attendance.register(db, evenings[0].public_id)
    assert register is not None
    assert [person.name for person in register.people] == ["陈大秀"]
    line = db.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert line is not None
    assert (line.action, line.record, line.region_code) == ("learner.merge", f"learner {kept.id}", SHIWAN)
    assert line.details == {"merged": f"learner {merged.id}", "fields": []}


def test_mark_events_stay_under_the_name_they_were_written_for(
    cast: Cast, db: Session, two: tuple[Learner, Learner]
) -> None:
    kept, merged = two
    tonight = make_session(db, make_course(db), TODAY, **SOON)
    sheet = Sheet(marks={merged.public_id: "present"})
    save(db, cast, tonight, sheet)
    merge(db, cast, kept, merged)
    assert list(db.scalars(select(MarkEvent.learner_id))) == [merged.id]
    assert marks(db) == {(tonight.id, kept.id): "present"}


def save(db: Session, cast: Cast, held: ClassSession, sheet: Sheet, at: Now = NOW) -> None:
    record_sheet(
        db,
        class_session=held.public_id,
        sheet=sheet,
        submission_id=uuid.uuid4(),
        device="",
        taken_at=at.instant,
        by=cast.chen_actor,
        now=at,
    )


@pytest.mark.parametrize(("said", "counts"), [("present", "present"), ("excused", "excused")])
def test_a_sheet_begun_before_the_merge_counts_for_the_one_who_is_left(
    cast: Cast, db: Session, two: tuple[Learner, Learner], said: str, counts: str
) -> None:
    kept, merged = two
    tonight = make_session(db, make_course(db, kind="cohort"), TODAY, **SOON)
    merge(db, cast, kept, merged)
    save(db, cast, tonight, Sheet(marks={merged.public_id: said, kept.public_id: "absent"}))
    assert marks(db) == {(tonight.id, kept.id): counts}


def test_who_came_oneself_by_one_of_the_two_names_was_not_substituted(
    cast: Cast, db: Session, two: tuple[Learner, Learner]
) -> None:
    kept, merged = two
    tonight = make_session(db, make_course(db, kind="cohort"), TODAY, **SOON)
    merge(db, cast, kept, merged)
    said = {merged.public_id: "present", kept.public_id: "substitute"}
    save(db, cast, tonight, Sheet(marks=said, came_instead={kept.public_id: "张小红"}))
    assert marks(db) == {(tonight.id, kept.id): "present"}


@pytest.mark.parametrize(
    ("mine", "theirs", "status"),
    [("left", "enrolled", "enrolled"), ("waiting", "left", "waiting"), (None, "waiting", "waiting")],
)
def test_of_two_places_in_a_cohort_the_better_one_is_kept(
    cast: Cast,
    db: Session,
    two: tuple[Learner, Learner],
    mine: str | None,
    theirs: str,
    status: str,
) -> None:
    course = make_course(db, kind=CourseKind.COHORT)
    for learner, said in zip(two, (mine, theirs), strict=True):
        if said:
            db.add(_enrolment(course, learner, said))
    db.flush()
    before = table_rows(db, Enrolment)
    merge(db, cast, *two)
    assert [(row.learner_id, row.status) for row in db.scalars(select(Enrolment))] == [(two[0].id, status)]
    undo(db, cast, two[1])
    assert table_rows(db, Enrolment) == before


def _enrolment(course: Course, learner: Learner, status: str, minutes: int = 0) -> Enrolment:
    return Enrolment(
        course_id=course.id,
        learner_id=learner.id,
        status=status,
        enrolled_on=date(2026, 10, 1),
        left_on=date(2026, 11, 1) if status == "left" else None,
        asked_at=NOW.instant + timedelta(minutes=minutes),
    )


STATUSES = st.sampled_from((None, "present", "late", "substitute", "makeup", "excused", "absent"))
PLACES = st.sampled_from((None, "enrolled", "waiting", "left"))
TEXTS = st.sampled_from(("", "陈国富", "陈大爷"))
YEARS = st.sampled_from((None, 1950, 1965))


@given(
    marked=st.lists(st.tuples(STATUSES, STATUSES), min_size=4, max_size=4),
    places=st.lists(st.tuples(PLACES, PLACES, st.integers(-2, 2)), min_size=2, max_size=2),
    households=st.tuples(TEXTS, TEXTS),
    years=st.tuples(YEARS, YEARS),
    retired=st.booleans(),
)
@settings(max_examples=30)
def test_a_merge_that_is_taken_back_leaves_every_row_as_it_was(
    cast: Cast,
    db: Session,
    marked: list[tuple[str | None, str | None]],
    places: list[tuple[str | None, str | None, int]],
    households: tuple[str, str],
    years: tuple[int | None, int | None],
    retired: bool,
) -> None:
    with db.begin_nested() as attempt:
        pair = [
            make_learner(db, name=name, household=household, birth_year=year)
            for name, household, year in zip(("陈大秀", "陈大绣"), households, years, strict=True)
        ]
        pair[1].retired_at = datetime(2026, 11, 1, tzinfo=UTC) if retired else None
        course = make_course(db)
        for week, said in enumerate(marked, 1):
            evening = make_session(db, course, TODAY - timedelta(weeks=week))
            make_register(db, evening, cast.chen)
            for learner, status in zip(pair, said, strict=True):
                if status:
                    instead = "陈小秀" if status == "substitute" else ""
                    db.add(_mark(evening, learner, status, db, instead))
        for mine, theirs, minutes in places:
            cohort = make_course(db, kind=CourseKind.COHORT)
            for learner, place, late in zip(pair, (mine, theirs), (0, minutes), strict=True):
                if place:
                    db.add(_enrolment(cohort, learner, place, late))
        db.flush()
        before = table_rows(db, Learner, Mark, Enrolment, but=("version",))
        merge(db, cast, *pair)
        assert not db.scalars(select(Mark).where(Mark.learner_id == pair[1].id)).all()
        assert undo(db, cast, pair[1]) == NotPutBack()
        assert table_rows(db, Learner, Mark, Enrolment, but=("version",)) == before
        attempt.rollback()


def test_what_somebody_changed_since_stays_and_is_told(
    cast: Cast, db: Session, two: tuple[Learner, Learner]
) -> None:
    kept, merged = two
    merged.household = "陈国富"
    tonight, earlier = (
        make_session(db, make_course(db), TODAY - timedelta(days=days), **SOON) for days in (0, 7)
    )
    for held in (tonight, earlier):
        save(db, cast, held, Sheet(marks={merged.public_id: "present"}))
    merge(db, cast, kept, merged)
    save(db, cast, tonight, Sheet(marks={kept.public_id: "excused"}), later(minutes=5))
    kept.household = "陈国强"
    db.flush()
    assert undo(db, cast, merged) == NotPutBack(sessions=1, fields=("household",))
    assert marks(db) == {(tonight.id, kept.id): "excused", (earlier.id, merged.id): "present"}
    assert kept.household == "陈国强"


def test_after_a_day_it_stands(cast: Cast, db: Session, two: tuple[Learner, Learner]) -> None:
    merge(db, cast, *two)
    told = refusal(lambda: undo(db, cast, two[1], now=later(hours=24)))
    assert told == "过了 24 小时，不能撤回了。记录都还在，要分开就另加一个人。"
    undo(db, cast, two[1], now=later(hours=23))
    assert refusal(lambda: undo(db, cast, two[1])) == "这一位没有并到别人名下，没有可撤回的。"


def test_merges_into_one_person_are_taken_back_in_reverse_order(
    cast: Cast, db: Session, two: tuple[Learner, Learner]
) -> None:
    kept, first = two
    second, third = (make_learner(db, name=name) for name in ("陈大修", "陈大袖"))
    merge(db, cast, kept, first)
    merge(db, cast, kept, second)
    merge(db, cast, third, kept)
    assert {learner.merged_into_id for learner in (kept, first, second)} == {third.id}
    for learner in (first, second):
        told = refusal(lambda learner=learner: undo(db, cast, learner))  # type: ignore[misc]
        assert told == "陈大秀后来又并过一次。先撤回后来的那次，再撤回这次。"
    for learner in (kept, second, first):
        undo(db, cast, learner)
    assert {learner.merged_into_id for learner in (kept, first, second)} == {None}


def test_who_was_merged_is_merged_no_second_time(
    cast: Cast, db: Session, two: tuple[Learner, Learner]
) -> None:
    kept, merged = two
    other = make_learner(db, name="陈大修")
    merge(db, cast, kept, merged)
    for one, gone in ((merged, other), (other, merged)):
        told = refusal(lambda one=one, gone=gone: merge(db, cast, one, gone))  # type: ignore[misc]
        assert told == "陈大绣已经并到别人名下了，不能再并。"
    assert refusal(lambda: merge(db, cast, kept, kept)) == "选的是同一份记录，没有可并的。"


def test_who_is_on_the_list_is_not_merged_into_who_is_not(
    cast: Cast, db: Session, two: tuple[Learner, Learner]
) -> None:
    kept, merged = two
    kept.retired_at = NOW.instant
    db.flush()
    told = refusal(lambda: merge(db, cast, kept, merged))
    assert told == "陈大秀已经不在名单上，另一位还在。留下还在名单上的那一位。"
    merge(db, cast, merged, kept)


def test_an_older_look_and_a_foreign_hand_change_nothing(
    cast: Cast, db: Session, two: tuple[Learner, Learner]
) -> None:
    foreign = make_learner(db, JIANLI, name="陈大秀")
    with pytest.raises(StaleRecord):
        merge(db, cast, *two, seen=(two[0].version, two[1].version + 1))
    with pytest.raises(NotAllowed):
        merge(db, cast, *two, by=cast.luo_actor)
    with pytest.raises(NotFound):
        merge(db, cast, foreign, two[1])
    merge(db, cast, *two)
    with pytest.raises(NotAllowed):
        undo(db, cast, two[1], by=cast.luo_actor)
    assert len(db.scalars(select(PersonMerge)).all()) == 1


def test_a_merge_costs_few_statements_however_much_moves(
    cast: Cast, db: Session, statements: list[str]
) -> None:
    def cost(sessions: int) -> tuple[int, int]:
        pair = [make_learner(db, name="刘国富"), make_learner(db, name="刘国夫")]
        course = make_course(db)
        for week in range(1, sessions + 1):
            evening = make_session(db, course, TODAY - timedelta(days=week))
            make_register(db, evening, cast.chen, present=tuple(learner.id for learner in pair))
        statements.clear()
        merge(db, cast, *pair)
        forth = len(statements)
        statements.clear()
        undo(db, cast, pair[1])
        return forth, len(statements)

    assert cost(1) == cost(30)
    assert max(cost(1)) <= 22


# Teachers


@pytest.fixture
def teachers(cast: Cast, db: Session) -> tuple[Teacher, Teacher]:
    """周老师 as the township keeps them, and the same as the village wrote them down."""
    return db.get_one(Teacher, cast.teacher), make_teacher(db, SHIWAN, "周老师", unit="")


def teaching(db: Session) -> tuple[Any, ...]:
    return (
        table_rows(db, ClassSessionTeacher, CourseTeacher),
        sorted(
            db.execute(
                select(
                    Booking.class_session_id,
                    Booking.resource_id,
                    Booking.day,
                    Booking.starts,
                    Booking.ends,
                ).where(Booking.resource_kind == "teacher")
            ).all()
        ),
    )


def test_the_lessons_follow_the_village_record_into_the_townships_and_back(
    cast: Cast, db: Session, teachers: tuple[Teacher, Teacher]
) -> None:
    kept, own = teachers
    course = make_course(db, teachers=(own.id,))
    alone = make_session(db, course, TODAY + timedelta(days=1), teachers=(own.id,))
    together = make_session(db, course, TODAY + timedelta(days=2), teachers=(own.id, kept.id))
    before = teaching(db)
    revision = db.get_one(Region, SHIWAN).revision
    merge(db, cast, kept, own)
    assert {
        (row.class_session_id, row.teacher_id) for row in db.execute(select(ClassSessionTeacher.__table__))
    } == {(alone.id, kept.id), (together.id, kept.id)}
    assert list(db.scalars(select(CourseTeacher.teacher_id))) == [kept.id]
    assert sorted(db.scalars(select(Booking.resource_id).where(Booking.resource_kind == "teacher"))) == [
        kept.id,
        kept.id,
    ]
    assert db.get_one(Region, SHIWAN, populate_existing=True).revision == revision + 1
    assert [line.name for line in rosters.teachers(db, SHIWAN).lines] == ["周老师"]
    assert [choice.public_id for choice in on_offer(db, SHIWAN).teachers] == [kept.public_id]
    assert undo(db, cast, own) == NotPutBack()
    assert teaching(db) == before
    assert db.get_one(Region, SHIWAN, populate_existing=True).revision == revision + 2


def test_a_coordinator_fills_nothing_in_a_record_that_is_not_theirs(
    cast: Cast, db: Session, teachers: tuple[Teacher, Teacher]
) -> None:
    kept, own = teachers
    own.specialities = "柑橘"
    db.flush()
    merge(db, cast, kept, own)
    assert kept.specialities == ""
    undo(db, cast, own)
    merge(db, cast, kept, own, by=cast.region_administrator_actor)
    assert kept.specialities == "柑橘"


def test_nobody_is_at_two_places_at_once(cast: Cast, db: Session, teachers: tuple[Teacher, Teacher]) -> None:
    kept, own = teachers
    make_region(db, "511002105202", "断桥村村民委员会")
    day = TODAY + timedelta(days=3)
    make_session(db, make_course(db, "511002105202", "医保怎么报销"), day, teachers=(kept.id,))
    make_session(db, make_course(db), day, teachers=(own.id,))
    before = teaching(db)
    assert refusal(lambda: merge(db, cast, kept, own)) == (
        "周五 11月27日 两边同时有课：断桥村 19:00–20:30「医保怎么报销」；狮湾村 19:00–20:30「柑橘冬季管护」。"
        "一个人不能同时在两处：先把其中一节改期，或者他们不是同一个人。"
    )
    assert teaching(db) == before


def test_another_villages_draft_is_named_by_its_village_alone(
    cast: Cast, db: Session, teachers: tuple[Teacher, Teacher]
) -> None:
    kept, own = teachers
    make_region(db, "511002105202", "断桥村村民委员会")
    make_session(
        db,
        make_course(db, "511002105202", "医保怎么报销", published=False),
        TODAY,
        teachers=(kept.id,),
        status=SessionStatus.DRAFT,
    )
    make_session(db, make_course(db), TODAY, teachers=(own.id,))
    told = refusal(lambda: merge(db, cast, kept, own))
    assert "断桥村 19:00–20:30；狮湾村" in told
    assert "医保怎么报销" not in told


def test_a_record_goes_only_into_one_that_its_village_can_call_on(
    cast: Cast, db: Session, teachers: tuple[Teacher, Teacher]
) -> None:
    township, own = teachers
    told = refusal(lambda: merge(db, cast, own, township, by=cast.region_administrator_actor))
    assert told.startswith("周老师不归这里管，这里的课请不到他。")
    with pytest.raises(NotAllowed):  # the township's record is not the coordinator's to take away
        merge(db, cast, own, township)


def test_a_teacher_chosen_before_the_merge_is_the_one_who_is_left(
    cast: Cast, db: Session, teachers: tuple[Teacher, Teacher]
) -> None:
    kept, own = teachers
    merge(db, cast, kept, own)
    schedule_course(
        db,
        proposal=Proposal(
            region_code=SHIWAN,
            title="防诈骗",
            category_code="law",
            starts=19 * 60,
            ends=20 * 60,
            recurrence=Once(TODAY),
            teachers=(own.public_id, kept.public_id),
        ),
        publish=True,
        by=cast.chen_actor,
        now=NOW,
    )
    assert list(db.scalars(select(ClassSessionTeacher.teacher_id))) == [kept.id]


def test_lessons_called_off_or_restaffed_since_stay_so(
    cast: Cast, db: Session, teachers: tuple[Teacher, Teacher]
) -> None:
    kept, own = teachers
    course = make_course(db)
    off, other = (
        make_session(db, course, TODAY + timedelta(days=days), teachers=(own.id,)) for days in (1, 2)
    )
    merge(db, cast, kept, own)
    cancel_session(
        db,
        class_session=off.public_id,
        seen_revision=off.revision,
        reason="weather",
        reason_text="",
        by=cast.chen_actor,
        now=NOW,
    )
    db.execute(
        ClassSessionTeacher.__table__.delete().where(ClassSessionTeacher.class_session_id == other.id)  # type: ignore[attr-defined]
    )
    assert undo(db, cast, own) == NotPutBack(sessions=1)
    assert list(db.scalars(select(ClassSessionTeacher.teacher_id))) == [own.id]
    assert [row for row in teaching(db)[1] if row[0] == off.id] == []


@given(
    lessons=st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=6),
    named=st.tuples(st.booleans(), st.booleans()),
)
@settings(max_examples=20)
def test_a_merge_of_teachers_that_is_taken_back_leaves_every_row_as_it_was(
    cast: Cast, db: Session, lessons: list[tuple[bool, bool, bool]], named: tuple[bool, bool]
) -> None:
    with db.begin_nested() as attempt:
        kept, own = db.get_one(Teacher, cast.teacher), make_teacher(db, SHIWAN, "周老师")
        pair = (kept, own)
        course = make_course(
            db, teachers=tuple(one.id for one, is_named in zip(pair, named, strict=True) if is_named)
        )
        for day, (mine, theirs, booked) in enumerate(lessons):
            staff = tuple(one.id for one, gives in zip(pair, (mine, theirs), strict=True) if gives)
            make_session(db, course, TODAY + timedelta(days=day), teachers=staff, booked=booked)
        before = teaching(db)
        merge(db, cast, kept, own)
        assert undo(db, cast, own) == NotPutBack()
        assert teaching(db) == before
        attempt.rollback()


def test_what_stands_can_be_listed_until_it_can_no_longer_be_undone(
    cast: Cast, db: Session, two: tuple[Learner, Learner]
) -> None:
    kept, merged = two
    assert merges.merge_of(db, "learner", merged.public_id) is None
    merge(db, cast, kept, merged)
    [line] = merges.undoable_merges(db, "learner", kept.public_id, now=later(hours=1))
    assert (line.merged_name, line.kept_name, line.by) == ("陈大绣", "陈大秀", "陈书记")
    assert merges.merge_of(db, "learner", merged.public_id) == line
    assert merges.undoable_merges(db, "learner", kept.public_id, now=later(hours=24)) == ()
    undo(db, cast, merged)
    assert merges.undoable_merges(db, "learner", kept.public_id, now=NOW) == ()
