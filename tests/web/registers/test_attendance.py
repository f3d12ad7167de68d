"""The register as a plain form: ticked, saved, put right, taken back, with nothing that was typed ever lost."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from nightschool.database import Database
from nightschool.models.attendance import Headcount, Mark, Submission
from nightschool.models.people import Learner
from nightschool.models.teaching import ClassSession, SessionStatus
from tests.factories import (
    JIANLI,
    SOON,
    TODAY,
    Cast,
    StillClock,
    make_course,
    make_learner,
    make_login,
    make_session,
    make_venue,
)

NAMES = {"陈大秀": "一组", "刘国富": "一组", "张桂花": "二组"}


class Village:
    """A lecture tonight in 狮湾村 and its learners, as its coordinator's browser sees them."""

    def __init__(self, browser: FlaskClient, session: str, learners: dict[str, str]) -> None:
        self.browser, self.session, self.learners = browser, session, learners
        self.url = f"/sessions/{session}/register"

    def open(self) -> dict[str, Any]:
        """What an untouched form would send."""
        page = self.browser.get(self.url).text
        return {
            "s": value(page, "s"),
            "v": value(page, "v"),
            "m": ticked(page, "m"),
            "e": ticked(page, "e"),
            "h": value(page, "h"),
            "g": textarea(page),
            "gn": value(page, "gn"),
            "d": value(page, "d"),
        }

    def send(self, *present: str, do: str = "save", **fields: Any) -> TestResponse:
        form = {**self.open(), "do": do, **fields}
        if present:
            form["m"] = [self.learners[name] for name in present]
        return self.browser.post(self.url, data=form)


def value(page: str, name: str) -> str:
    found = re.search(rf'<input[^>]* name="{name}"[^>]*>', page)
    assert found, name
    return (re.search(r'value="([^"]*)"', found[0]) or ["", ""])[1]


def textarea(page: str) -> str:
    found = re.search(r'<textarea[^>]* name="g"[^>]*>\r?\n?(.*?)</textarea>', page, re.DOTALL)
    assert found
    return found[1]


def ticked(page: str, name: str) -> list[str]:
    return re.findall(rf'<input type="checkbox" name="{name}" value="([^"]+)"[^>]* checked', page)


def errors(page: str) -> list[str]:
    return [
        re.sub(r"<[^>]+>", "", found).strip()
        for found in re.findall(r'class="errors"[^>]*>(.*?)</(?:p|ul)>', page, re.DOTALL)
    ]


@pytest.fixture
def village(database: Database, cast: Cast, browser_of: Callable[[int], FlaskClient]) -> Village:
    with database.writing() as db:
        learners = {name: make_learner(db, name=name, group_name=NAMES[name]).public_id for name in NAMES}
        session = make_session(db, make_course(db, venue_id=cast.venue), TODAY, **SOON).public_id
    return Village(browser_of(cast.chen), session, learners)


def marks(database: Database) -> dict[str, str]:
    with database.reading() as db:
        rows = db.execute(select(Learner.name, Mark.status).join(Learner, Learner.id == Mark.learner_id))
        return {row.name: row.status for row in rows}


def submissions(database: Database) -> int:
    with database.reading() as db:
        return db.scalar(select(func.count()).select_from(Submission)) or 0


def status(database: Database, village: Village) -> str:
    with database.reading() as db:
        found = select(ClassSession.status).where(ClassSession.public_id == village.session)
        return db.scalar(found) or ""


@pytest.mark.both_databases
def test_ticking_and_saving_makes_the_session_held(database: Database, village: Village) -> None:
    answer = village.send("陈大秀", "张桂花", e=[village.learners["刘国富"]], h="3")
    assert (answer.status_code, answer.location) == (303, village.url)
    assert marks(database) == {"陈大秀": "present", "张桂花": "present", "刘国富": "excused"}
    assert status(database, village) == SessionStatus.HELD
    page = village.browser.get(village.url).text
    assert "存好了，到 3 人次。" in page
    assert ticked(page, "m") == [village.learners["陈大秀"], village.learners["张桂花"]]
    assert ticked(page, "e") == [village.learners["刘国富"]]
    assert "陈书记 周二 11月24日 10:00 存的。" in page


