"""The photograph of a signed sheet: kept without what the phone wrote into it, seen by its coordinator alone."""

import io
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from nightschool.database import Database
from nightschool.models.attendance import SheetPhoto
from tests.factories import TODAY, Cast, make_course, make_register, make_session
from tests.formats.test_photo import END, PARTICULARS, PICTURE, SCAN, START, TABLES, frame

TAKEN = START + PARTICULARS + TABLES + frame() + SCAN + END


@pytest.fixture
def chen(browser_of: Any, cast: Cast) -> FlaskClient:
    found: FlaskClient = browser_of(cast.chen)
    return found


@pytest.fixture
def held(database: Database, cast: Cast) -> list[str]:
    """Two classes that were held, and one that is still to be recorded."""
    with database.writing() as db:
        course = make_course(db)
        sessions = [make_session(db, course, TODAY - timedelta(days=days)) for days in (1, 8, 0)]
        for one in sessions[:2]:
            make_register(db, one, cast.chen, total=3)
        return [one.public_id for one in sessions]


def send(browser: FlaskClient, class_session: str, photo: bytes = TAKEN, name: str = "IMG_1.jpg") -> Any:
    data = {"photo": (io.BytesIO(photo), name)}
    return browser.post(f"/sessions/{class_session}/photo", data=data)


def photos(database: Database) -> int:
    with database.reading() as db:
        return db.scalar(select(func.count()).select_from(SheetPhoto)) or 0


@pytest.mark.both_databases
def test_a_photograph_stands_beside_the_register_with_nothing_but_the_picture(
    chen: FlaskClient, database: Database, held: list[str]
) -> None:
    register = f"/sessions/{held[0]}/register"
    assert "拍张照，不拍也行" in chen.get(register).text
    answer = send(chen, held[0])
    assert answer.status_code == 303
    image = f"/sessions/{held[0]}/photo.jpg"
    assert image in chen.get(answer.location).text and image in chen.get(register).text
    shown = chen.get(image)
    assert (shown.data, shown.mimetype) == (PICTURE, "image/jpeg")
    assert "no-store" in shown.headers["Cache-Control"]
    assert send(chen, held[0], START + TABLES + frame(600, 800) + SCAN + END).status_code == 303
    assert photos(database) == 1
    assert chen.post(f"/sessions/{held[0]}/photo/remove").status_code == 303
    assert (photos(database), chen.get(image).status_code) == (0, 404)


@pytest.mark.both_databases
def test_a_voided_register_has_no_photograph(chen: FlaskClient, database: Database, held: list[str]) -> None:
    send(chen, held[0])
    page = f"/sessions/{held[0]}/register/void"
    assert chen.post(page, data={"reason": "记错了课"}).status_code == 303
    assert photos(database) == 0


def test_the_same_photograph_twice_is_asked_about_and_the_answer_kept(
    chen: FlaskClient, held: list[str]
) -> None:
    send(chen, held[0])
    assert "这一张照片" not in chen.get(f"/sessions/{held[0]}/register").text
    send(chen, held[1])
    asked = chen.get(f"/sessions/{held[0]}/asked-back").text
    assert "存的也是这一张照片。是两节课签在一张纸上" in asked
    chen.post(f"/sessions/{held[0]}/asked-back", data={"same_photo": "签在一张纸上"})
    assert "你们答的：签在一张纸上" in chen.get(f"/sessions/{held[0]}/register").text


@pytest.mark.parametrize(
    ("photo", "told"),
    [(b"\x89PNG\r\n", "不是 JPG"), (b"", "没有存"), (START + frame(9000, 9000) + SCAN + END, "照片太大")],
)
def test_what_cannot_be_kept_is_refused_in_words(
    chen: FlaskClient, database: Database, held: list[str], photo: bytes, told: str
) -> None:
    answer = send(chen, held[0], photo)
    assert (answer.status_code, told in answer.text, photos(database)) == (422, True, 0)


def test_nothing_chosen_too_much_and_too_early(
    chen: FlaskClient, database: Database, held: list[str]
) -> None:
    empty = chen.post(f"/sessions/{held[0]}/photo", data={"photo": (io.BytesIO(b""), "")})
    assert (empty.status_code, "还没选照片" in empty.text) == (422, True)
    kind = "multipart/form-data; boundary=x"
    much = chen.post(f"/sessions/{held[0]}/photo", data=b"x" * 1_000_000, content_type=kind)
    assert much.status_code == 413
    early = send(chen, held[2])
    assert (early.status_code, "先点名" in early.text, photos(database)) == (422, True, 0)


def test_nobody_else_sees_it(
    browser_of: Any, chen: FlaskClient, client: FlaskClient, cast: Cast, held: list[str]
) -> None:
    send(chen, held[0])
    for path in (f"/sessions/{held[0]}/photo", f"/sessions/{held[0]}/photo.jpg"):
        for account in (cast.luo, cast.township_supervisor, cast.region_administrator):
            assert browser_of(account).get(path).status_code == 404
        assert client.get(path).status_code == 303
