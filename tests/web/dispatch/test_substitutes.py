"""A teacher is ill tonight: who could stand in is asked, telephoned, or told; who says yes teaches."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from nightschool.database import Database
from nightschool.models.people import Teacher
from nightschool.models.planning import Dispatch
from nightschool.models.teaching import ClassSession, ClassSessionLabel
from nightschool.models.trust import AuditEvent
from tests.factories import TODAY, Cast, make_course, make_label, make_link, make_session, make_teacher
from tests.web.addresses import seal

SECRET = "s" * 32


@pytest.fixture
def tonight(database: Database, cast: Cast) -> str:
    """周老师's class of this evening; 吴医生 teaches such things too, 何老师 is at another class, 李老师 is free."""
    with database.writing() as db:
        course = make_course(db, title="柑橘修剪", teachers=(cast.teacher,))
        session = make_session(db, course, TODAY, teachers=(cast.teacher,))
        make_teacher(db, name="李老师", unit="镇小学")
        able = make_teacher(db, name="吴老师", unit="县果办", specialities="柑橘")
        seal(db, "teacher.phone", able)
        make_link(db, able, SECRET)
        taken = make_teacher(db, name="何老师", unit="县医院")
        make_session(db, make_course(db, "511024100217", title="急救"), TODAY, teachers=(taken.id,))
        return session.public_id


@pytest.mark.both_databases
def test_who_is_able_free_and_near_is_asked_and_says_yes_by_their_link(
    chen: FlaskClient, client: FlaskClient, database: Database, cast: Cast, tonight: str
) -> None:
    assert f"/sessions/{tonight}/substitute" in chen.get(f"/sessions/{tonight}").text
    address = f"/sessions/{tonight}/substitute"
    page = chen.get(address).text
    assert page.index("吴老师") < page.index("李老师") and "何老师" not in page
    assert "138****5678" in page and "13812345678" not in page
    [told] = re.findall(r'<pre class="message">(.*?)</pre>', page, re.DOTALL)
    assert "柑橘修剪" in told and "陈书记：0832-5550101" in told
    wanted = re.findall(r'name="teachers" value="([^"]+)"', page)
    asked = chen.post(address, data={"teachers": wanted, "do": "ask"}, follow_redirects=True).text
    assert "问了 2 位老师" in asked and asked.count("等老师回话") == 2
    assert "能来的都问了，等他们回话。" in asked and "想请哪位老师来顶一节" in asked
    with database.reading() as db:
        able = db.scalars(select(Teacher).where(Teacher.name == "吴老师")).one()
        dispatch = db.scalars(select(Dispatch).where(Dispatch.teacher_id == able.id)).one()
    own = client.get(f"/t/{SECRET}").text
    assert "顶一节课" in own
    client.post(f"/t/{SECRET}/offers/{dispatch.public_id}", data={"do": "yes"})
    assert "吴老师" in client.get("/v/511002105201").text
    assert "答应了，课已经换成这位老师" in chen.get(address).text


@pytest.mark.both_databases
def test_the_whole_number_is_shown_once_and_leaves_a_line(
    chen: FlaskClient, database: Database, tonight: str
) -> None:
    address = f"/sessions/{tonight}/substitute"
    with database.reading() as db:
        able = db.scalars(select(Teacher.public_id).where(Teacher.name == "吴老师")).one()
    assert "13812345678" in chen.post(address, data={"do": f"phone {able}"}).text
    with database.reading() as db:
        assert "teacher.phone" in db.scalars(select(AuditEvent.action)).all()


def test_nobody_ticked_is_told_and_nobody_free_too(
    chen: FlaskClient, database: Database, tonight: str
) -> None:
    address = f"/sessions/{tonight}/substitute"
    nobody = chen.post(address, data={"do": "ask"})
    assert nobody.status_code == 422 and "还没选问哪位老师。" in nobody.text
    with database.writing() as db:
        for one in db.scalars(select(Teacher)):
            course = make_course(db, "511024100217", title="别的课")
            if one.name in ("吴老师", "李老师"):
                make_session(db, course, TODAY, teachers=(one.id,))
    assert "这时候没有别的老师能来" in chen.get(address).text


@pytest.mark.both_databases
def test_another_teacher_leaves_how_a_class_is_given_and_who_organises_it(
    chen: FlaskClient, database: Database, tonight: str
) -> None:
    with database.writing() as db:
        session = db.scalars(select(ClassSession).where(ClassSession.public_id == tonight)).one()
        session.delivery_mode = "field"
        label = make_label(db, "县农机站")
        db.add(ClassSessionLabel(class_session_id=session.id, label_id=label.id, role="host"))
        other = db.scalars(select(Teacher.public_id).where(Teacher.name == "李老师")).one()
    with database.reading() as db:
        revision = db.scalars(select(ClassSession.revision).where(ClassSession.public_id == tonight)).one()
    sent = {"teacher": other, "revision": str(revision)}
    assert chen.post(f"/sessions/{tonight}/teacher", data=sent).status_code == 303
    with database.reading() as db:
        found = db.scalars(select(ClassSession).where(ClassSession.public_id == tonight)).one()
        assert found.delivery_mode == "field" and len(db.scalars(select(ClassSessionLabel)).all()) == 1


def test_a_class_that_is_over_needs_nobody(chen: FlaskClient, database: Database, cast: Cast) -> None:
    with database.writing() as db:
        course = make_course(db, teachers=(cast.teacher,))
        past = make_session(db, course, TODAY - timedelta(days=1), teachers=(cast.teacher,)).public_id
        other = make_teacher(db, name="李老师").public_id
    answer = chen.post(f"/sessions/{past}/substitute", data={"do": "ask", "teachers": [other]})
    assert answer.status_code == 422 and "不用再找人顶" in answer.text