def test_people_stand_by_group_and_sound(village: Village) -> None:
    page = village.browser.get(village.url).text
    assert re.findall(r"<legend>([一二]组)</legend>", page) == ["一组", "二组"]
    assert re.findall(r'data-name="([^"]+)"', page) == ["陈大秀", "刘国富", "张桂花"]
    keys = re.findall(r'data-keys="([^"]+)"', page)[0].split()
    assert {"cdx", "chendaxiu"} <= set(keys)


def test_a_saved_register_leads_to_the_next_class_that_is_not_recorded(
    village: Village, database: Database
) -> None:
    form = {**village.open(), "m": list(village.learners.values())}
    assert "下一节没记的" not in village.browser.get(village.url).text
    saved = village.browser.post(village.url, data=form, follow_redirects=True).text
    assert "下一节没记的" not in saved  # there is none
    with database.writing() as db:
        course = make_course(db, title="医保怎么报销")
        open_one = make_session(db, course, TODAY - timedelta(days=3)).public_id
    page = village.browser.get(village.url).text
    assert "下一节没记的：周六 11月21日 医保怎么报销" in page
    assert f'href="/sessions/{open_one}/register"' in page


def test_a_sheet_of_sixty_fits_into_four_kilobytes(village: Village) -> None:
    form = {**village.open(), "do": "save", "csrf_token": "x" * 91, "h": "60"}
    body = "&".join(f"{name}={text}" for name, text in form.items() if name not in "me")
    assert len(body) + 60 * len(f"&m={'x' * 22}") < 4096


def test_opening_and_saving_look_everything_up_once(
    database: Database, village: Village, statements: list[str]
) -> None:
    form = {**village.open(), "m": list(village.learners.values())}
    statements.clear()
    assert village.browser.post(village.url, data=form).status_code == 303
    # Login, scope, eleven of the action, what is told of it; what the class counts as, and the sums, which PostgreSQL
    # locks first. It takes the marks, and what changed of them, as copies.
    assert len(statements) == (17 if database.is_sqlite else 16)
    statements.clear()
    assert village.browser.get(village.url).status_code == 200
    # Login, scope, five of the register, what its row numbers mean, who has stayed away, what is to be recorded next,
    # who kept a photograph, and whether there is something to ask back.
    assert len(statements) == 17


def test_both_ticked_is_answered_at_that_row_and_nothing_is_saved(
    database: Database, village: Village
) -> None:
    answer = village.send("陈大秀", "张桂花", e=[village.learners["陈大秀"]], h="9", g="李四 玉皇村")
    assert answer.status_code == 422
    row = re.search(rf'id="{village.learners["陈大秀"]}".*?</li>', answer.text, re.DOTALL)
    assert row
    assert errors(row[0]) == ["到和请假只能选一个。"]
    assert errors(answer.text) == ["到和请假只能选一个。"]
    assert (value(answer.text, "h"), textarea(answer.text)) == ("9", "李四 玉皇村")
    assert submissions(database) == 0


def test_everybody_is_ticked_but_those_excused_and_it_can_be_undone(
    database: Database, village: Village
) -> None:
    excused = [village.learners["刘国富"]]
    answer = village.send("陈大秀", do="all", e=excused, h="9")
    assert answer.status_code == 200
    assert ticked(answer.text, "m") == [village.learners["陈大秀"], village.learners["张桂花"]]
    assert ticked(answer.text, "e") == excused
    assert "撤销全到" in answer.text
    assert value(answer.text, "h") == "9"
    undone = village.send(
        "陈大秀", "张桂花", do="undo", e=excused, u=value(answer.text, "u"), b=[value(answer.text, "b")]
    )
    assert ticked(undone.text, "m") == [village.learners["陈大秀"]]
    assert "撤销全到" not in undone.text.replace('data-undo="撤销全到"', "")
    assert submissions(database) == 0


