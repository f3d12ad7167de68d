"""A phone takes the register along, brings sheets when there is signal, and what cannot count is looked at."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from nightschool.actions.registers.sign_in_sheets import number_rows
from nightschool.database import Database
from nightschool.models.attendance import Mark, Submission, WaitingSheet
from nightschool.models.teaching import ClassSession
from nightschool.models.trust import LoginSession, Posting
from nightschool.rules.names import stored_keys
from tests.factories import NOW, SHIWAN, SOON, TODAY, Cast, make_course, make_learner, make_session


class Phone:
    """A coordinator's phone, with what it took along."""

    def __init__(self, browser: FlaskClient, kept: dict[str, Any]) -> None:
        self.browser, self.kept = browser, kept

    def key(self, name: str) -> str:
        return next(key for key, label in self.kept["people"].items() if label == name)

    def sheet(self, *present: str, title: str = "柑橘防冻", minute: int = 0, **more: Any) -> dict[str, Any]:
        """A sheet written so many minutes after ten."""
        [about] = [one for one in self.kept["classes"] if one["title"] == title]
        form = [("v", about["version"]), *(("m", self.key(name)) for name in present)]
        form += more.pop("form", {}).items()
        return {
            "id": str(uuid4()),
            "class": about["id"],
            "form": urlencode(form),
            "taken_at": (NOW.instant + timedelta(minutes=minute)).isoformat(),
            "offset": 0,
            "replaces": [],
            **more,
        }

    def bring(self, *sheets: Any, **more: Any) -> TestResponse:
        return self.browser.post("/deliveries", json={"sheets": sheets, **more})


@pytest.fixture
def phone(database: Database, cast: Cast, browser_of: Callable[[int], FlaskClient]) -> Phone:
    with database.writing() as db:
        make_session(db, make_course(db, title="柑橘防冻"), TODAY, title="柑橘防冻", **SOON)
        for name, group in (("陈大秀", "一组"), ("刘国富", "一组"), ("李秀英", "二组"), ("李秀英", "三组")):
            make_learner(db, name=name, group_name=group)
    browser = browser_of(cast.chen)
    return Phone(browser, browser.get(f"/desk/{SHIWAN}/pocket.json").json)


def marked(database: Database) -> int:
    with database.reading() as db:
        return len(db.scalars(select(Mark.status)).all())


def test_a_phone_takes_along_keys_and_names_and_nothing_else_of_anybody(phone: Phone) -> None:
    assert sorted(phone.kept["people"].values()) == ["刘国富", "李秀英（三组）", "李秀英（二组）", "陈大秀"]
    [about] = phone.kept["classes"]
    assert sorted(about["expected"]) == sorted(phone.kept["people"])
    assert (about["version"], about["recorded"], about["closed"]) == (0, None, "")
    assert "一组" not in str(phone.kept["people"])
    assert phone.kept["sounds"][phone.key("刘国富")] == stored_keys("刘国富")
    assert set(phone.kept) == {
        "village", "name", "day", "at", "keeper", "own", "people", "sounds", "groups", "classes"
    }  # fmt: skip


def test_people_stand_on_the_phone_as_on_the_printed_sheet(
    phone: Phone, database: Database, cast: Cast
) -> None:
    [about] = phone.kept["classes"]
    assert about["rows"] == {}
    with database.writing() as db:
        number_rows(db, class_sessions=[about["id"]], by=cast.chen_actor, now=NOW)
        made_later = make_learner(db, name="阿大", group_name="一组").public_id
    [about] = phone.browser.get(f"/desk/{SHIWAN}/pocket.json").json["classes"]
    assert [about["rows"].get(key) for key in about["expected"]] == [1, 2, 3, 4, None]
    assert about["expected"][-1] == made_later


