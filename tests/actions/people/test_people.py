"""Learners and teachers are written down once, put right without losing what another wrote, and kept private."""

from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from nightschool.actions.people.people import (
    add_learner,
    add_teacher,
    edit_learner,
    edit_teacher,
    reveal_learner_phone,
    reveal_teacher_phone,
)
from nightschool.errors import NotAllowed, NotFound, Refused, StaleRecord
from nightschool.models.people import Learner, Teacher
from nightschool.models.places import Region
from nightschool.models.trust import AuditEvent
from nightschool.rules.people.people import LearnerEntry, TeacherEntry
from tests.factories import (
    JIANLI,
    NOW,
    SEALER,
    SHIWAN,
    Cast,
    make_course,
    make_learner,
    make_session,
    make_teacher,
)

TOWNSHIP, COUNTY = "511002105000", "511002000000"
PHONE = "13800005678"


def add(cast: Cast, db: Session, entry: LearnerEntry, **given: Any) -> Learner:
    defaults = {"village": SHIWAN, "by": cast.chen_actor, "now": NOW}
    public_id = add_learner(db, entry=entry, **{**defaults, **given})
    return db.scalars(select(Learner).where(Learner.public_id == public_id)).one()


def edit(cast: Cast, db: Session, learner: Learner, entry: LearnerEntry, **given: Any) -> None:
    defaults: dict[str, Any] = {"version": learner.version, "by": cast.chen_actor, "now": NOW}
    edit_learner(db, learner=learner.public_id, entry=entry, **{**defaults, **given})


def engage(cast: Cast, db: Session, entry: TeacherEntry, **given: Any) -> Teacher:
    defaults: dict[str, Any] = {"region": SHIWAN, "by": cast.chen_actor, "now": NOW}
    public_id = add_teacher(db, entry=entry, **{**defaults, **given})
    return db.scalars(select(Teacher).where(Teacher.public_id == public_id)).one()


def last_line(db: Session) -> AuditEvent:
    return db.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first() or AuditEvent()


def test_a_learner_needs_only_a_name_and_a_group(cast: Cast, db: Session) -> None:
    learner = add(cast, db, LearnerEntry("单小红", "第3村民小组"))
    assert (learner.group_name, learner.group_number, learner.region_code) == ("第3村民小组", 3, SHIWAN)
    assert learner.name_key.startswith("shan4")
    assert "sxh" in learner.search_keys.split()
    assert (learner.phone, learner.sex, learner.birth_year, learner.household) == (None, None, None, "")


def test_a_learners_phone_is_sealed_to_its_row(cast: Cast, db: Session) -> None:
    learner = add(cast, db, LearnerEntry("陈大秀", "一组", phone=PHONE, is_told=True))
    assert learner.phone is not None
    assert PHONE not in learner.phone
    assert SEALER.open(learner.phone, about=f"learner.phone:{learner.public_id}") == PHONE


def test_the_phone_stands_nowhere_in_the_database(cast: Cast, db: Session) -> None:
    learner = add(cast, db, LearnerEntry("陈大秀", "一组", phone=PHONE, is_told=True))
    edit(cast, db, learner, LearnerEntry("陈大秀", "二组", phone="13911112222", is_told=True))
    for table in ("learner", "audit_event"):
        rows = db.execute(text(f"SELECT * FROM {table}")).all()
        assert PHONE not in str(rows)
        assert "13911112222" not in str(rows)


def test_an_empty_phone_keeps_the_stored_one(cast: Cast, db: Session) -> None:
    learner = add(cast, db, LearnerEntry("陈大秀", "一组", phone=PHONE, is_told=True))
    edit(cast, db, learner, LearnerEntry("陈大秀", "二组"))
    assert reveal(cast, db, learner) == PHONE


def test_a_phone_can_be_replaced_and_removed(cast: Cast, db: Session) -> None:
    learner = add(cast, db, LearnerEntry("陈大秀", "一组", phone=PHONE, is_told=True))
    edit(cast, db, learner, LearnerEntry("陈大秀", "一组", phone="13911112222", is_told=True))
    assert reveal(cast, db, learner) == "13911112222"
    edit(cast, db, learner, LearnerEntry("陈大秀", "一组", removes_phone=True))
    assert learner.phone is None


def reveal(cast: Cast, db: Session, learner: Learner) -> str:
    return reveal_learner_phone(db, learner=learner.public_id, by=cast.chen_actor, now=NOW)


def test_looking_a_phone_up_is_on_the_trail(cast: Cast, db: Session) -> None:
    learner = add(cast, db, LearnerEntry("陈大秀", "一组", phone=PHONE, is_told=True))
    assert reveal(cast, db, learner) == PHONE
    assert (last_line(db).action, last_line(db).record) == ("learner.phone", f"learner {learner.id}")