def test_undoing_when_nobody_was_ticked_before_unticks_everybody(village: Village) -> None:
    answer = village.send(do="all")
    assert len(ticked(answer.text, "m")) == 3
    assert ticked(village.send(*NAMES, do="undo", u=value(answer.text, "u")).text, "m") == []


@pytest.mark.parametrize("button", ["find", ""])
def test_somebody_is_found_without_losing_a_tick(database: Database, village: Village, button: str) -> None:
    answer = village.send("陈大秀", do=button, q="zgh", h="9")
    assert answer.status_code == 200
    assert f'<a href="#{village.learners["张桂花"]}">张桂花（二组）</a>' in answer.text
    assert ticked(answer.text, "m") == [village.learners["陈大秀"]]
    assert (value(answer.text, "h"), value(answer.text, "q")) == ("9", "zgh")
    assert submissions(database) == 0


def test_who_is_not_on_the_roster_is_said_to_be_missing(village: Village) -> None:
    assert "名单里没有「罗小平」。" in village.send(do="find", q="罗小平").text


def test_the_key_that_sends_a_form_saves(database: Database, village: Village) -> None:
    assert village.send("陈大秀", do="").status_code == 303
    assert marks(database) == {"陈大秀": "present"}


def test_somebody_new_is_on_the_roster_and_present(database: Database, village: Village) -> None:
    assert village.send("陈大秀", nn=["", "周小兰"], ng=["", "3组"]).status_code == 303
    assert marks(database) == {"陈大秀": "present", "周小兰": "present"}
    assert "周小兰" in village.browser.get(village.url).text


def test_somebody_new_needs_a_group(database: Database, village: Village) -> None:
    answer = village.send("陈大秀", nn=["周小兰"], ng=[""])
    assert answer.status_code == 422
    assert errors(answer.text) == ["还没写是哪个组的。写三组、3组都行。"]
    assert (value(answer.text, "nn"), ticked(answer.text, "m")) == ("周小兰", [village.learners["陈大秀"]])


def test_a_namesake_is_a_question_with_its_answer_beside_it(database: Database, village: Village) -> None:
    answer = village.send("张桂花", nn=["周小兰", "陈大秀"], ng=["3组", "1组"])
    assert answer.status_code == 409
    assert errors(answer.text) == ["1组已经有一个陈大秀。是同一个人就不用再加；是另一个人，在下面打勾再存。"]
    assert re.findall(r'name="ns" value="(\d+)"', answer.text) == ["1"]
    assert submissions(database) == 0
    again = village.send("张桂花", nn=["周小兰", "陈大秀"], ng=["3组", "1组"], ns=["1"])
    assert again.status_code == 303
    with database.reading() as db:
        assert db.scalar(select(func.count()).where(Learner.name == "陈大秀")) == 2


def test_guests_are_kept_by_name_and_by_number(village: Village) -> None:
    assert village.send(g="张三 玉皇村\n李四", gn="3").status_code == 303
    form = village.open()
    assert (form["g"], form["gn"]) == ("张三 玉皇村\n李四", "3")
    assert "到 5 人" in village.browser.get(village.url).text


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("张三\t大湾村", "张三 大湾村"),
        ("张三\u2028李四", "张三\n李四"),
        ("张三 李四 王五", "张三\n李四\n王五"),
        ("张三 大湾村 李四 河口村", "张三 大湾村\n李四 河口村"),
    ],
)
def test_guests_are_set_apart_by_any_blank_and_a_place_belongs_to_a_name(
    village: Village, typed: str, kept: str
) -> None:
    assert village.send(g=typed).status_code == 303
    assert village.open()["g"] == kept


