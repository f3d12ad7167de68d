"""Coming classes in a frame of another site's page: who may frame it, how it looks, what stands in it."""

import hashlib
import re
from base64 import b64encode
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from nightschool.database import Database
from nightschool.models.teaching import SessionStatus
from tests.factories import SHIWAN, TODAY, Cast, make_course, make_session

FRAMES = (f"/v/{SHIWAN}/embed", "/r/511002105/embed", "/r/511002/embed")


@pytest.fixture
def classes(database: Database, cast: Cast) -> None:
    with database.writing() as db:
        course = make_course(db, venue_id=cast.venue)
        for number in range(8):
            make_session(db, course, TODAY + timedelta(days=number), teachers=(cast.teacher,))
        off = TODAY + timedelta(days=1)
        make_session(db, course, off, starts=600, ends=660, status=SessionStatus.CANCELLED, reason="weather")


@pytest.mark.parametrize("path", FRAMES)
def test_any_site_may_frame_it_and_only_it(client: FlaskClient, classes: None, path: str) -> None:
    answer = client.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors *" in policy and "default-src 'none'" in policy
    assert "X-Frame-Options" not in answer.headers
    unchanged = client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (unchanged.status_code, unchanged.headers["Content-Security-Policy"]) == (304, policy)
    page = client.get(path.removesuffix("/embed"))
    assert page.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", FRAMES)
def test_it_says_what_comes_and_leads_to_the_page(client: FlaskClient, classes: None, path: str) -> None:
    page = client.get(path).text
    assert "<b>柑橘冬季管护</b>" in page
    assert "<s>柑橘冬季管护</s> <b>取消：天气不好</b>" in page
    assert ("狮湾村 · 村活动室 · 周老师（农技站）" in page) == path.startswith("/r/")
    assert f'<a href="http://localhost{path.removesuffix("/embed")}">' in page
    assert not re.search("今|明|<script|<form|class=", page)
    assert page.count("<li>") == (6 if path.startswith("/v/") else 9)


def test_the_site_says_how_it_looks(client: FlaskClient, classes: None) -> None:
    path = f"/v/{SHIWAN}/embed"
    answer = client.get(f"{path}?size=20&ink=234&paper=fff8e0&link=AA0000&utm=1")
    [style] = re.findall("<style>(.*?)</style>", answer.text)
    for told in ("font:20px", "color:#234;", "background:#fff8e0", "a{color:#AA0000"):
        assert told in style
    known = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{known}'" in answer.headers["Content-Security-Policy"]
    assert client.get(path).text != answer.text


@pytest.mark.parametrize(
    "asked", ["ink=red", "ink=12345", "size=99", "paper=fff}a{x:y", "link=%3C/style%3E", "size="]
)
def test_what_is_no_colour_and_no_size_is_as_if_it_were_not_said(
    client: FlaskClient, classes: None, asked: str
) -> None:
    path = f"/v/{SHIWAN}/embed"
    plain, odd = client.get(path), client.get(f"{path}?{asked}")
    assert odd.text == plain.text
    assert odd.headers["ETag"] == plain.headers["ETag"]


def test_without_classes_it_says_so(client: FlaskClient, cast: Cast) -> None:
    assert "现在还没有排好的课。" in client.get(f"/v/{SHIWAN}/embed").text
    assert "这周和下周还没有排好的课。" in client.get("/r/511002105/embed").text
    assert client.get("/r/511009/embed").status_code == client.get("/v/511002105999/embed").status_code == 404
    assert client.get(f"/r/{SHIWAN}/embed?ink=234").headers["Location"] == f"/v/{SHIWAN}/embed?ink=234"


def test_the_page_of_a_region_has_the_line_to_put_elsewhere(client: FlaskClient, cast: Cast) -> None:
    page = client.get("/r/511002105").text
    assert (
        "&lt;iframe src=&#34;http://localhost/r/511002105/embed&#34; title=&#34;全安镇农民夜校&#34;" in page
    )