def test_the_trail_names_fields_and_never_values(cast: Cast, db: Session) -> None:
    learner = add(cast, db, LearnerEntry("陈大秀", "一组"))
    edit(cast, db, learner, LearnerEntry("陈小秀", "一组", birth_year=1965, phone=PHONE, is_told=True))
    line = last_line(db)
    assert line.action == "learner.edit"
    assert line.details == {
        "fields": ["birth_year", "name", "name_key", "phone", "search_keys", "told_version"]
    }


def test_saving_what_is_already_so_changes_nothing(cast: Cast, db: Session) -> None:
    learner = add(cast, db, LearnerEntry("陈大秀", "一组", phone=PHONE, is_told=True))
    version = learner.version
    edit(cast, db, learner, LearnerEntry("陈大秀", "一组", phone=PHONE, is_told=True))
    assert learner.version == version
    assert last_line(db).action == "learner.add"


def test_a_namesake_in_the_same_group_is_a_question(cast: Cast, db: Session) -> None:
    add(cast, db, LearnerEntry("陈大秀", "三组"))
    with pytest.raises(Refused) as refused:
        add(cast, db, LearnerEntry("陈大秀", "第3组"))
    assert (refused.value.code, refused.value.field) == ("same_name", "name")
    another = add(cast, db, LearnerEntry("陈大秀", "第3组", is_another=True))
    assert another.id


@pytest.mark.parametrize("group", ["四组", "上湾"])
def test_a_namesake_in_another_group_is_nobody_asked_about(cast: Cast, db: Session, group: str) -> None:
    add(cast, db, LearnerEntry("陈大秀", "三组"))
    assert add(cast, db, LearnerEntry("陈大秀", group)).id


def test_namesakes_in_a_group_without_a_number_are_told_by_its_name(cast: Cast, db: Session) -> None:
    add(cast, db, LearnerEntry("陈大秀", "上湾"))
    assert add(cast, db, LearnerEntry("陈大秀", "下湾")).id
    with pytest.raises(Refused, match="same_name"):
        add(cast, db, LearnerEntry("陈大秀", "上湾"))


def test_renaming_into_a_namesake_is_a_question_and_editing_a_namesake_is_none(
    cast: Cast, db: Session
) -> None:
    add(cast, db, LearnerEntry("陈大秀", "三组"))
    other = add(cast, db, LearnerEntry("陈小秀", "三组"))
    with pytest.raises(Refused, match="same_name"):
        edit(cast, db, other, LearnerEntry("陈大秀", "三组"))
    edit(cast, db, other, LearnerEntry("陈大秀", "三组", is_another=True))
    edit(cast, db, other, LearnerEntry("陈大秀", "三组", household="陈老大"))
    assert other.household == "陈老大"


def test_a_child_is_not_recorded_by_name(cast: Cast, db: Session) -> None:
    with pytest.raises(Refused, match="child"):
        add(cast, db, LearnerEntry("陈小宝", "一组", birth_year=2015))


def test_a_stale_save_is_refused_and_nothing_is_written(cast: Cast, db: Session) -> None:
    learner = add(cast, db, LearnerEntry("陈大秀", "一组"))
    opened = learner.version
    edit(cast, db, learner, LearnerEntry("陈大秀", "二组"))
    with pytest.raises(StaleRecord) as stale:
        edit(cast, db, learner, LearnerEntry("陈大秀", "三组"), version=opened)
    assert (stale.value.seen_version, stale.value.current_version) == (opened, learner.version)
    assert learner.group_name == "二组"


def test_learners_are_kept_by_their_own_village_alone(cast: Cast, db: Session) -> None:
    learner = add(cast, db, LearnerEntry("陈大秀", "一组", phone=PHONE, is_told=True))
    for actor in (cast.luo_actor, cast.region_administrator_actor):
        with pytest.raises(NotAllowed):
            add(cast, db, LearnerEntry("陈大秀", "二组"), by=actor)
        with pytest.raises(NotAllowed):
            edit(cast, db, learner, LearnerEntry("陈大秀", "二组"), by=actor)
        with pytest.raises(NotAllowed):
            reveal_learner_phone(db, learner=learner.public_id, by=actor, now=NOW)
    with pytest.raises(NotFound):
        reveal_learner_phone(db, learner="x" * 22, by=cast.chen_actor, now=NOW)


def test_very_long_names_still_fit_their_keys(cast: Cast, db: Session) -> None:
    learner = add(cast, db, LearnerEntry("重" * 60, "一组"))
    assert len(learner.name_key) <= 200
    assert 0 < len(learner.search_keys) <= 400


def test_a_teacher_needs_only_a_name(cast: Cast, db: Session) -> None:
    teacher = engage(cast, db, TeacherEntry("吴老师"))
    assert (teacher.region_code, teacher.kind, teacher.name_is_public) == (SHIWAN, "local_expert", True)
    with pytest.raises(Refused, match="name_missing"):
        engage(cast, db, TeacherEntry(""))


