"""Cohorts as plain pages: set up, filled, marked in full, and looked through for who graduates."""

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select
from werkzeug.test import TestResponse

from nightschool.database import Database
from nightschool.models.attendance import Mark
from nightschool.models.people import Learner
from nightschool.models.teaching import Course, Enrolment
from tests.factories import SHIWAN, SOON, TODAY, Cast, make_course, make_learner, make_session

A_WEEK = timedelta(days=7)
NAMES = {"陈大秀": "一组", "刘国富": "一组", "张桂花": "二组", "李永福": "二组"}


class Class:
    """A field school that meets tonight, and its village's learners, as its coordinator's browser sees them."""

    def __init__(self, browser: FlaskClient, course: str, session: str, learners: dict[str, str]) -> None:
        self.browser, self.course, self.session, self.learners = browser, course, session, learners

    def get(self, path: str = "") -> str:
        answer = self.browser.get(f"/courses/{self.course}{path}")
        assert answer.status_code == 200
        return answer.text

    def enrol(self, *names: str, **fields: Any) -> TestResponse:
        data = {"m": [self.learners[name] for name in names], "source": "self", "day": TODAY.isoformat()}
        return self.browser.post(f"/courses/{self.course}/roster", data={**data, **fields})

    def tap(self, name: str, what: str) -> TestResponse:
        return self.browser.post(f"/courses/{self.course}/roster/{self.learners[name]}/{what}")

    def save(self, do: str = "save", beside: dict[str, str] | None = None, **said: str) -> TestResponse:
        """The register with these marks; `beside` names who of the family came."""
        url = f"/sessions/{self.session}/register"
        page = self.browser.get(url).text
        version = re.search(r'name="v"[^>]* value="(\d+)"', page)
        assert version
        came = [self.learners[name] for name, status in said.items() if status == "present"]
        others = [f"{self.learners[n]} {status}" for n, status in said.items() if status != "present"]
        data = {
            "v": version[1], "m": came, "x": ["", *others], "do": do,
            "ci": [self.learners[name] for name in beside or ()], "c": list((beside or {}).values()),
        }  # fmt: skip
        return self.browser.post(url, data=data)

    def register(self) -> str:
        return self.browser.get(f"/sessions/{self.session}/register").text


@pytest.fixture
def cohort(database: Database, cast: Cast, browser_of: Callable[[int], FlaskClient]) -> Class:
    with database.writing() as db:
        learners = {name: make_learner(db, name=name, group_name=NAMES[name]).public_id for name in NAMES}
        course = make_course(db, title="柑橘田间学校", venue_id=cast.venue, kind="cohort", capacity=2)
        session = make_session(db, course, TODAY, **SOON).public_id
        make_session(db, course, TODAY + A_WEEK)
        public_id = course.public_id
    return Class(browser_of(cast.chen), public_id, session, learners)


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def statuses(database: Database) -> dict[str, str]:
    with database.reading() as db:
        rows = db.execute(
            select(Learner.name, Enrolment.status).join(Learner, Learner.id == Enrolment.learner_id)
        )
        return {row.name: row.status for row in rows}


def marks(database: Database) -> dict[str, tuple[str, str]]:
    with database.reading() as db:
        rows = db.execute(
            select(Learner.name, Mark.status, Mark.came_instead).join(Learner, Learner.id == Mark.learner_id)
        )
        return {row.name: (row.status, row.came_instead) for row in rows}


@pytest.mark.both_databases
def test_a_course_is_a_lecture_unless_it_is_said_to_be_a_class(
    database: Database, cast: Cast, browser_of: Callable[[int], FlaskClient]
) -> None:
    chen = browser_of(cast.chen)
    page = chen.get(f"/desk/{SHIWAN}/courses/new").text
    assert re.search(r'name="kind" value="open_lecture" checked', page)
    form = {
        "title": "柑橘田间学校", "category": "skill", "starts": "09:00", "ends": "11:00", "repeat": "once",
        "first": (TODAY + A_WEEK).isoformat(), "do": "publish", "venue": "",
    }  # fmt: skip
    for kind in ({}, {"kind": "cohort"}):
        assert chen.post(f"/desk/{SHIWAN}/courses/new", data={**form, **kind}).status_code == 303
    with database.reading() as db:
        assert list(db.scalars(select(Course.kind).order_by(Course.id))) == ["open_lecture", "cohort"]