@pytest.mark.both_databases
def test_what_a_phone_brings_counts_and_has_a_receipt(phone: Phone, database: Database) -> None:
    sheet = phone.sheet("陈大秀", "刘国富", form={"h": "12", "g": "周远客 建立村"})
    answer = phone.bring(sheet, waits=0)
    assert answer.status_code == 200
    [receipt] = answer.json["receipts"]
    assert (receipt["id"], receipt["outcome"], receipt["words"]) == (
        sheet["id"],
        "counts",
        "柑橘防冻：存好了。",
    )
    assert marked(database) == 2
    again = phone.bring(sheet).json["receipts"]
    assert again == [receipt]
    [about] = phone.browser.get(f"/desk/{SHIWAN}/pocket.json").json["classes"]
    assert (about["version"], about["recorded"], receipt["version"]) == (1, 12, 1)


def test_one_bad_sheet_does_not_hold_up_the_others(phone: Phone, database: Database) -> None:
    good, bad = phone.sheet("陈大秀"), phone.sheet("刘国富", form={"h": "很多"})
    mistakes = [bad, "nonsense", {"id": "x"}, {**good, "id": "not a uuid"}, {**good, "taken_at": "昨天"}]
    answer = phone.bring(*mistakes, good).json
    assert [one["id"] for one in answer["receipts"]] == [good["id"]]
    assert [one["id"] for one in answer["refused"]] == [bad["id"], "", "x", "not a uuid", good["id"]]
    assert all(one["words"] for one in answer["refused"])
    assert "0 到 20000 的整数" in answer["refused"][0]["words"]


@pytest.mark.parametrize("said", [[], "x", {"sheets": "x"}, {"sheets": [{}] * 31}, None])
def test_what_is_no_delivery_is_told_so(phone: Phone, said: Any) -> None:
    assert phone.browser.post("/deliveries", json=said).status_code == 422


def test_without_a_login_nothing_is_taken_and_nothing_is_lost(
    phone: Phone, client: FlaskClient, database: Database
) -> None:
    answer = client.post("/deliveries", json={"sheets": [phone.sheet("陈大秀")]})
    assert (answer.status_code, answer.json["error"]) == (401, "登录到时间了。重新登录，再发一次。")
    with database.reading() as db:
        assert db.scalars(select(Submission)).all() == []


def test_another_village_s_coordinator_keeps_the_sheet_on_the_phone(
    phone: Phone, cast: Cast, browser_of: Callable[[int], FlaskClient]
) -> None:
    answer = browser_of(cast.luo).post("/deliveries", json={"sheets": [phone.sheet("陈大秀")]}).json
    assert answer["receipts"] == []
    assert "换回点名的那个账号" in answer["refused"][0]["words"]


def test_two_phones_disagree_and_the_coordinator_chooses(phone: Phone, database: Database) -> None:
    first = phone.sheet("陈大秀", minute=-9, form={"h": "9"})
    phone.bring(phone.sheet("刘国富", minute=-2))
    answer = phone.bring(first).json["receipts"][0]
    assert answer["outcome"] == "waits"
    assert "柑橘防冻：放在待处理里了。" in answer["words"]
    assert "手机上送来的点名，有 1 份等你看" in phone.browser.get(f"/desk/{SHIWAN}").text
    page = phone.browser.get(f"/desk/{SHIWAN}/waiting").text
    assert "写着到 9 人" in page
    with database.reading() as db:
        waiting = db.scalars(select(WaitingSheet.public_id)).one()
    url = f"/sessions/{first['class']}/register"
    opened = phone.browser.get(f"{url}?sheet={waiting}").text
    assert "刘国富：存着的是「到」，这里是「没记」" in opened
    assert "陈大秀：存着的是「没记」，这里是「到」" in opened
    saved = phone.browser.post(
        url,
        data={"s": str(uuid4()), "v": "2", "m": [phone.key("陈大秀")], "h": "9", "w8": waiting, "do": "save"},
    )
    assert saved.status_code == 303
    after = phone.browser.get(f"/desk/{SHIWAN}/waiting").text
    assert "没有等着处理的。" in after
    assert "看过，存进去了。" in after


@pytest.mark.both_databases
def test_a_sheet_that_is_not_needed_is_left_and_can_be_opened_again(phone: Phone, database: Database) -> None:
    phone.bring(phone.sheet("刘国富", minute=-2), phone.sheet("陈大秀", minute=-9))
    with database.reading() as db:
        waiting = db.scalars(select(WaitingSheet.public_id)).one()
    answer = phone.browser.post(f"/waiting/{waiting}/leave", follow_redirects=True).text
    assert "放下了，算数的没有变。" in answer
    assert "看过，没有用。" in answer
    assert f"sheet={waiting}" in answer
    assert marked(database) == 1


