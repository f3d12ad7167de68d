"""Public pages carry their part of the stylesheet in themselves, and a browser is told by which digest to know it."""

import hashlib
import re
from base64 import b64encode
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from nightschool.database import Database
from nightschool.models.teaching import SessionStatus
from nightschool.web.site.static_files import content
from tests.factories import SHIWAN, TODAY, Cast, make_course, make_region, make_session

PAGES = (
    f"/v/{SHIWAN}", f"/v/{SHIWAN}/past", f"/v/{SHIWAN}/changes", "/v/511002105202", "/r/511002105", "/r/511002",
    "/", "/?at=511002000000",
)  # fmt: skip
STYLE = re.compile("<style>(.*?)</style>", re.DOTALL)


def fill(database: Database, cast: Cast) -> None:
    with database.writing() as db:
        make_region(db, "511002105202", "余坝村村民委员会")
        course = make_course(db, venue_id=cast.venue)
        for number in range(-8, 24):
            day = TODAY + timedelta(days=number)
            make_session(db, course, day, teachers=(cast.teacher,), summary="带上剪刀。")
        for number in (0, 9):
            day = TODAY + timedelta(days=number)
            status, reason = SessionStatus.CANCELLED, "weather"
            make_session(db, course, day, starts=600, ends=660, status=status, reason=reason)


def test_a_browser_knows_what_stands_in_the_page(client: FlaskClient, cast: Cast) -> None:
    page = client.get(f"/v/{SHIWAN}")
    [style] = STYLE.findall(page.text)
    known = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'self' 'sha256-{known}';" in page.headers["Content-Security-Policy"]
    assert style.startswith(":root{") and "/*" not in style
    assert page.text.index('rel="stylesheet"') > page.text.index("</main>")


@pytest.mark.parametrize("path", PAGES)
def test_nothing_that_is_read_waits_for_the_file(
    client: FlaskClient, database: Database, cast: Cast, path: str
) -> None:
    fill(database, cast)
    page = client.get(path).text
    [style] = STYLE.findall(page)
    shown = {name for names in re.findall(r'class="([^"]*)"', page) for name in names.split()}

    def classes(styles: str) -> set[str]:
        return set(
            re.findall(r"\.(-?[a-z][\w-]*)", re.sub(r"/\*.*?\*/|\{[^}]*\}", "{}", styles, flags=re.DOTALL))
        )

    on_screen = content("app.css").decode().partition("@media print")[0]
    assert shown & classes(on_screen) <= classes(style)


def test_who_works_here_has_the_stylesheet_first(browser_of: Any, cast: Cast) -> None:
    page = browser_of(cast.chen).get(f"/desk/{SHIWAN}").text
    assert "<style>" not in page
    assert page.index('rel="stylesheet"') < page.index("<body>")