@pytest.mark.both_databases
def test_settings_are_kept_and_wrong_ones_are_answered_at_their_field(
    database: Database, cohort: Class
) -> None:
    page = cohort.get("/cohort")
    version = re.search(r'name="version"[^>]* value="(\d+)"', page)
    assert version and 'value="75"' in page
    url = f"/courses/{cohort.course}/cohort"
    form = {"version": version[1], "kind": "cohort", "capacity": "25", "basis": "hours", "percent": "80"}
    wrong = cohort.browser.post(url, data={**form, "percent": "0"})
    assert wrong.status_code == 422 and "这里填 1 到 100 的整数" in wrong.text
    missing = cohort.browser.post(url, data={**form, "percent": ""})
    assert missing.status_code == 422 and "还没写上够百分之几就结业" in missing.text
    assert cohort.browser.post(url, data=form).status_code == 303
    shown = words(cohort.get())
    assert "在班 0 人 · 收 25 人" in shown and "上够全部学时的 80% 就结业。" in shown
    stale = cohort.browser.post(url, data={**form, "capacity": "30"})
    assert stale.status_code == 409 and "别人也改过这一份" in stale.text


def test_several_are_enrolled_at_once_and_the_rest_waits(database: Database, cohort: Class) -> None:
    assert cohort.enrol("陈大秀", "刘国富", "张桂花").status_code == 303
    assert statuses(database) == {"陈大秀": "enrolled", "刘国富": "enrolled", "张桂花": "waiting"}
    page = words(cohort.get("/roster"))
    assert "收了 2 人进班。" in page and "前面没有空位，1 人先排队。" in page
    assert "位子满了。谁先报名谁排前面" in page
    assert cohort.tap("张桂花", "let-in").status_code == 303
    page = words(cohort.get("/roster"))
    assert "收进来了。现在比定的多 1 人。" in page and "多收了 1 人" in page


@pytest.mark.both_databases
def test_leaving_and_coming_back_are_one_tap_each(database: Database, cohort: Class) -> None:
    cohort.enrol("陈大秀")
    cohort.tap("陈大秀", "leave")
    page = cohort.get("/roster")
    assert "退了。退错了，在下面「退了的」里收回来。" in page and "收回陈大秀" in page
    cohort.enrol("陈大秀")
    assert statuses(database) == {"陈大秀": "enrolled"}


@pytest.mark.both_databases
def test_people_are_found_by_pinyin_and_ticks_are_kept(cohort: Class) -> None:
    answer = cohort.enrol("陈大秀", do="find", q="zgh")
    assert answer.status_code == 200
    assert re.findall(r'<li data-name="([^"]+)"', answer.text) == ["陈大秀", "张桂花"]
    assert f'value="{cohort.learners["陈大秀"]}" checked' in answer.text
    assert "没有找到「xyz」" in cohort.enrol(do="find", q="xyz").text


def test_enrolling_for_somebody_names_who_asked(database: Database, cohort: Class) -> None:
    answer = cohort.enrol("陈大秀", source="proxy")
    assert answer.status_code == 409 and "别人代报的，写上是谁代报的。" in answer.text
    cohort.enrol("陈大秀", source="proxy", proxy_name="一组组长")
    assert "一组组长代报" in cohort.get("/roster")


def test_somebody_new_is_enrolled_on_the_spot_and_a_namesake_is_asked_about(
    database: Database, cohort: Class
) -> None:
    new = {"nn": ["王素珍", "陈大秀"], "ng": ["三组", "一组"]}
    asked = cohort.enrol(**new)
    assert asked.status_code == 409 and "是另一个同名的人" in asked.text
    assert statuses(database) == {}
    assert cohort.enrol(**new, ns=["1"]).status_code == 303
    assert statuses(database) == {"王素珍": "enrolled", "陈大秀": "enrolled"}
    missing = cohort.enrol(nn=["钟小红"], ng=[""])
    assert missing.status_code == 422 and "还没写是哪个组的" in missing.text


def test_nobody_chosen_and_days_that_cannot_be_are_said(cohort: Class) -> None:
    assert "还没勾人。" in cohort.enrol().text
    late = cohort.enrol("陈大秀", day=(TODAY + A_WEEK).isoformat())
    assert late.status_code == 409 and "报名的日子还没到。" in late.text