@pytest.mark.parametrize("name", ["周老师", "邹老师", "周劳师"])
def test_a_teacher_who_is_or_sounds_known_is_offered_first(cast: Cast, db: Session, name: str) -> None:
    known = name != "邹老师"
    if known:
        with pytest.raises(Refused) as refused:
            engage(cast, db, TeacherEntry(name))
        [namesake] = refused.value.details["namesakes"]
        assert (namesake.name, namesake.told, namesake.region_name) == ("周老师", "农技站", "全安镇")
    assert engage(cast, db, TeacherEntry(name, is_another=known)).name == name


def test_a_teacher_kept_elsewhere_is_not_offered(cast: Cast, db: Session) -> None:
    make_teacher(db, JIANLI, "吴老师")
    assert engage(cast, db, TeacherEntry("吴老师")).region_code == SHIWAN


def test_an_administrator_keeps_the_teachers_of_a_township(cast: Cast, db: Session) -> None:
    teacher = engage(cast, db, TeacherEntry("吴医生"), region=TOWNSHIP, by=cast.region_administrator_actor)
    assert teacher.region_code == TOWNSHIP
    with pytest.raises(NotAllowed):
        engage(cast, db, TeacherEntry("吴医生二"), region=TOWNSHIP)


def test_a_village_sees_but_does_not_edit_its_townships_teacher(cast: Cast, db: Session) -> None:
    teacher = db.get_one(Teacher, cast.teacher)
    with pytest.raises(NotAllowed):
        change(cast, db, teacher, TeacherEntry("周大师"))


def change(cast: Cast, db: Session, teacher: Teacher, entry: TeacherEntry, **given: Any) -> None:
    defaults: dict[str, Any] = {"version": teacher.version, "by": cast.chen_actor, "now": NOW}
    edit_teacher(db, teacher=teacher.public_id, entry=entry, **{**defaults, **given})


def pages(db: Session) -> tuple[int, int]:
    rows = db.execute(select(Region.code, Region.revision)).all()
    revisions = {row.code: row.revision for row in rows}
    return revisions[SHIWAN], revisions[JIANLI]


def test_a_teachers_new_name_reaches_every_village_they_teach_in(cast: Cast, db: Session) -> None:
    teacher = make_teacher(db, "510000000000", "吴教授")
    for code in (SHIWAN, JIANLI):
        make_session(db, make_course(db, code), teachers=(teacher.id,), booked=False)
    shiwan, jianli = pages(db)
    administrator = {"by": cast.region_administrator_actor}
    with pytest.raises(NotAllowed):
        change(cast, db, teacher, TeacherEntry("吴教授", unit="农科院"), **administrator)
    change(cast, db, teacher, TeacherEntry("吴教授", unit="农科院"), by=system(cast))
    assert pages(db) == (shiwan + 1, jianli + 1)
    change(cast, db, teacher, TeacherEntry("吴教授", unit="农科院", specialities="柑橘"), by=system(cast))
    assert pages(db) == (shiwan + 1, jianli + 1)


def system(cast: Cast) -> Any:
    from nightschool.rules.access import Actor, Post, Role

    return Actor(cast.system_administrator, "管理员", (Post(Role.SYSTEM_ADMINISTRATOR, None),))


def test_a_stale_teacher_is_refused(cast: Cast, db: Session) -> None:
    teacher = engage(cast, db, TeacherEntry("吴老师"))
    with pytest.raises(StaleRecord):
        change(cast, db, teacher, TeacherEntry("吴老师", unit="卫生院"), version=teacher.version - 1)


def test_a_village_may_phone_the_teachers_it_sees(cast: Cast, db: Session) -> None:
    teacher = engage(cast, db, TeacherEntry("吴医生", phone=PHONE), region=TOWNSHIP, by=system(cast))
    assert dial(cast, db, teacher) == PHONE
    assert (last_line(db).action, last_line(db).account_id) == ("teacher.phone", cast.chen)
    with pytest.raises(NotFound):
        dial(cast, db, teacher, region=JIANLI, by=cast.luo_actor)
    with pytest.raises(NotAllowed):
        dial(cast, db, teacher, by=cast.luo_actor)


def dial(cast: Cast, db: Session, teacher: Teacher, **given: Any) -> str:
    defaults: dict[str, Any] = {"region": SHIWAN, "by": cast.chen_actor, "now": NOW}
    return reveal_teacher_phone(db, teacher=teacher.public_id, **{**defaults, **given})


def test_learners_of_the_factories_look_like_those_of_the_action(cast: Cast, db: Session) -> None:
    made = make_learner(db, name="陈大秀", group_name="三组")
    added = add(cast, db, LearnerEntry("陈大秀", "四组"))
    assert (made.name_key, set(made.search_keys.split())) == (added.name_key, set(added.search_keys.split()))