def test_two_words_that_may_be_two_people_are_asked_about(database: Database, village: Village) -> None:
    answer = village.send(g="张三 李四")
    assert answer.status_code == 422
    assert errors(answer.text) == ["「张三 李四」是两个人就分两行写；李四是地方，就写成 张三（李四）。"]
    assert submissions(database) == 0
    assert village.send(g="张三（李四）").status_code == 303
    assert village.open()["g"] == "张三（李四）"


def test_no_name_on_a_sheet_is_cut_short_or_an_identity_number(database: Database, village: Village) -> None:
    for name, sentence in {
        "长" * 61: "最多写 60 个字，现在有 61 个。",
        "王小明511002199001011234": "里面像是有身份证号。夜校不记身份证号，去掉再存。",
    }.items():
        answer = village.send(nn=[name], ng=["三组"])
        assert (answer.status_code, errors(answer.text)) == (422, [sentence])
    assert "身份证号" in village.send(g="王小明 511002199001011234").text
    assert submissions(database) == 0


@pytest.mark.parametrize("typed", ["很多", "-1", "20001", "9" * 400, "1.5"])
def test_a_number_that_is_none_is_answered_and_kept(database: Database, village: Village, typed: str) -> None:
    answer = village.send("陈大秀", h=typed)
    assert answer.status_code == 422
    assert "的整数" in answer.text
    assert value(answer.text, "h") == typed
    assert submissions(database) == 0


def test_fewer_counted_than_named_is_asked_and_never_refused(database: Database, village: Village) -> None:
    assert village.send(*NAMES, h="2").status_code == 303
    question = "名单和外来的一共 3 人，清点是 2 人，少 1 人。有人先走了，还是数漏了？"
    assert question in village.browser.get(village.url).text
    assert village.send(*NAMES, h="2", d="张桂花先走了").status_code == 303
    page = village.browser.get(village.url).text
    assert question not in page
    assert value(page, "d") == "张桂花先走了"


def test_somebody_marked_at_two_places_is_asked_about_after_saving(
    database: Database, cast: Cast, village: Village
) -> None:
    with database.writing() as db:
        course = make_course(db, title="防诈骗", venue_id=make_venue(db, name="村小").id)
        other = Village(village.browser, make_session(db, course, TODAY, **SOON).public_id, village.learners)
    other.send("陈大秀")
    assert village.send("陈大秀").status_code == 303
    assert (
        "陈大秀这个时间在「防诈骗」（10:30–12:00）也记了到。是哪一节？"
        in village.browser.get(village.url).text
    )


