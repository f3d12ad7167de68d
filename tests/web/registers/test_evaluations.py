"""Evaluation slips: printed, answered by whoever has one without a login, entered from paper, and shown from five on."""

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from nightschool.database import Database
from nightschool.models.attendance import Evaluation, EvaluationCount
from nightschool.models.people import Teacher
from nightschool.models.teaching import SessionStatus
from nightschool.models.trust import AuditEvent
from tests.factories import NOW, SHIWAN, TODAY, Cast, make_course, make_link, make_register, make_session
from tests.web.addresses import SECRET, slip_of

TOWNSHIP = "511002105000"


@pytest.fixture
def tonight(database: Database, cast: Cast) -> str:
    with database.writing() as db:
        course = make_course(db, title="柑橘管护", teachers=(cast.teacher,))
        return make_session(db, course, TODAY, teachers=(cast.teacher,), published_at=NOW.instant).public_id


@pytest.fixture
def chen(browser_of: Any, cast: Cast) -> FlaskClient:
    found: FlaskClient = browser_of(cast.chen)
    return found


def answer(client: FlaskClient, class_session: str, once: str = "", **said: Any) -> Any:
    path = f"/e/{slip_of(class_session)}"
    page = client.get(path).text
    sent = re.search(r'name="once" value="([^"]+)"', page)
    data = {"once": once or (sent[1] if sent else ""), **said}
    return client.post(path, data=data)


def row(database: Database) -> Evaluation | None:
    with database.reading() as db:
        return db.scalars(select(Evaluation)).one_or_none()


def test_a_villager_answers_without_a_login_and_nothing_says_who(
    client: FlaskClient, database: Database, tonight: str
) -> None:
    path = f"/e/{slip_of(tonight)}"
    page = client.get(path)
    assert page.headers["Cache-Control"] == "no-store" and len(page.data) < 8000
    assert "柑橘管护" in page.text and "狮湾村" in page.text
    assert "<script" not in page.text
    done = answer(client, tonight, method="5", understood="2")
    assert done.status_code == 303
    said = client.get(done.location).text
    assert "收到了" in said and path in said
    with database.reading() as db:
        found = db.scalars(select(Evaluation)).one()
        assert (found.waiting, found.online, found.words, len(found.sent)) == (1, 0, [], 1)
        counts = {(one.aspect, one.choice, one.waiting) for one in db.scalars(select(EvaluationCount))}
        assert counts == {("method", 5, 1), ("understood", 2, 1)}
        assert not db.scalars(select(AuditEvent)).all()


def test_the_same_form_twice_counts_once_and_one_that_says_nothing_not_at_all(
    client: FlaskClient, database: Database, tonight: str
) -> None:
    for _twice in range(2):
        assert answer(client, tonight, once="a" * 22, method="5").status_code == 303
    empty = answer(client, tonight)
    assert empty.status_code == 422 and "还什么都没选" in empty.text
    for wrong, sentence in (
        ({"method": "6"}, "不在单子上"),
        ({"words": "蜂" * 61}, "60"),
        ({"words": "找 13812345678"}, "手机号"),
    ):
        refused = answer(client, tonight, **wrong)
        assert refused.status_code == 422 and sentence in refused.text
    found = row(database)
    assert found is not None and len(found.sent) == found.waiting == 1


def test_answers_are_shown_five_at_a_time_and_words_in_no_order_of_theirs(
    client: FlaskClient, chen: FlaskClient, database: Database, tonight: str
) -> None:
    page = f"/sessions/{tonight}/evaluation"
    for number, words in enumerate(("养蜂", "嫁接", "", "八月瓜"), start=1):
        answer(client, tonight, method="4", words=words)
        text = chen.get(page).text
        assert f"收到 {number} 份" in text and "嫁接" not in text and "讲法" not in text.split("<form")[0]
    answer(client, tonight, method="5", understood="3")
    text = chen.get(page).text
    assert "评课 5 份：讲法 4.2 星" in text and "4 星 4" in text and "听懂了的" not in text
    assert re.findall(r"<li>(.*?)</li>", text) == sorted(["养蜂", "嫁接", "八月瓜"])
    for number in range(1, 5):
        answer(client, tonight, method="1", words="太远")
        after = chen.get(page).text
        assert (
            "评课 5 份：讲法 4.2 星" in after and "太远" not in after and f"手机上还有 {number} 份" in after
        )
    answer(client, tonight, method="1")
    assert "评课 10 份：讲法 2.6 星" in chen.get(page).text
    found = row(database)
    assert found is not None and found.sent == sorted(found.sent) and found.waiting_words == []


