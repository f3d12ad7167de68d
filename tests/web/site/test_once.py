"""A form sent twice, by a double tap, a reload or a retry, is acted on once and answered alike both times."""

import html
import io
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from nightschool.actions.trust import answered_forms
from nightschool.database import Database
from nightschool.models.attendance import Guest
from nightschool.models.people import Learner, Teacher, TeacherLink
from nightschool.models.places import RegionSettings, Venue
from nightschool.models.teaching import CourseKind
from nightschool.models.trust import Account, AnsweredForm, SecretPage
from nightschool.rules.access import Role
from nightschool.web.site.errands import ERRANDS
from nightschool.web.site.sent import ONCE, new_once
from tests.factories import (
    JIANLI,
    NOW,
    SHIWAN,
    TODAY,
    Cast,
    StillClock,
    later,
    make_account,
    make_course,
    make_learner,
    make_region,
    make_register,
    make_school,
    make_session,
    make_wish,
)
from tests.web.addresses import rows
from tests.web.test_bad_input import NOTICE

QIAO, BA = "511002105202", "511002105203"
TOWNSHIP, COUNTY = "511002105000", "511002000000"
NEW_LEARNER = f"/desk/{SHIWAN}/learners/new"
TYPED = {"name": "张桂花", "group_name": "二组"}
CODE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b")
ADMIN, KEEPER, COORDINATOR = "region_administrator", "system_administrator", "chen"
COURSE = {
    "title": "柑橘冬季管护", "category": "skill", "first": "2026-11-27", "starts": "19:00", "ends": "20:30",
    "repeat": "once", "do": "publish",
}  # fmt: skip
OFFER = {
    "topic": "果树修剪", "category": "skill", "starts": "19:00", "ends": "20:30", "teacher": "{teacher}",
    "day": "2026-12-03", "do": "offer",
}  # fmt: skip
CLOSED = {"first": "2026-12-01", "last": "2026-12-05"}


@dataclass(frozen=True)
class Filled:
    """A creating form as it is filled in, by whom."""

    by: str
    data: dict[str, Any] = field(default_factory=dict)
    region: str = SHIWAN
    of: dict[str, str] = field(default_factory=dict)  # other records in its address
    query: str = ""  # what leads to the form