def test_the_register_of_a_class_knows_every_mark(database: Database, cohort: Class) -> None:
    cohort.enrol("陈大秀", "刘国富", "张桂花")
    answer = cohort.save(
        陈大秀="late",
        刘国富="substitute",
        张桂花="present",
        beside={"刘国富": "刘明芳", "陈大秀": "没有意思"},
    )
    assert answer.status_code == 303
    assert marks(database) == {
        "陈大秀": ("late", ""),
        "刘国富": ("substitute", "刘明芳"),
        "张桂花": ("present", ""),
    }
    page = cohort.register()
    assert "存好了，到 3 人次。" in page
    assert 'value="刘明芳"' in page
    assert page.index("陈大秀") < page.index('class="others"') < page.index("李永福")
    history = words(cohort.browser.get(f"/sessions/{cohort.session}/register/history").text)
    assert (
        "刘国富 （一组） ： 家人代到（刘明芳）" in history or "刘国富（一组）：家人代到（刘明芳）" in history
    )


def test_a_correction_keeps_both_versions_visible(cohort: Class) -> None:
    cohort.enrol("陈大秀")
    cohort.save(陈大秀="substitute", beside={"陈大秀": "陈永福"})
    cohort.save(陈大秀="substitute", beside={"陈大秀": "陈兴发"})
    history = words(cohort.browser.get(f"/sessions/{cohort.session}/register/history").text)
    assert "家人代到（陈兴发） 原来 家人代到（陈永福）" in history


@pytest.mark.both_databases
def test_what_contradicts_is_answered_at_the_row(database: Database, cohort: Class) -> None:
    cohort.enrol("陈大秀", "刘国富")
    url = f"/sessions/{cohort.session}/register"
    chen, liu = cohort.learners["陈大秀"], cohort.learners["刘国富"]
    answer = cohort.browser.post(
        url, data={"m": [chen], "x": [f"{chen} excused", f"{liu} substitute"], "v": "0"}
    )
    assert answer.status_code == 422
    assert "到和请假只能选一个。" in answer.text and "还没写家里是谁来的。" in answer.text
    assert marks(database) == {}
    late = cohort.browser.post(url, data={"m": [chen], "x": [f"{chen} late"], "v": "0"})
    assert late.status_code == 303
    assert marks(database) == {"陈大秀": ("late", "")}


def test_all_present_overwrites_nothing_and_means_the_class(database: Database, cohort: Class) -> None:
    cohort.enrol("陈大秀", "刘国富")
    page = cohort.save("all", 陈大秀="excused").text
    assert re.findall(r'name="m" value="([^"]+)" checked', page) == [cohort.learners["刘国富"]]
    assert f'value="{cohort.learners["陈大秀"]} excused" selected' in page
    undone = cohort.browser.post(
        f"/sessions/{cohort.session}/register",
        data={"do": "undo", "u": "1", "m": [cohort.learners["刘国富"]]},
    )
    assert re.findall(r'name="m" value="([^"]+)" checked', undone.text) == []


def test_who_walked_in_is_taken_into_the_class_with_one_tap(database: Database, cohort: Class) -> None:
    cohort.enrol("陈大秀")
    cohort.save(陈大秀="present", 李永福="present")
    page = cohort.register()
    assert "收李永福（二组）进班" in page
    answer = cohort.enrol("李永福", source="walk_in", then=cohort.session)
    assert answer.location == f"/sessions/{cohort.session}/register"
    assert statuses(database) == {"陈大秀": "enrolled", "李永福": "enrolled"}
    assert "收李永福" not in cohort.register()
    assert "现场" in cohort.get("/roster")


def test_a_substitute_who_is_ticked_too_raises_a_question(cohort: Class) -> None:
    cohort.enrol("陈大秀", "刘国富")
    cohort.save(陈大秀="present", 刘国富="substitute", beside={"刘国富": "陈大秀"})
    assert "陈大秀自己记了到，又写成替刘国富来的。" in cohort.register()


def test_a_sheet_saved_meanwhile_shows_what_differs_and_its_marks_can_be_added(cohort: Class) -> None:
    cohort.enrol("陈大秀", "刘国富")
    cohort.save(陈大秀="substitute", beside={"陈大秀": "陈永福"})
    url = f"/sessions/{cohort.session}/register"
    form = {"v": "0", "x": [f"{cohort.learners['刘国富']} late"]}
    stale = cohort.browser.post(url, data=form)
    assert stale.status_code == 409
    assert "陈大秀：存着的是「家人代到（陈永福）」，这里是「没记」" in stale.text
    merged = cohort.browser.post(url, data={**form, "do": "merge"}).text
    assert f'value="{cohort.learners["陈大秀"]} substitute" selected' in merged and 'value="陈永福"' in merged
    assert f'value="{cohort.learners["刘国富"]} late" selected' in merged