def test_sending_the_same_form_twice_saves_once(database: Database, village: Village) -> None:
    form = {**village.open(), "m": [village.learners["陈大秀"]], "do": "save"}
    answers = [village.browser.post(village.url, data=form) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert submissions(database) == 1


def test_going_back_and_sending_something_else_shows_both(database: Database, village: Village) -> None:
    form = {**village.open(), "do": "save"}
    village.browser.post(village.url, data={**form, "m": [village.learners["陈大秀"]]})
    answer = village.browser.post(village.url, data={**form, "m": [village.learners["刘国富"]]})
    assert answer.status_code == 409
    assert ticked(answer.text, "m") == [village.learners["刘国富"]]
    assert value(answer.text, "s") != form["s"]
    assert marks(database) == {"陈大秀": "present"}


def test_who_was_overtaken_sees_both_and_can_save_on_top(database: Database, village: Village) -> None:
    mine = {**village.open(), "do": "save", "m": [village.learners["刘国富"]], "h": "30", "g": "李四"}
    village.send("陈大秀", h="28")
    answer = village.browser.post(village.url, data=mine)
    assert answer.status_code == 409
    assert "还没存：你打开以后，陈书记在周二 11月24日 10:00也存了一次，到 1 人。" in answer.text
    assert "陈大秀：存着的是「到」，这里是「没记」" in answer.text
    assert "刘国富：存着的是「没记」，这里是「到」" in answer.text
    assert "存着的清点人数：28" in answer.text
    assert (value(answer.text, "h"), textarea(answer.text)) == ("30", "李四")
    assert marks(database) == {"陈大秀": "present"}
    on_top = {**mine, "s": value(answer.text, "s"), "v": value(answer.text, "v")}
    assert village.browser.post(village.url, data=on_top).status_code == 303
    assert marks(database) == {"刘国富": "present"}


def test_two_halves_of_a_room_can_be_put_together(database: Database, village: Village) -> None:
    mine = {**village.open(), "do": "save", "m": [village.learners["刘国富"]]}
    village.send("陈大秀", e=[village.learners["张桂花"]])
    stale = village.browser.post(village.url, data=mine)
    both = {**mine, "s": value(stale.text, "s"), "v": value(stale.text, "v"), "do": "merge"}
    merged = village.browser.post(village.url, data=both)
    assert set(ticked(merged.text, "m")) == {village.learners["刘国富"], village.learners["陈大秀"]}
    assert ticked(merged.text, "e") == [village.learners["张桂花"]]
    assert marks(database) == {"陈大秀": "present", "张桂花": "excused"}


def test_a_learner_of_another_village_is_refused(database: Database, village: Village) -> None:
    with database.writing() as db:
        stranger = make_learner(db, JIANLI, "罗小平").public_id
    answer = village.send(m=[stranger])
    assert answer.status_code == 409
    assert "名单里有人不是这个村的学员" in answer.text
    assert "罗小平" not in answer.text
    assert submissions(database) == 0


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        (
            {"day": TODAY + timedelta(days=3)},
            "周五 11月27日 19:00 才上课，18:00 起能点名。提前上了，就先改时间。",
        ),
        ({"status": SessionStatus.DRAFT}, "这节课还没公布，公布了才点名。"),
        ({"status": SessionStatus.CANCELLED}, "这节课取消了，不用点名。"),
    ],
)
def test_where_there_is_no_register_a_sentence_says_why(
    database: Database, village: Village, columns: dict[str, Any], sentence: str
) -> None:
    with database.writing() as db:
        session = make_session(db, make_course(db, title="别的"), **{"day": TODAY, **columns}).public_id
    url = f"/sessions/{session}/register"
    assert sentence in village.browser.get(url).text
    form = {"do": "save", "s": str(uuid4()), "v": "0", "m": [village.learners["陈大秀"]], "h": "9"}
    answer = village.browser.post(url, data=form)
    assert answer.status_code == 409
    assert sentence in answer.text
    assert (ticked(answer.text, "m"), value(answer.text, "h")) == ([village.learners["陈大秀"]], "9")
    assert submissions(database) == 0


def test_the_register_opens_an_hour_before_the_class(
    database: Database, cast: Cast, village: Village, clock: StillClock
) -> None:
    clock.move(minutes=-31)
    village.browser.set_cookie("nightschool", make_login(database, cast.chen, at=clock()))
    assert "今天上午 10:30 才上课，09:30 起能点名。" in village.browser.get(village.url).text
    early = {"do": "save", "s": str(uuid4()), "v": "0", "m": [village.learners["陈大秀"]]}
    refused = village.browser.post(village.url, data=early)
    assert (refused.status_code, submissions(database)) == (409, 0)
    assert "09:30 起能点名。" in refused.text
    clock.move(minutes=1)
    assert village.send("陈大秀").status_code == 303
    assert marks(database) == {"陈大秀": "present"}


def test_an_old_session_is_entered_without_blame(database: Database, village: Village) -> None:
    with database.writing() as db:
        session = make_session(db, make_course(db, title="育种"), date(2016, 11, 18)).public_id
    old = Village(village.browser, session, village.learners)
    assert "照当时记在纸上的补上就行。" in village.browser.get(old.url).text
    assert old.send(h="40").status_code == 303
    assert "照当时记在纸上的补上就行。" not in village.browser.get(old.url).text


