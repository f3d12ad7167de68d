"""Finding one's village at the front door: by typing, and by walking down."""

import re
from datetime import date
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from nightschool.database import Database
from tests.actions.places.test_region_lists import NEW, OLD, OTHER_YUHUANG, YUHUANG, small, take
from tests.factories import JIANLI, SHIWAN, make_school

ZIZHONG = {"511025000000": "资中县", "511025102000": "归德镇", OTHER_YUHUANG: "玉皇村村民委员会"}
DONGXING = {"511011000000": "东兴区", "511011119000": "同福镇", YUHUANG: "玉皇村委会"}


@pytest.fixture
def villages(database: Database) -> None:
    """What an old list had, and then a new one: a village gone, one renamed, one of the same name elsewhere."""
    with database.writing() as db:
        take(db, small(*DONGXING.items(), *ZIZHONG.items(), ("511002105202", "老坝村村委会")), OLD)
        take(db, small(*ZIZHONG.items()), NEW, end_missing=True)
        make_school(db, SHIWAN)


def found(client: FlaskClient, query: str) -> list[str]:
    """The addresses found, in order."""
    page = client.get("/", query_string={"q": query})
    assert page.status_code == 200
    return re.findall(r'<p class="first"><a href="([^"]+)"', page.text)


@pytest.mark.parametrize(
    "typed", ["狮湾村", "狮湾", "狮", "湾村", "sw", "swc", "shiwan", "狮湾村村民委员会", SHIWAN]
)
def test_a_village_is_found_by_name_part_pinyin_and_code(
    villages: None, client: FlaskClient, typed: str
) -> None:
    assert f"/v/{SHIWAN}" in found(client, typed)


def test_initials_find_both_villages_of_the_name_the_living_one_first(
    villages: None, client: FlaskClient
) -> None:
    assert found(client, "yhc") == [f"/v/{OTHER_YUHUANG}", f"/v/{YUHUANG}"]


def test_same_names_are_told_apart_and_the_former_one_is_marked(villages: None, client: FlaskClient) -> None:
    page = client.get("/?q=玉皇村").text
    living, former = re.findall(r"<li>.*?</li>", page, re.DOTALL)
    assert "归德镇 · 资中县" in living
    assert "已撤并" not in living
    assert "同福镇 · 东兴区" in former
    assert "已撤并" in former


def test_a_second_word_narrows_it_down(villages: None, client: FlaskClient) -> None:
    assert found(client, "玉皇 资中") == [f"/v/{OTHER_YUHUANG}"]


def test_an_old_name_leads_to_the_village_as_it_is_called_now(villages: None, client: FlaskClient) -> None:
    page = client.get("/?q=老坝").text
    assert ">余坝村</a>" in page
    assert "以前叫 老坝村" in page


def test_who_has_a_school_is_marked(villages: None, client: FlaskClient) -> None:
    assert "有夜校" in client.get("/?q=狮湾").text
    assert "有夜校" not in client.get("/?q=建立").text


def test_nothing_found_says_what_to_try(villages: None, client: FlaskClient) -> None:
    page = client.get("/?q=不存在村<b>").text
    assert "没有找到「不存在村&lt;b&gt;」" in page
    assert "拼音首字母" in page


def test_one_walks_from_county_to_village(villages: None, client: FlaskClient) -> None:
    address = "/"
    for name in ("市中区", "全安镇", "狮湾村"):
        page = client.get(address).text
        link = re.search(rf'<a href="([^"]+)">{name}</a>', page)
        assert link, (address, name)
        address = link[1]
    assert address == f"/v/{SHIWAN}"
    assert client.get(address).status_code == 200


def test_former_ones_come_last_on_the_walk_and_are_marked(villages: None, client: FlaskClient) -> None:
    page = client.get("/?at=511011119000").text
    assert f"/v/{YUHUANG}" in page
    assert "已撤并" in page


def test_walking_to_a_village_ends_at_its_page(villages: None, client: FlaskClient) -> None:
    answer = client.get(f"/?at={JIANLI}")
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/v/{JIANLI}"


def test_what_a_chat_takes_along_behind_an_address_leads_there(villages: None, client: FlaskClient) -> None:
    addresses = (f"/v/{SHIWAN}", f"/v/{SHIWAN}.ics", f"/v/{SHIWAN}/changes", "/r/511002", "/login")
    for behind in [
        "。",
        "，今晚上课",
        ".",
        "…",
        ")",
        "）",
        " 今晚",
        "、",
        "\u3000",
        "/",
        "/。",
        "&from=singlemessage",
        "”",
        "’。",
        "#",
    ]:
        answers = [client.get(quote(address + behind)) for address in addresses]
        assert [(answer.status_code, answer.location) for answer in answers] == [
            (302, address) for address in addresses
        ]


@pytest.mark.parametrize("path", ["/v/５１１００２１０５２０１", "/v/511002105201?lang=en。"])
def test_an_address_typed_with_a_chinese_keyboard_leads_to_the_village(
    villages: None, client: FlaskClient, path: str
) -> None:
    assert client.get(path, follow_redirects=True).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/。",
        "/v/。",
        "/v/5110021052011",
        "/v/511002105201x",
        "/nowhere。",
        "/..。",
        "/v/511002105299。",
    ],
)
def test_what_is_behind_nothing_of_ours_is_not_found(villages: None, client: FlaskClient, path: str) -> None:
    answer = client.get(quote(path), follow_redirects=True)
    assert (answer.status_code, answer.request.host) == (404, "localhost")


@pytest.mark.parametrize("at", ["511099000000", "x", "5110", "' OR 1=1"])
def test_an_unknown_step_is_a_404(villages: None, client: FlaskClient, at: str) -> None:
    assert client.get("/", query_string={"at": at}).status_code == 404


def test_language_and_size_go_along_with_the_search(villages: None, client: FlaskClient) -> None:
    page = client.get("/?q=狮湾&lang=en&big=1").text
    assert '<input type="hidden" name="lang" value="en">' in page
    assert '<input type="hidden" name="big" value="1">' in page
    assert f"/v/{SHIWAN}?lang=en&amp;big=1" in page


def test_an_empty_installation_says_how_to_fill_it(client: FlaskClient) -> None:
    assert "登录以后，导入区划名单" in client.get("/").text


def test_a_search_sets_no_cookie_and_is_not_sent_again(villages: None, client: FlaskClient) -> None:
    first = client.get("/?q=yhc")
    assert "Set-Cookie" not in first.headers
    again = client.get("/?q=yhc", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("typed", ["%", "_", "\\", "'", "\x00", "𠮷", "a" * 500, "　"])
def test_whatever_is_typed_gets_a_page(villages: None, client: FlaskClient, typed: str) -> None:
    assert client.get("/", query_string={"q": typed}).status_code == 200


def test_the_day_a_village_ends_it_is_not_former_yet(database: Database, client: FlaskClient) -> None:
    from nightschool.models.places import Region
    from tests.factories import TODAY

    with database.writing() as db:
        take(db, small(), date(2023, 6, 30))
        db.get_one(Region, SHIWAN).valid_to = TODAY
    assert "已撤并" not in client.get("/?q=狮湾").text
