"""Links for teachers: made by who keeps them, or by a village for its own classes; revoked at once."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.actions.people.teacher_links import make_link, revoke_link
from nightschool.errors import NotAllowed, NotFound, Refused
from nightschool.models.people import Teacher, TeacherLink
from nightschool.models.trust import AuditEvent
from nightschool.queries.people.teacher_links import links, opened
from tests.factories import JIANLI, NOW, SHIWAN, Cast, make_teacher

TOWNSHIP = "511002105000"


@pytest.fixture
def zhou(cast: Cast, db: Session) -> Teacher:
    return db.get_one(Teacher, cast.teacher)


def test_secret_is_shown_once_and_kept_nowhere(cast: Cast, zhou: Teacher, db: Session) -> None:
    made = make_link(db, teacher=zhou.public_id, region=TOWNSHIP, by=cast.region_administrator_actor, now=NOW)
    link = db.scalars(select(TeacherLink)).one()
    assert len(made.secret) == 32 and made.secret not in repr(vars(link))
    [line] = db.scalars(select(AuditEvent)).all()
    assert (line.action, line.record) == ("teacher.link", f"teacher {zhou.id}")
    assert made.secret not in repr(line.details)
    found = opened(db, made.secret)
    assert found is not None and (found.name, found.region_code, found.is_whole) == ("周老师", TOWNSHIP, True)


def test_village_that_calls_on_the_townships_teacher_gets_a_link_to_its_own_classes(
    cast: Cast, zhou: Teacher, db: Session
) -> None:
    made = make_link(db, teacher=zhou.public_id, region=SHIWAN, by=cast.chen_actor, now=NOW)
    found = opened(db, made.secret)
    assert found is not None and (found.region_code, found.is_whole) == (SHIWAN, False)
    with pytest.raises(NotAllowed):
        make_link(db, teacher=zhou.public_id, region=TOWNSHIP, by=cast.chen_actor, now=NOW)
    with pytest.raises(NotFound):
        make_link(db, teacher=zhou.public_id, region=JIANLI, by=cast.luo_actor, now=NOW)
    with pytest.raises(NotAllowed):
        make_link(db, teacher=zhou.public_id, region=SHIWAN, by=cast.luo_actor, now=NOW)


def test_revoked_link_opens_nothing_from_then_on(cast: Cast, zhou: Teacher, db: Session) -> None:
    first, second = (
        make_link(db, teacher=zhou.public_id, region=SHIWAN, by=cast.chen_actor, now=NOW) for _ in range(2)
    )
    with pytest.raises(NotAllowed):
        revoke_link(db, link=first.public_id, by=cast.luo_actor, now=NOW)
    # Who keeps the teacher may revoke what a village made.
    assert revoke_link(db, link=first.public_id, by=cast.region_administrator_actor, now=NOW)
    assert opened(db, first.secret) is None
    assert opened(db, second.secret) is not None
    assert not revoke_link(db, link=first.public_id, by=cast.chen_actor, now=NOW)
    assert [line.revoked_at is None for line in links(db, zhou.public_id, TOWNSHIP)] == [True, False]
    with pytest.raises(NotFound):
        revoke_link(db, link="A" * 22, by=cast.chen_actor, now=NOW)


def test_no_link_for_who_is_asked_no_more_or_was_merged(cast: Cast, zhou: Teacher, db: Session) -> None:
    other = make_teacher(db, SHIWAN, retired_at=NOW.instant)
    with pytest.raises(Refused, match="retired"):
        make_link(db, teacher=other.public_id, region=SHIWAN, by=cast.chen_actor, now=NOW)
    other.merged_into_id = zhou.id
    db.flush()
    with pytest.raises(Refused, match="is_merged"):
        make_link(db, teacher=other.public_id, region=SHIWAN, by=cast.chen_actor, now=NOW)
