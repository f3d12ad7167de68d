"""Who is on the roster and who can be called on; phones come out masked, and nothing else of them."""

import pytest
from sqlalchemy.orm import Session

from nightschool.models.base import new_public_id
from nightschool.models.people import Teacher
from nightschool.queries.people import people, rosters
from nightschool.queries.places import schools, venues
from nightschool.rules.listings import Asked, Listing
from tests.factories import JIANLI, SEALER, SHIWAN, Cast, make_learner, make_teacher, make_venue

TOWNSHIP, COUNTY = "511002105000", "511002000000"
PHONE = "13800005678"


def with_phone(table: str) -> dict[str, str]:
    """Columns of a record whose phone is sealed to it."""
    public_id = new_public_id()
    column = "key_holder_phone" if table == "venue" else "phone"
    return {"public_id": public_id, column: SEALER.seal(PHONE, about=f"{table}.{column}:{public_id}")}


@pytest.fixture
def roster(cast: Cast, db: Session) -> None:
    make_learner(db, name="张桂花", group_name="二组")
    make_learner(db, name="单小红", group_name="二组", household="单老大", sex="female", birth_year=1965)
    make_learner(db, name="刘国富", group_name="一组", **with_phone("learner"))
    make_learner(db, JIANLI, "罗小平")


def names(found: Listing[rosters.LearnerLine]) -> list[tuple[str, str]]:
    return [(line.group, line.name) for line in found.lines]


@pytest.mark.usefixtures("roster")
def test_learners_stand_by_group_and_sound_with_masked_phones(db: Session) -> None:
    found = rosters.learners(db, SHIWAN)
    assert names(found) == [("一组", "刘国富"), ("二组", "单小红"), ("二组", "张桂花")]
    assert (found.total, found.found) == (3, 3)
    assert [line.masked_phone for line in found.lines] == ["138****5678", "", ""]


@pytest.mark.usefixtures("roster")
def test_a_learner_is_found_by_name_or_pinyin(db: Session) -> None:
    for query in ["单", "小红", "sxh", "SXH", "shanxiaohong", "dxh", "ｓｘｈ"]:
        found = rosters.learners(db, SHIWAN, Asked(query))
        assert names(found) == [("二组", "单小红")]
        assert (found.total, found.found) == (3, 1)


@pytest.mark.usefixtures("roster")
def test_who_is_not_of_the_village_is_not_found(db: Session) -> None:
    for query in ["罗小平", "lxp", "%", "_"]:
        assert rosters.learners(db, SHIWAN, Asked(query)).lines == ()


@pytest.mark.parametrize("size", [1, 30])
def test_a_roster_costs_two_statements(cast: Cast, db: Session, statements: list[str], size: int) -> None:
    for n in range(size):
        make_learner(db, name=f"村民{n}", **with_phone("learner"))
    statements.clear()
    rosters.learners(db, SHIWAN)
    assert len(statements) == 2


def test_a_learner_is_shown_with_everything_but_the_phone(cast: Cast, db: Session) -> None:
    made = make_learner(
        db, name="刘国富", household="刘老大", sex="male", birth_year=1958, **with_phone("learner")
    )
    assert people.learner(db, made.public_id) == people.LearnerRecord(
        public_id=made.public_id,
        region_code=SHIWAN,
        region="狮湾村",
        name="刘国富",
        group_name="一组",
        household="刘老大",
        sex="male",
        birth_year=1958,
        masked_phone="138****5678",
        version=1,
    )
    assert people.learner(db, "x" * 22) is None


@pytest.mark.usefixtures("roster")
def test_groups_are_offered_in_their_order(db: Session) -> None:
    assert people.groups(db, SHIWAN) == ("一组", "二组")


def test_a_village_sees_its_own_teachers_and_those_above(cast: Cast, db: Session) -> None:
    make_teacher(db, SHIWAN, "吴老师", name_key="wu2 吴")
    make_teacher(db, COUNTY, "郑医生", name_key="zheng4 郑", **with_phone("teacher"))
    make_teacher(db, JIANLI, "别村的")
    found = rosters.teachers(db, SHIWAN).lines
    assert [(line.name, line.region, line.masked_phone) for line in found] == [
        ("吴老师", "狮湾村", ""),
        ("周老师", "全安镇", ""),
        ("郑医生", "市中区", "138****5678"),
    ]
    assert [line.name for line in rosters.teachers(db, COUNTY).lines] == ["郑医生"]


@pytest.mark.parametrize("query", ["周", "zls", "zhoulao", "柑橘"])
def test_a_teacher_is_found_by_name_pinyin_or_subject(cast: Cast, db: Session, query: str) -> None:
    make_teacher(db, SHIWAN, "吴老师")
    db.get_one(Teacher, cast.teacher).specialities = "柑橘、养兔"
    assert [line.name for line in rosters.teachers(db, SHIWAN, Asked(query)).lines] == ["周老师"]


def test_a_teacher_is_shown_with_where_they_are_kept(cast: Cast, db: Session) -> None:
    made = make_teacher(db, TOWNSHIP, "吴老师", **with_phone("teacher"))
    record = people.teacher(db, made.public_id)
    assert record is not None
    assert (record.name, record.region, record.region_code, record.masked_phone) == (
        "吴老师",
        "全安镇",
        TOWNSHIP,
        "138****5678",
    )
    assert people.teacher(db, "x" * 22) is None


def test_the_usual_venue_stands_first(cast: Cast, db: Session) -> None:
    make_venue(db, name="村小", seats=40, key_holder="陈会计", **with_phone("venue"))
    lines = venues.venues(db, SHIWAN).lines
    assert [(line.name, line.is_usual, line.masked_phone) for line in lines] == [
        ("村活动室", True, ""),
        ("村小", False, "138****5678"),
    ]


def test_a_venue_is_shown_with_everything_but_the_phone(cast: Cast, db: Session) -> None:
    made = make_venue(db, name="村小", key_holder="陈会计", **with_phone("venue"))
    record = venues.venue(db, made.public_id)
    assert record is not None
    assert (record.name, record.region, record.key_holder, record.masked_phone) == (
        "村小",
        "狮湾村",
        "陈会计",
        "138****5678",
    )
    assert venues.venue(db, "x" * 22) is None


def test_a_school_is_shown_as_its_coordinator_wrote_it(cast: Cast, db: Session) -> None:
    record = schools.school_record(db, SHIWAN)
    assert record is not None
    assert (record.institution_name, record.contact_name, record.contact_phone) == (
        "",
        "陈书记",
        "0832-5550101",
    )
    assert record.usual_venue == venues.venues(db, SHIWAN).lines[0].public_id
    assert schools.school_record(db, TOWNSHIP) is None