def test_a_sheet_of_somebody_whose_posting_has_ended_is_kept_for_the_next_one(
    phone: Phone, database: Database, cast: Cast
) -> None:
    sheet = phone.sheet("陈大秀")
    with database.writing() as db:
        db.execute(
            update(Posting).where(Posting.account_id == cast.chen).values(to_day=TODAY - timedelta(days=1))
        )
    [receipt] = phone.bring(sheet).json["receipts"]
    assert receipt["outcome"] == "waits"
    assert "已经不管这个村了" in receipt["words"]


@pytest.mark.both_databases
def test_a_device_says_on_the_account_page_when_it_last_brought_something_and_what_it_keeps(
    phone: Phone, database: Database
) -> None:
    assert "没有信号时也在点名" not in phone.browser.get("/me").text
    phone.bring(waits=3)
    assert "还有 3 份等着发" in phone.browser.get("/me").text
    phone.bring(phone.sheet("陈大秀"), waits=0)
    assert "都发完了" in phone.browser.get("/me").text
    phone.bring(waits=-1)
    phone.bring(waits="many")
    with database.reading() as db:
        assert db.scalars(
            select(LoginSession.pocket_waits).where(LoginSession.pocket_at.is_not(None))
        ).all() == [0]


def test_a_class_called_off_meanwhile_has_no_register_to_open_but_itself_to_bring_back(
    phone: Phone, database: Database
) -> None:
    sheet = phone.sheet("陈大秀")
    with database.writing() as db:
        found = db.scalars(select(ClassSession)).one()
        found.status, found.reason = "cancelled", "weather"
    assert phone.bring(sheet).json["receipts"][0]["outcome"] == "waits"
    page = phone.browser.get(f"/desk/{SHIWAN}/waiting").text
    assert "送来的时候，这节课已经取消了。" in page
    assert "打开看看，再存" not in page
    assert "去看这节课" in page


def test_the_page_that_a_phone_keeps_says_nothing_of_anybody(phone: Phone, client: FlaskClient) -> None:
    answer = phone.browser.get(f"/desk/{SHIWAN}/pocket")
    assert not [one for one in ("陈大秀", "陈书记", "柑橘防冻", phone.kept["keeper"]) if one in answer.text]
    assert "csrf_token" not in answer.text
    assert 'data-keys=""' in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert "trusted-types pocket; worker-src 'self'" in policy and "default-src 'none'" in policy
    assert client.get(f"/desk/{SHIWAN}/pocket").status_code == 303
    worker = client.get("/pocket-worker.js")
    assert (worker.mimetype, worker.headers["Cache-Control"]) == ("text/javascript", "no-cache")


@pytest.mark.both_databases
def test_before_it_sends_a_phone_learns_whose_sheets_may_go(
    phone: Phone,
    client: FlaskClient,
    cast: Cast,
    database: Database,
    browser_of: Callable[[int], FlaskClient],
) -> None:
    mine = phone.browser.get("/deliveries").json
    assert mine["keeper"] == phone.kept["keeper"] and mine["token"] and mine["own"]
    assert browser_of(cast.luo).get("/deliveries").json["keeper"] != mine["keeper"]
    with database.writing() as db:
        db.execute(
            update(Posting).where(Posting.account_id == cast.chen).values(to_day=TODAY - timedelta(days=1))
        )
    assert phone.browser.get("/deliveries").json["keeper"] == mine["keeper"]
    assert client.get("/deliveries").status_code == 303


def test_logging_out_has_the_browser_forget_unless_its_script_has_kept_what_is_unsent(
    phone: Phone, cast: Cast, browser_of: Callable[[int], FlaskClient]
) -> None:
    assert "Clear-Site-Data" not in phone.browser.post("/logout", data={"keeps": "1"}).headers
    assert browser_of(cast.chen).post("/logout", data={"keeps": ""}).headers["Clear-Site-Data"] == '"storage"'