FILLED = {
    "admin.open_school": Filled(
        ADMIN, {"village": QIAO, "display_name": "王支书"}, COUNTY, query=f"?village={QIAO}"
    ),
    "admin.new_account": Filled(ADMIN, {"display_name": "王小明", "role": "supervisor"}, TOWNSHIP),
    "admin.new_posting": Filled(
        ADMIN, {"login_name": "qaz", "role": "coordinator", "from_day": "2026-11-24"}
    ),
    "admin.slip": Filled(ADMIN),
    "openings.villages": Filled(ADMIN, {"o": [QIAO, BA], f"n-{QIAO}": "王支书"}, TOWNSHIP),
    "openings.slips": Filled(ADMIN, {"a": "{waiting}"}, TOWNSHIP),
    "handovers.new": Filled(
        ADMIN, {"leaving": "{account}", "display_name": "王小明", "from_day": "2026-11-24"}
    ),
    "people_lists.upload_learners": Filled(COORDINATOR),
    "people_lists.upload_registers": Filled(COORDINATOR),
    "people_lists.upload_teachers": Filled(ADMIN, region=TOWNSHIP),
    "evaluations.show": Filled(COORDINATOR, {"slips": "5 4 5 3"}, of={"class_session": "held"}),
    "exports.make_posters": Filled("township_supervisor", region=TOWNSHIP),
    "exports.make": Filled("township_supervisor", region=TOWNSHIP),
    "region_lists.upload": Filled(KEEPER, {"as_of": "2026-11-01"}),
    "calendars.show": Filled(
        COORDINATOR,
        {"what_is_sent": "season", "name": "柑橘采收", "first": "2026-12-01", "last": "2026-12-20"},
    ),
    "calendars.notice": Filled(KEEPER, {"notice": NOTICE}),
    "closed_times.of_teacher": Filled(ADMIN, CLOSED),
    "closed_times.of_venue": Filled(COORDINATOR, CLOSED),
    "courses.new": Filled(COORDINATOR, COURSE),
    "courses.more": Filled(COORDINATOR, COURSE),
    "sessions.add": Filled(COORDINATOR, {"day": "2026-12-08", "starts": "19:00", "ends": "20:30"}),
    "sessions.postpone": Filled(
        COORDINATOR,
        {"day": "2026-12-09", "starts": "19:00", "ends": "20:30", "reason": "weather", "revision": "1"},
    ),
    "cohorts.roster": Filled(COORDINATOR, {"m": "{learner}", "day": "2026-11-24", "source": "self"}),
    "learners.new": Filled(COORDINATOR, TYPED),
    "household_status.new": Filled(COORDINATOR, {"kind": "exited", "first": "2021-01-01"}),
    "newcomers.several": Filled(COORDINATOR, {"nn": "张桂花", "ng": "二组", "do": "save"}),
    "teachers.new": Filled(COORDINATOR, {"name": "吴医生", "kind": "local_expert"}),
    "teachers.new_of_region": Filled(ADMIN, {"name": "吴医生", "kind": "local_expert"}, TOWNSHIP),
    "teacher_links.index": Filled(ADMIN),
    "teacher_links.of_village": Filled(COORDINATOR),
    "venues.new": Filled(COORDINATOR, {"name": "文化院坝", "kind": "courtyard"}),
    "labels.unit": Filled(COORDINATOR, {"names": "村合作社"}),
    "labels.campaign": Filled(ADMIN, {"names": "感恩奋进"}, COUNTY),
    "regulars.take": Filled(COORDINATOR, {"name": "周远客", "home": "建立村"}),
    "wishes.new": Filled(COORDINATOR, {"lines": "果树修剪 8户"}),
    "dispatches.for_wish": Filled("county_supervisor", OFFER),
    "dispatches.trip": Filled(
        "county_supervisor",
        {**OFFER, "wish": ["{wish}", "{other_wish}"], "wishes": ["{wish}", "{other_wish}"]},
        COUNTY,
    ),
    "dispatches.new": Filled("county_supervisor", OFFER),
    "inspections.draw": Filled(
        "county_supervisor",
        {"place": COUNTY, "minutes": "40", "first": "2026-11-24", "last": "2026-12-24", "size": "5"},
        COUNTY,
    ),
    "rotas.begin": Filled(
        "county_supervisor",
        {"first": "2026-12-01", "last": "2026-12-14", "starts": "19:00", "ends": "20:30"},
        COUNTY,
    ),
    "substitutes.ask": Filled(COORDINATOR, {"teachers": "{teacher}", "do": "ask"}),
    "questions.ask": Filled(COORDINATOR, {"text": "黄龙病怎么认？"}, of={"class_session": "held"}),
}
# Known by the submission they carry; tests/web/registers/test_attendance.py sends them twice.
SUBMISSIONS = {"attendance.register", "attendance.void"}
# What sends them twice finds what the first has left: the same value again, or a sentence that it is done already.
CHANGING = {
    "asked_back.answer", "attendance.take_back", "erasures.erase", "sheet_photos.remove", "sheet_photos.show",
    "admin.disable",
    "admin.take_second_away", "admin.enable", "admin.end_posting", "admin.revoke_device", "admin.revoke_devices",
    "calendars.remove", "closed_times.remove_of_teacher", "closed_times.remove_of_venue", "cohorts.leave",
    "cohorts.let_in", "cohorts.settings", "courses.publish", "courses.edit", "desk.switch", "digests.digest", "dispatches.answer", "dispatches.show", "waiting.leave", "learners.edit",
    "learners.data", "learners.phone", "household_status.show", "household_status.change", "household_status.remove", "merges.compare_learner", "merges.compare_teacher", "merges.undo_learner",
    "merges.undo_teacher", "moves.back", "moves.move", "notices.tell", "own_texts.edit", "paper_columns.edit", "plans.act", "questions.edit", "questions.remove", "region_lists.apply",
    *(f"people_lists.{step}_{kind}" for step in ("columns", "take", "undo") for kind in ("learners", "teachers", "registers")),
    "evenings.done", "evenings.evening", "inspections.show", "labels.edit", "outlines.upload", "region_lists.withdraw", "region_settings.edit", "sessions.agree", "retiring.course", "retiring.course_back", "retiring.learner", "retiring.learner_back",
    "rotas.change", "rotas.show", "retiring.teacher", "retiring.teacher_back", "retiring.venue", "retiring.venue_back", "schools.edit", "supporters.edit", "supporters.phones", "handovers.sheet", "handovers.to_know", "handovers.sheet_with_slip",
    "sessions.cancel", "sessions.edit", "sessions.move", "sessions.restore", "sign_in_sheets.number", "sign_in_sheets.number_month", "swaps.teacher", "takeovers.successor", "takeovers.take", "takeovers.undo",
    "teacher_links.revoke",
    "teachers.edit", "teachers.phone", "teachers.phone_for_village", "township_plans.decide", "undo.take_back",
    "venues.edit", "venues.phone", "wishes.clear", "wishes.decide", "wishes.edit",
}  # fmt: skip