def test_a_village_without_a_roster_can_still_count(
    database: Database, cast: Cast, browser_of: Callable[[int], FlaskClient]
) -> None:
    with database.writing() as db:
        session = make_session(db, make_course(db, JIANLI), TODAY, **SOON).public_id
    village = Village(browser_of(cast.luo), session, {})
    assert "这个村还没有学员名单。" in village.browser.get(village.url).text
    assert village.send(h="52").status_code == 303
    with database.reading() as db:
        assert db.scalar(select(Headcount.total)) == 52


def test_a_register_is_taken_back_with_its_reason(database: Database, village: Village) -> None:
    village.send("陈大秀", h="9")
    page = village.browser.get(f"{village.url}/void").text
    assert "这节课记了到 9 人次。" in page
    assert "作废 周二 11月24日 柑橘冬季管护 的登记" in page
    without = village.browser.post(f"{village.url}/void", data={"s": value(page, "s"), "reason": " "})
    assert (without.status_code, errors(without.text)) == (422, ["还没写为什么作废。写一句，以后查得到。"])
    answer = village.browser.post(f"{village.url}/void", data={"s": value(page, "s"), "reason": "记错了"})
    assert (answer.status_code, answer.location) == (303, f"/sessions/{village.session}")
    assert (marks(database), status(database, village)) == ({}, SessionStatus.SCHEDULED)
    assert "先前的登记作废了。" in village.browser.get(village.url).text


def undo_button(page: str) -> tuple[str, dict[str, str]]:
    """Where the button beside what was just saved sends what."""
    found = re.search(r'class="notice undo">.*?</form>', page, re.DOTALL)
    assert found and "撤销" in found[0]
    action = re.search(r'action="([^"]+)"', found[0])
    assert action
    return action[1], {"seen": value(found[0], "seen")}


def test_what_was_just_saved_is_taken_back_with_one_tap(database: Database, village: Village) -> None:
    village.browser.get(village.send("陈大秀", h="9").location)
    # Somebody else corrects it: their page has the button for theirs.
    page = village.browser.get(village.send("刘国富", h="30").location).text
    address, sent = undo_button(page)
    answer = village.browser.post(address, data=sent)
    assert (answer.status_code, answer.location) == (303, village.url)
    page = village.browser.get(answer.location).text
    assert "撤销了，照前一次存的算，到 9 人次。" in page and 'class="notice undo"' not in page
    assert marks(database) == {"陈大秀": "present"}
    # A page left open takes nothing back any more.
    assert "后来又存过一次" in village.browser.get(village.browser.post(address, data=sent).location).text
    assert marks(database) == {"陈大秀": "present"}


def test_the_first_save_and_a_voiding_are_taken_back_alike(database: Database, village: Village) -> None:
    address, sent = undo_button(village.browser.get(village.send("陈大秀").location).text)
    page = village.browser.get(village.browser.post(address, data=sent).location).text
    assert "撤销了，这节课又是没记的。" in page
    assert (marks(database), status(database, village)) == ({}, SessionStatus.SCHEDULED)
    village.browser.get(village.send("陈大秀").location)
    voided = village.browser.post(f"{village.url}/void", data={"s": str(uuid4()), "reason": "记错了"})
    address, sent = undo_button(village.browser.get(voided.location).text)
    village.browser.post(address, data=sent)
    assert marks(database) == {"陈大秀": "present"}


def test_nothing_to_take_back(village: Village) -> None:
    assert "这节课没有登记，没有可作废的。" in village.browser.get(f"{village.url}/void").text
    answer = village.browser.post(f"{village.url}/void", data={"s": str(uuid4()), "reason": "记错了"})
    assert answer.status_code == 422