@pytest.mark.both_databases
def test_a_lectures_sheet_has_nothing_of_a_class(database: Database, cohort: Class, cast: Cast) -> None:
    with database.writing() as db:
        lecture = make_session(db, make_course(db), TODAY, starts=8 * 60, ends=9 * 60).public_id
    page = cohort.browser.get(f"/sessions/{lecture}/register").text
    assert 'name="x"' not in page and 'name="c"' not in page and page.count('name="e"') == 4
    sent = cohort.browser.post(
        f"/sessions/{lecture}/register", data={"x": [f"{cohort.learners['陈大秀']} late"], "v": "0"}
    )
    assert sent.status_code == 409 and "这是讲座，只记到和请假。" in sent.text
    for path, sentence in (("roster", "没有名册"), ("graduation", "没有结业")):
        with database.reading() as db:
            course = db.scalars(select(Course.public_id).where(Course.kind == "open_lecture")).one()
        assert sentence in cohort.browser.get(f"/courses/{course}/{path}").text


def test_graduation_says_who_has_enough_and_how_far_the_others_are(cohort: Class) -> None:
    cohort.enrol("陈大秀", "刘国富")
    cohort.save(陈大秀="present")
    page = words(cohort.get("/graduation"))
    assert "在班 2 人，够结业的 0 人。" in page
    assert "已经开了 1 次，2 学时 · 到课 1 人次，连来听的在内" in page
    assert "再上 1 次就够。" in page and "还差 2 次，其中 1 次要靠补课。" in page
    assert "请假不算上过，补了课就算。" in page
    assert "按组排" in cohort.get("/graduation?by=name")


def test_after_the_end_nobody_is_enrolled_any_more(cohort: Class, clock: Any) -> None:
    cohort.enrol("陈大秀")
    clock.move(days=8)
    page = cohort.get("/roster")
    assert "这个班周二 12月1日结束了，不再收人。" in page and 'name="nn"' not in page


@pytest.mark.both_databases
@pytest.mark.parametrize("people", [1, 30])
def test_pages_of_a_cohort_cost_the_same_however_many_people(
    database: Database, cohort: Class, statements: list[str], people: int
) -> None:
    with database.writing() as db:
        ids = [make_learner(db, name=f"陈{number}").public_id for number in range(people)]
    cohort.browser.post(
        f"/courses/{cohort.course}/roster", data={"m": ids, "source": "self", "day": TODAY.isoformat()}
    )
    for path, budget in (("/roster", 5), ("/graduation", 6), ("/cohort", 3)):
        statements.clear()
        cohort.get(path)
        assert len(statements) == budget, path  # login and scope are two of them


@pytest.mark.both_databases
def test_who_graduates_has_a_certificate_with_what_they_sat_through(
    cohort: Class, database: Database
) -> None:
    long = "买买提·吐尔逊江·阿不都热合𠮷"
    with database.writing() as db:
        course = db.scalar(select(Course).where(Course.public_id == cohort.course))
        assert course
        course.graduation_percent, course.title = 50, "柑橘田间学校 #strong[a]" * 3
        for name, otherwise in {"刘国富": long, "陈大秀": "陈𡋾"}.items():
            learner = db.scalar(select(Learner).where(Learner.name == name))
            assert learner
            learner.name = otherwise
    here = f"/courses/{cohort.course}/certificates.pdf"
    cohort.enrol("陈大秀", "刘国富")
    assert cohort.browser.get(here).status_code == cohort.browser.get(here[:-4]).status_code == 303
    assert "/certificates" not in cohort.get("/graduation")
    cohort.save(陈大秀="absent", 刘国富="present")
    page = here.removesuffix(".pdf")
    assert page in cohort.get("/graduation")
    shown = cohort.get("/certificates")
    assert (
        here in shown and "会留空：𠮷。" in shown and "𡋾" not in shown
    )  # who does not graduate is not printed
    assert shown.count("结业证书</h2>") == 1 and f'<p class="what">{long}</p>' in shown
    pages = PdfReader(io.BytesIO(cohort.browser.get(here).data)).pages
    said = ["".join(page.extract_text().split()) for page in pages]
    assert len(said) == 1
    for each in (
        "结业证书",
        long[:-1],
        "在狮湾村农民夜校学完",
        "柑橘田间学校#strong[a]" * 3,
        "一共上了1次课，2学时，准予结业。",
    ):
        assert each in said[0]
    assert "2026年11月24日" in said[0] and "狮湾村农民夜校（盖章）" in said[0]