@pytest.fixture
def records(database: Database, cast: Cast) -> dict[str, Any]:
    """What stands in addresses: a village with everything, and two villages that have no night school yet."""
    with database.writing() as db:
        for code, name in ((QIAO, "断桥村村民委员会"), (BA, "洪坝村村民委员会")):
            make_region(db, code, name)
        make_region(db, "511002105204", "玉皇村村民委员会")
        db.add(RegionSettings(region_code=COUNTY, household_purpose="看培训到没到户"))
        make_school(db, "511002105204")
        waiting = make_account(db, "yhc", "玉皇村夜校管理员", Role.COORDINATOR, "511002105204")
        course = make_course(db, kind=CourseKind.COHORT, capacity=30)
        session = make_session(db, course, TODAY + timedelta(days=7))
        held = make_session(db, make_course(db), TODAY - timedelta(days=1), published_at=NOW.instant)
        register = make_register(db, held, cast.chen, total=3)
        db.add(Guest(class_session_id=held.id, submission_id=register.id, name="周远客", home="建立村"))
        return {
            "village": SHIWAN, "account": db.get_one(Account, cast.chen).public_id, "waiting": waiting.public_id,
            "course": course.public_id, "class_session": session.public_id,
            "wish": make_wish(db).public_id, "other_wish": make_wish(db, topic="果树嫁接").public_id,
            "venue": db.get_one(Venue, cast.venue).public_id, "held": held.public_id,
            "learner": make_learner(db).public_id, "teacher": db.get_one(Teacher, cast.teacher).public_id,
        }  # fmt: skip


def learners(database: Database) -> int:
    with database.reading() as db:
        return db.scalar(select(func.count()).select_from(Learner)) or 0


def hidden_on(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)
    return {name: html.unescape(value) for name, value in found}


def posted(app: Flask) -> list[Rule]:
    """Every address that takes a form of somebody logged in which carries no password."""
    return [
        rule
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ())
        and app.view_functions[rule.endpoint].access.verb not in (None, "own_account")  # type: ignore[attr-defined]
    ]


def address(app: Flask, rule: Rule, records: dict[str, Any], region: str) -> str:
    values = {**records, "region": region, "year": 2026}
    with app.test_request_context():
        return str(
            app.url_map.bind("localhost").build(
                rule.endpoint, {name: values[name] for name in rule.arguments}, method="POST"
            )
        )


def filled_in(filled: Filled, records: dict[str, Any]) -> dict[str, Any]:
    """What is sent, with the records that it names."""

    def meant(value: Any) -> Any:
        if isinstance(value, list):
            return [meant(one) for one in value]
        return records[value[1:-1]] if isinstance(value, str) and value.startswith("{") else value

    return {name: meant(value) for name, value in filled.data.items()}


def file_sent(path: str) -> dict[str, Any]:
    """The file that goes along where a form of this address takes one."""
    return {"file": (io.BytesIO(LIST.encode()), "list.csv")} if path.endswith(("/import", "/table")) else {}


def arrivals_apart(
    app: Flask, database: Database, browser: FlaskClient, path: str, data: dict[str, Any]
) -> str:
    """What differs when this form arrives a second time; nothing where all is well."""

    def send() -> TestResponse:
        answer = browser.post(path, data={**data, **file_sent(path)})
        app.extensions[ERRANDS].wait()  # what is made after the answer
        return answer

    first = send()
    if first.status_code != 303:
        said = re.findall(r'class="(?:errors|notice alarm)".*?</(?:ul|div|p)>', first.text, re.DOTALL)
        return f"it was not acted on but answered {first.status_code}: {said}"
    told = browser.get(first.location, follow_redirects=True).text
    before = rows(database)
    second = send()
    if (second.status_code, second.location) != (303, first.location):
        return f"answered {second.status_code} {second.location}, first {first.location}"
    if rows(database) != before:
        return "something was done again"
    again = browser.get(second.location, follow_redirects=True).text
    return "" if re.sub(TOKENS, "", again) == re.sub(TOKENS, "", told) else "another page"