def test_history_shows_every_version(village: Village, clock: StillClock) -> None:
    village.send("陈大秀", h="9", g="张三 玉皇村")
    clock.move(hours=1)
    village.send("刘国富", h="10", d="数漏了")
    clock.move(hours=1)
    village.browser.post(f"{village.url}/void", data={"s": str(uuid4()), "reason": "记错了"})
    page = re.sub(r"<[^>]+>|\s+", " ", village.browser.get(f"{village.url}/history").text)
    page = re.sub(r" +", " ", page)
    assert page.index("12:00 · 陈书记 · 作废") < page.index("11:00 · 陈书记") < page.index("10:00 · 陈书记")
    for told in (
        "原因：记错了",
        "陈大秀（一组） ： 没记 原来 到",
        "一共清点 ： 10 原来 9",
        "外来的人 ： 张三（玉皇村）",
        "数不一样：数漏了",
    ):
        assert told.replace(" ", "") in page.replace(" ", "")


def test_an_empty_history_says_so(village: Village) -> None:
    assert "这节课还没记过。" in village.browser.get(f"{village.url}/history").text


def test_registers_are_the_villages_own(
    cast: Cast, village: Village, browser_of: Callable[[int], FlaskClient]
) -> None:
    for account in (cast.luo, cast.township_supervisor, cast.county_supervisor, cast.region_administrator):
        browser = browser_of(account)
        for page in ("", "/void", "/history"):
            assert browser.get(village.url + page).status_code == 404


def test_a_strange_form_is_no_accident(database: Database, village: Village) -> None:
    for form in (
        {"do": "save"},
        {"do": "save", "s": "x", "v": "-1", "m": ["'; --", "x" * 500], "ns": ["a"], "nn": ["\x00"], "ng": []},
        {"do": "undo"},
        {"do": "merge", "v": "9" * 50},
        {"do": "nonsense", "q": "\x00"},
    ):
        assert village.browser.post(village.url, data=form).status_code < 500


def test_changing_an_old_register_asks_why_and_the_history_says_it(
    database: Database, village: Village
) -> None:
    with database.writing() as db:
        made = db.scalars(select(ClassSession).where(ClassSession.public_id == village.session)).one()
        made.day = TODAY - timedelta(days=20)
    assert 'name="why"' not in village.browser.get(village.url).text
    assert village.send("陈大秀").status_code == 303
    assert "为什么现在改" in village.browser.get(village.url).text
    asked = village.send("陈大秀", "刘国富")
    assert asked.status_code == 409 and "写一句为什么改" in asked.text
    assert ticked(asked.text, "m") == [village.learners["陈大秀"], village.learners["刘国富"]]
    assert village.send("陈大秀", "刘国富", why="漏了一个人").status_code == 303
    assert "原因：漏了一个人" in village.browser.get(f"{village.url}/history").text


def test_who_came_on_the_roster_later_stands_apart_on_an_old_register_and_all_present_leaves_them_out(
    database: Database, village: Village
) -> None:
    with database.writing() as db:
        made = db.scalars(select(ClassSession).where(ClassSession.public_id == village.session)).one()
        made.day = TODAY - timedelta(days=3)
        liu = db.scalars(select(Learner).where(Learner.public_id == village.learners["刘国富"])).one()
        liu.came_on = TODAY
    page = village.browser.get(village.url).text
    assert "那天以后才上名单的（1 人），来了就勾" in page
    after = village.send(do="all").text
    assert sorted(ticked(after, "m")) == sorted(village.learners[name] for name in ("陈大秀", "张桂花"))
    assert village.send("刘国富").status_code == 303  # there all the same


def test_named_counted_and_on_paper_stand_side_by_side_and_need_not_be_equal(village: Village) -> None:
    village.send("陈大秀", "刘国富", h="4", op="3")
    page = village.browser.get(village.url).text
    assert "记了 2 人 · 清点 4 人 · 纸上签了 3 个" in page
    assert "纸上签了 3 个，这里记了 2 人。有人没签，还是漏勾了？" in page
    village.send("陈大秀", "刘国富", h="4", op="3", d="一个人替老伴签的")
    page = village.browser.get(village.url).text
    assert "记了 2 人 · 清点 4 人 · 纸上签了 3 个" in page
    assert "有人没签，还是漏勾了？" not in page
    history = village.browser.get(f"{village.url}/history").text
    assert "纸上签了几个" in history