@pytest.mark.both_databases
def test_slips_from_paper_are_entered_a_line_each_and_can_be_entered_anew(
    chen: FlaskClient, client: FlaskClient, database: Database, tonight: str
) -> None:
    page = f"/sessions/{tonight}/evaluation"
    assert chen.post(page, data={"slips": "5 4 5 3\n好"}).status_code == 422
    assert row(database) is None
    assert chen.post(page, data={"slips": "5 4 5 3 想学养蜂\n" * 3}).status_code == 303
    answer(client, tonight, method="1")
    assert "收到 4 份" in chen.get(page).text
    chen.post(page, data={"slips": "3333\n3333"})
    text = chen.get(page).text
    assert (
        "评课 5 份：讲法 4.2 星，内容 3.6 星，态度 4.2 星，听懂了的 100%" in text
        and text.count("想学养蜂") >= 3
    )
    chen.post(page, data={"slips": "1113\n" * 6, "replaces": "y"})
    text = chen.get(page).text
    assert "评课 6 份：讲法 1.0 星" in text and "养蜂</li>" not in text
    with database.reading() as db:
        assert [one.details for one in db.scalars(select(AuditEvent).order_by(AuditEvent.id))] == [
            {"slips": n} for n in (3, 2, 6)
        ]


@pytest.mark.both_databases
def test_a_made_up_address_opens_nothing_and_a_flood_ends(
    client: FlaskClient, database: Database, cast: Cast, tonight: str
) -> None:
    for wrong in (tonight + "0" * 12, "x" * 22 + slip_of(tonight)[22:], tonight):
        assert client.get(f"/e/{wrong}").status_code == 404
        assert client.post(f"/e/{wrong}", data={"method": "5"}).status_code == 404
    with database.writing() as db:
        held = make_session(db, make_course(db), TODAY, status=SessionStatus.HELD)
        make_register(db, held, cast.chen, total=6)
        this = held.public_id
    answers = [answer(client, this, once=f"{n:022d}", method="1") for n in range(7)]
    assert [one.status_code for one in answers] == [303] * 6 + [422]
    assert "来的人都交过了" in answers[-1].text


@pytest.mark.parametrize(("days", "status", "sentence"), [
    (1, "scheduled", "还没上"), (-8, "held", "收完了"), (0, "cancelled", "没有上"),
])  # fmt: skip
def test_the_slip_is_open_from_the_day_of_the_class_for_a_week(
    client: FlaskClient, database: Database, cast: Cast, days: int, status: str, sentence: str
) -> None:
    reason = {"reason": "weather"} if status == "cancelled" else {}
    with database.writing() as db:
        day = TODAY + timedelta(days=days)
        this = make_session(db, make_course(db), day, status=SessionStatus(status), **reason).public_id
    page = client.get(f"/e/{slip_of(this)}")
    assert page.status_code == 200 and sentence in page.text and "<form" not in page.text
    assert client.post(f"/e/{slip_of(this)}", data={"method": "5"}).status_code == 422
    assert row(database) is None


@pytest.mark.both_databases
@pytest.mark.usefixtures("cast")
def test_a_draft_is_nobodys_to_evaluate(client: FlaskClient, database: Database) -> None:
    with database.writing() as db:
        course = make_course(db, published=False)
        draft = make_session(db, course, TODAY, status=SessionStatus.DRAFT).public_id
    assert client.get(f"/e/{slip_of(draft)}").status_code == 404


def test_the_teacher_and_those_above_read_averages_and_no_words(
    client: FlaskClient, chen: FlaskClient, browser_of: Any, database: Database, cast: Cast, tonight: str
) -> None:
    with database.writing() as db:
        course = make_course(db, title="防诈骗", teachers=(cast.teacher,))
        held = make_session(
            db, course, TODAY - timedelta(days=1), teachers=(cast.teacher,), status=SessionStatus.HELD,
            published_at=NOW.instant,
        ).public_id  # fmt: skip
        make_link(db, db.get_one(Teacher, cast.teacher), SECRET)
    township = browser_of(cast.township_supervisor)
    overview = f"/overview/{TOWNSHIP}?when=2026-11"
    chen.post(f"/sessions/{held}/evaluation", data={"slips": "5555\n" * 4 + "5553"})
    chen.post(f"/sessions/{held}/evaluation", data={"slips": "5 5 5 3 学养蜂\n" * 4})
    assert "评课" not in township.get(overview).text + client.get(f"/t/{SECRET}").text
    chen.post(f"/sessions/{held}/evaluation", data={"slips": "0 5 5 1"})
    chen.post(f"/sessions/{tonight}/evaluation", data={"slips": "1 1 1 1\n" * 4})
    told = "评课 5 份：内容 5.0 星，态度 5.0 星，听懂了的 80%"
    for page in (township.get(overview).text, client.get(f"/t/{SECRET}").text):
        assert told in page and "养蜂" not in page
    assert "评课" not in township.get(f"/overview/{TOWNSHIP}?when=2026-10").text


def test_slips_are_printed_six_to_a_sheet(chen: FlaskClient, tonight: str) -> None:
    assert f"/sessions/{tonight}/evaluation" in chen.get(f"/sessions/{tonight}").text
    page = chen.get(f"/sessions/{tonight}/evaluation/slips").text
    assert page.count('<div class="slip asking') == 6 and "□ 3 听懂了" in page
    made = PdfReader(io.BytesIO(chen.get(f"/sessions/{tonight}/evaluation/slips.pdf").data))
    [paper] = made.pages
    said = "".join(paper.extract_text().split())
    for words in (
        "教学质量评估表",
        "狮湾村农民夜校",
        "柑橘管护",
        "□5星□4星□3星□2星□1星",
        "□3听懂了",
        "还想学什么",
    ):
        assert said.count(words) >= 6
    assert SHIWAN not in said