TOKENS = r'name="(?:once|csrf_token|s)" (?:type="hidden" )?value="[^"]*"|<input id="submission"[^>]*>'
LIST = "代码,名称,姓名\n511002105205,新开村村民委员会,陈大秀\n"


@pytest.mark.check("forms: tests/web/site/test_once.py must know of every form whether it creates something")
def test_every_form_is_known_to_create_something_or_not(app: Flask) -> None:
    """A new one belongs into FILLED, or into CHANGING."""
    assert {rule.endpoint for rule in posted(app)} == {*FILLED, *SUBMISSIONS, *CHANGING}


@pytest.mark.parametrize("endpoint", FILLED)
def test_a_form_that_creates_something_creates_it_once_and_is_answered_twice_alike(
    app: Flask, database: Database, cast: Cast, records: dict[str, Any], browser_of: Any, endpoint: str
) -> None:
    filled = FILLED[endpoint]
    [rule] = [rule for rule in posted(app) if rule.endpoint == endpoint]
    of = {name: records[other] for name, other in filled.of.items()}
    path = address(app, rule, {**records, **of}, filled.region)
    browser = browser_of(getattr(cast, filled.by))
    shown = browser.get(path + filled.query)
    if shown.status_code == 200:
        assert f'name="{ONCE}"' in shown.text, "the form carries no id"
    data = {**filled_in(filled, records), ONCE: new_once()}
    assert arrivals_apart(app, database, browser, path, data) == ""


def test_every_page_gives_its_form_another_id(chen: FlaskClient) -> None:
    ids = [hidden_on(chen.get(NEW_LEARNER).text)[ONCE] for _ in range(3)]
    assert len({*ids}) == 3


@pytest.mark.both_databases
def test_two_taps_at_one_instant_make_one(
    app: Flask, database: Database, cast: Cast, browser_of: Any
) -> None:
    browsers = [browser_of(cast.chen) for _ in range(6)]
    data = {**TYPED, ONCE: new_once()}
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda browser: browser.post(NEW_LEARNER, data=data), browsers))
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.location for answer in answers}) == 1
    assert learners(database) == 1


def test_same_text_from_a_page_opened_anew_is_a_form_of_its_own(
    chen: FlaskClient, database: Database
) -> None:
    chen.post(NEW_LEARNER, data={**TYPED, ONCE: new_once()})
    asked = chen.post(NEW_LEARNER, data={**TYPED, ONCE: new_once()})
    assert asked.status_code == 409 and "同名" in asked.text
    assert learners(database) == 1


@pytest.mark.both_databases
def test_what_was_refused_can_be_put_right_and_sent_again(chen: FlaskClient, database: Database) -> None:
    once = new_once()
    assert chen.post(NEW_LEARNER, data={"name": "张桂花", ONCE: once}).status_code == 422
    assert chen.post(NEW_LEARNER, data={**TYPED, ONCE: once}).status_code == 303
    assert learners(database) == 1


@pytest.mark.parametrize("wait", [timedelta(minutes=1), timedelta(days=20)])
def test_a_retry_of_days_later_still_gets_the_first_answer(
    app: Flask, database: Database, cast: Cast, browser_of: Any, clock: StillClock, wait: timedelta
) -> None:
    browser, data = browser_of(cast.chen), {**TYPED, ONCE: new_once()}
    first = browser.post(NEW_LEARNER, data=data)
    clock.move(days=wait.days, seconds=wait.seconds)
    assert browser.post(NEW_LEARNER, data=data).location == first.location
    assert learners(database) == 1


@pytest.mark.both_databases
def test_forms_are_forgotten_after_a_month(
    chen: FlaskClient, database: Database, cast: Cast, db: Any
) -> None:
    for at, once in ((NOW, new_once()), (later(days=31), new_once())):
        answered_forms.begin_form(db, account_id=cast.chen, once=once, fingerprint="x", now=at)
    assert db.scalar(select(func.count()).select_from(AnsweredForm)) == 1


def test_id_of_somebody_elses_form_does_nothing_to_mine(
    chen: FlaskClient, browser_of: Any, cast: Cast, database: Database
) -> None:
    data = {**TYPED, ONCE: new_once()}
    chen.post(NEW_LEARNER, data=data)
    luo = browser_of(cast.luo)
    assert luo.post(f"/desk/{JIANLI}/learners/new", data=data).status_code == 303
    assert learners(database) == 2


def test_other_text_under_the_same_id_is_asked_about_and_not_lost(
    chen: FlaskClient, database: Database
) -> None:
    once = new_once()
    first = chen.post(NEW_LEARNER, data={**TYPED, ONCE: once})
    other = {**TYPED, "name": "刘国富", ONCE: once}
    asked = chen.post(NEW_LEARNER, data=other, headers={"Origin": "http://localhost"})
    assert asked.status_code == 409 and first.location in html.unescape(asked.text)
    assert learners(database) == 1
    again = hidden_on(asked.text)
    assert again["name"] == "刘国富" and again[ONCE] != once
    assert chen.post(NEW_LEARNER, data=again).status_code == 303
    assert learners(database) == 2


@pytest.mark.both_databases
def test_a_record_saved_twice_from_one_page_with_other_text_asks_by_its_version(
    chen: FlaskClient, database: Database, records: dict[str, Any]
) -> None:
    path, once = f"/learners/{records['learner']}", new_once()
    data = {**TYPED, "version": "1", ONCE: once}
    assert chen.post(path, data=data).status_code == 303
    stale = chen.post(path, data={**data, "household": "陈家院子"})
    assert stale.status_code == 409 and "别人也改过这一份" in stale.text


@pytest.mark.parametrize("once", ["", "x", "x" * 23, "x" * 21 + "!", "' OR 1=1 --"])
def test_form_without_an_id_of_ours_is_acted_on_as_before(
    chen: FlaskClient, database: Database, once: str
) -> None:
    for name in ("张桂花", "刘国富"):
        assert chen.post(NEW_LEARNER, data={**TYPED, "name": name, ONCE: once}).status_code == 303
    assert learners(database) == 2


def test_nothing_of_a_password_is_remembered(chen: FlaskClient, database: Database) -> None:
    data = {"password": "x", "new_password": "秋收以后再来上课", ONCE: new_once()}
    chen.post("/me/password", data=data)
    assert f'name="{ONCE}"' not in chen.get("/me/password").text
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(AnsweredForm)) == 0


# Pages with a secret


def slip_page(browser: FlaskClient, account: str) -> str:
    answer = browser.post(f"/accounts/{account}/slip", data={ONCE: new_once()})
    assert answer.status_code == 303
    return str(answer.location)


@pytest.mark.both_databases
def test_a_page_with_a_secret_can_be_reloaded_for_an_hour_by_who_made_it(
    browser_of: Any, cast: Cast, database: Database, records: dict[str, Any], clock: StillClock
) -> None:
    admin = browser_of(cast.region_administrator)
    page = slip_page(admin, records["account"])
    [code] = CODE.findall(admin.get(page).text)
    clock.move(minutes=59)
    assert CODE.findall(admin.get(page).text) == [code]
    other = browser_of(cast.system_administrator)
    assert CODE.findall(other.get(page, follow_redirects=True).text) == []
    clock.move(minutes=1)
    gone = admin.get(page, follow_redirects=True)
    assert CODE.findall(gone.text) == [] and "登录码只留一个小时" in gone.text
    with database.writing() as db:  # a clock was ahead when it was made
        db.execute(update(SecretPage).values(made_at=later(days=300).instant))
    assert CODE.findall(admin.get(page, follow_redirects=True).text) == []


@pytest.mark.both_databases
def test_secrets_are_kept_sealed_and_gone_with_the_next_one(
    browser_of: Any, cast: Cast, database: Database, records: dict[str, Any], clock: StillClock
) -> None:
    admin = browser_of(cast.region_administrator)
    [code] = CODE.findall(admin.get(slip_page(admin, records["account"])).text)
    assert code not in str(rows(database)) and code.replace("-", "") not in str(rows(database))
    clock.move(hours=2)
    slip_page(admin, records["account"])
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(SecretPage)) == 1


@pytest.mark.both_databases
def test_a_page_with_a_secret_opens_under_no_other_record(
    browser_of: Any, cast: Cast, database: Database, records: dict[str, Any]
) -> None:
    admin = browser_of(cast.region_administrator)
    page = slip_page(admin, records["account"])
    other = page.replace(records["account"], records["waiting"])
    assert CODE.findall(admin.get(other, follow_redirects=True).text) == []
    made = admin.post(f"/teachers/{records['teacher']}/links", data={ONCE: new_once()}).location
    assert "<svg" in admin.get(made).text
    wrong = made.rpartition("/")[0] + "/" + page.rpartition("/")[2]
    assert "<svg" not in admin.get(wrong, follow_redirects=True).text
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(TeacherLink)) == 1
