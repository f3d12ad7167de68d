"""Every address, asked for by everybody: generated from the application's own list, so that none is forgotten."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule

from nightschool.database import Database
from nightschool.errors import ConfigurationError
from nightschool.models import Base
from nightschool.models.people import Learner, Teacher
from nightschool.models.places import Venue
from nightschool.models.teaching import ClassSession, Course
from nightschool.models.trust import Account, LoginSession, Posting
from nightschool.queries import scope
from nightschool.rules.access import VERBS, Actor, Post, Role, may
from nightschool.rules.seasons.months import Month
from nightschool.web import app as web_app
from nightschool.web.site.access import Access, allows, check_access
from tests.factories import (
    JIANLI,
    SEALER,
    SHIWAN,
    TODAY,
    Cast,
    make_account,
    make_change,
    make_course,
    make_label,
    make_learner,
    make_link,
    make_login,
    make_question,
    make_region,
    make_register,
    make_school,
    make_session,
    make_teacher,
    make_upload,
    make_venue,
)

SECRET = "s" * 32  # of a teacher's own address
UPLOAD = "u" * 22  # a list of regions that has been taken in
SIBLING = "511002105202"  # in the same township as 狮湾村
TOWNSHIP, COUNTY, CITY, PROVINCE = "511002105000", "511002000000", "511000000000", "510000000000"
OTHER_COUNTY = "511024000000"

# What stands in addresses beside the records with a home. Each says why it needs no region of its own.
UNSCOPED = {
    "code": "a village on public pages",
    "filename": "a shipped file",
    "area": "a region on public pages",
    "city": "a part of the sitemap",
    "month": "a month of the region beside it",
    "month_code": "a month of a region on paper",
    "year": "a year of a school on paper",
    "first": "the first month of some on paper",
    "last": "the last month of some on paper",
    "document": "a published schema",
    "login": "one of one's own devices, or one of the account beside it; the action looks whose it is",
    "waiting": "one of one's own kept forms; the action looks whose it is",
    "posting": "stands beside its account",
    "upload": "a list of regions; who may keep the map may so everywhere",
    "other_learner": "a learner beside one of the same village; the view asks that they are",
    "other_teacher": "a teacher beside one whose keeper asks; the view asks that they may know of this one",
    "secret": "of a teacher's own address; it opens that teacher's classes to whoever has it, and nothing else",
    "form": "the one-time id of a form; the query looks whose it is",
    "secret_page": "a login slip or a link, shown to who made it; the query looks whose it is",
    "called": "a teacher beside the village that calls; the action asks that this village sees them",
}
PUBLIC = {
    "find.home", "health.check", "static", "timetable.village", "timetable.feed", "timetable.text",
    "timetable.past", "timetable.poster", "timetable.qr", "timetable.data", "region_timetable.region", "region_timetable.feed",
    "region_timetable.data", "open_data.show_schema", "sitemap.robots", "sitemap.index", "sitemap.part",
    "trust.login", "trust.slip", "teacher_links.page", "teacher_links.feed", "teacher_links.sheet",
    "revisions.changes", "revisions.feed",
    "school_months.this_year", "school_months.year", "school_months.term", "school_months.choose",
    "region_month.this_month", "region_month.month", "region_month.qr",
}  # fmt: skip
OWN = {
    "desk.home",
    "trust.logout",
    "trust.me",
    "trust.name",
    "trust.password",
    "trust.revoke",
    "trust.save_again",
    "receipts.show",
}
# What a view may ask for whose address names such a record: a weaker verb would open it to the wrong people.
FITTING = {
    "village": {
        "see_village",
        "schedule",
        "keep_register",
        "keep_people",
        "keep_teachers",
        "keep_venues",
        "keep_school",
        "see_trail",
        "manage_accounts",
    },
    "region": {
        "see_overview",
        "approve_plans",
        "call_off",
        "manage_accounts",
        "keep_teachers",
        "keep_calendars",
        "keep_labels",
        "settle",
    },
    "class_session": {"schedule", "keep_register", "see_trail"},
    "course": {"schedule", "see_trail", "keep_people"},
    "change": {"schedule"},
    "question": {"keep_register"},
    "teacher_link": {"keep_teachers"},
    "learner": {"keep_people"},
    "teacher": {"keep_teachers", "see_trail"},
    "venue": {"keep_venues", "see_trail"},
    "label": {"keep_labels"},
    "account": {"manage_accounts"},
}

ROLES: dict[str, tuple[Post, ...]] = {
    "anonymous": (),
    "coordinator": (Post(Role.COORDINATOR, SHIWAN),),
    "coordinator next door": (Post(Role.COORDINATOR, SIBLING),),
    "coordinator far away": (Post(Role.COORDINATOR, JIANLI),),
    "township supervisor": (Post(Role.SUPERVISOR, TOWNSHIP),),
    "county supervisor": (Post(Role.SUPERVISOR, COUNTY),),
    "region administrator": (Post(Role.REGION_ADMINISTRATOR, COUNTY),),
    "administrator of another county": (Post(Role.REGION_ADMINISTRATOR, OTHER_COUNTY),),
    "system administrator": (Post(Role.SYSTEM_ADMINISTRATOR, None),),
}
SEE_NO_VILLAGER = ("township supervisor", "county supervisor", "region administrator", "system administrator")
VILLAGER = "陈大秀"  # a learner of every village
# What these parts of addresses are, whoever asks.
ANYWHERE = {
    "filename": "app.css",
    "area": "511002105",
    "city": "5110",
    "document": "village",
    "month": Month(2026, 12),
    "year": 2026,
    "first": "2026-04",
    "last": "2026-09",
    "month_code": "2026-11",
    "secret": SECRET,
    "secret_page": "p" * 22,
    "form": "f" * 22,
}
ANSWERS = {200, 303, 409, 422, 429}
one_database = pytest.mark.one_database
check = pytest.mark.check(
    "access: tests/web/test_access_matrix.py must know of an address, and of each part of it, whose it is"
)


@dataclass
class Home:
    """Records that belong to one region, by the name they have in addresses."""

    region: str
    values: dict[str, Any] = field(default_factory=dict)
    account_regions: tuple[str | None, ...] = ()


@dataclass
class World:
    """Everybody's account, and the records of several regions."""

    accounts: dict[str, int]
    homes: list[Home]


def public_id(db: Any, table: Any, key: int) -> str:
    found: str = db.get_one(table, key).public_id
    return found


def village_home(db: Any, code: str, account: int, township_teacher: str) -> Home:
    venue = make_venue(db, code, name="文化院坝")
    own_teacher = make_teacher(db, code, name="本村老师")
    for about, record, name in (
        ("venue.key_holder_phone", venue, "key_holder_phone"),
        ("teacher.phone", own_teacher, "phone"),
    ):
        setattr(record, name, SEALER.seal("13812345678", about=f"{about}:{record.public_id}"))
    learner = make_learner(db, code, name=VILLAGER)
    learner.phone = SEALER.seal("13812345678", about=f"learner.phone:{learner.public_id}")
    course = make_course(db, code, teachers=(own_teacher.id,), venue_id=venue.id)
    past = make_session(db, course, TODAY - timedelta(days=7), teachers=(own_teacher.id,))
    make_register(db, past, account, present=(learner.id,), total=3)
    tonight = make_session(db, course, TODAY, teachers=(own_teacher.id,))
    posting = db.scalars(select(Posting.id).where(Posting.account_id == account)).one()
    change = make_change(db, tonight)
    values = {
        "change": change.public_id, "code": code, "village": code, "region": code, "class_session": tonight.public_id, "course": course.public_id,
        "learner": learner.public_id, "teacher": own_teacher.public_id, "venue": venue.public_id,
        "account": public_id(db, Account, account), "posting": posting, "called": township_teacher,
        "other_learner": make_learner(db, code, name="陈大绣").public_id, "other_teacher": township_teacher,
    }  # fmt: skip
    values |= {
        "question": make_question(db, past).public_id,
        "label": make_label(db, "村合作社", code).public_id,
        "teacher_link": make_link(db, own_teacher).public_id,
    }
    db.flush()
    return Home(code, values, (code,))


def region_home(db: Any, code: str, account: int, account_region: str | None) -> Home:
    teacher = make_teacher(db, code, name="片区老师")
    teacher.phone = SEALER.seal("13812345678", about=f"teacher.phone:{teacher.public_id}")
    posting = db.scalars(select(Posting.id).where(Posting.account_id == account)).one()
    values = {"region": code, "teacher": teacher.public_id, "posting": posting}
    values["other_teacher"] = make_teacher(db, code, name="片区老师").public_id
    values["teacher_link"] = make_link(db, teacher).public_id
    values["label"] = make_label(db, "农技站", code).public_id
    values["account"] = public_id(db, Account, account)
    return Home(code, values, (account_region,))


@pytest.fixture
def world(database: Database, cast: Cast) -> World:
    with database.writing() as db:
        make_region(db, SIBLING, "断桥村村民委员会")
        make_school(db, SIBLING)
        sibling = make_account(db, "dqc", "断桥村文书", Role.COORDINATOR, SIBLING)
        other = make_account(db, "wygl", "威远县管理员", Role.REGION_ADMINISTRATOR, OTHER_COUNTY)
        make_upload(db, cast.system_administrator, public_id=UPLOAD, state="done")
        make_link(db, db.get_one(Teacher, cast.teacher), SECRET)
        near = public_id(db, Teacher, cast.teacher)
        far = make_teacher(db, "511024100000", name="严陵镇老师").public_id
        homes = [
            village_home(db, SHIWAN, cast.chen, near),
            village_home(db, SIBLING, sibling.id, near),
            village_home(db, JIANLI, cast.luo, far),
            region_home(db, TOWNSHIP, cast.township_supervisor, TOWNSHIP),
            region_home(db, COUNTY, cast.region_administrator, COUNTY),
            region_home(db, CITY, cast.system_administrator, None),
            region_home(db, PROVINCE, other.id, OTHER_COUNTY),
        ]
        accounts = {
            "coordinator": cast.chen,
            "coordinator next door": sibling.id,
            "coordinator far away": cast.luo,
            "township supervisor": cast.township_supervisor,
            "county supervisor": cast.county_supervisor,
            "region administrator": cast.region_administrator,
            "administrator of another county": other.id,
            "system administrator": cast.system_administrator,
        }
    return World(accounts, homes)


class Visitor:
    """One role's browser, which logs in again when an address has put it out."""

    def __init__(self, app: Flask, database: Database, world: World, role: str) -> None:
        self.app, self.database, self.account = app, database, world.accounts.get(role)
        self.actor = Actor(self.account, role, ROLES[role])
        self.browser: FlaskClient = app.test_client()
        self.log_in()

    def log_in(self) -> None:
        self.browser = self.app.test_client()
        if self.account is not None:
            self.browser.set_cookie("nightschool", make_login(self.database, self.account))

    def own_device(self) -> int:
        if self.account is None:
            return 1
        with self.database.reading() as db:
            mine = select(LoginSession.id).where(
                LoginSession.account_id == self.account, LoginSession.revoked_at.is_(None)
            )
            return db.scalars(mine).first() or 1

    def asks(self, rule: Rule, method: str, home: Home) -> Any:
        values = {"waiting": "w" * 22, "login": self.own_device(), "upload": UPLOAD, **ANYWHERE}
        values |= home.values
        with self.app.test_request_context():
            path = self.app.url_map.bind("localhost").build(
                rule.endpoint, {name: values[name] for name in rule.arguments}, method=method
            )
        response = self.browser.open(
            path, method=method, data={} if method == "POST" else None, buffered=True
        )
        if method == "POST" and rule.endpoint in OWN:
            self.log_in()
        return response


def asked(app: Flask, world: World, methods: tuple[str, ...]) -> Iterator[tuple[Rule, str, Home]]:
    for rule in app.url_map.iter_rules():
        for home in world.homes:
            known = {"waiting", "login", "upload"} | set(ANYWHERE) | set(home.values)
            if rule.arguments <= known and (rule.arguments & set(home.values) or home is world.homes[0]):
                for method in methods:
                    if method in (rule.methods or ()):
                        yield rule, method, home


def expected(app: Flask, visitor: Visitor, rule: Rule, home: Home) -> str:
    """What must come of it, by what the view declares and the rules of access."""
    verb = app.view_functions[rule.endpoint].access.verb  # type: ignore[attr-defined]
    if verb is None:
        return "answer"
    if visitor.account is None:
        return "login"
    named = [name for name in scope.NAMED if name in rule.arguments]
    regions: list[str | None] = []
    for name in named:
        regions += home.account_regions if name == "account" else [home.region]
    if named:
        return "answer" if all(may(visitor.actor, verb, region) for region in regions) else "404"
    return "answer" if visitor.actor.posts_for(verb) else "404"


def came(response: Any) -> str:
    if response.status_code == 303 and response.location.startswith("/login"):
        return "login"
    return "answer" if response.status_code in ANSWERS else str(response.status_code)


def mismatches(visitor: Visitor, world: World, method: str, beginning: str = "/") -> str:
    """Every address with this beginning that does not answer this visitor as it should, or tells too much, one a line."""
    wrong, app = [], visitor.app
    for rule, _method, home in asked(app, world, (method,)):
        if not str(rule).startswith(beginning):
            continue
        answer = visitor.asks(rule, method, home)
        want, got = expected(app, visitor, rule, home), came(answer)
        if want != got:
            wrong.append(f"{visitor.actor.name}: {method} {rule} of {home.region}: {got}, not {want}")
        if visitor.actor.name in SEE_NO_VILLAGER and VILLAGER.encode() in answer.data:
            wrong.append(f"{visitor.actor.name}: {method} {rule} of {home.region}: a villager")
    return "\n".join(wrong)


def unfitting(app: Flask) -> list[str]:
    """Addresses with a part nobody knows whose it is, and views that ask for less than their records need."""
    wrong = []
    for rule in app.url_map.iter_rules():
        verb = app.view_functions[rule.endpoint].access.verb  # type: ignore[attr-defined]
        wrong += [f"{rule}: {name}?" for name in rule.arguments if name not in (*scope.NAMED, *UNSCOPED)]
        wrong += [
            f"{rule}: {verb}" for name in scope.NAMED if name in rule.arguments and verb not in FITTING[name]
        ]
        if (verb is None) != (rule.endpoint in PUBLIC):
            wrong.append(f"{rule}: public or not?")
        if (verb == "own_account") != (rule.endpoint in OWN):
            wrong.append(f"{rule}: for everybody logged in or not?")
        if "posting" in rule.arguments and "account" not in rule.arguments:
            wrong.append(f"{rule}: posting without its account")
        if "called" in rule.arguments and "village" not in rule.arguments:
            wrong.append(f"{rule}: teacher without the village that calls")
    return wrong


def rows(database: Database) -> dict[str, Any]:
    """Every row of every table."""
    with database.reading() as db:
        return {
            table.name: sorted(map(repr, db.execute(select(table)).all()))
            for table in Base.metadata.sorted_tables
        }


# The matrix


# Between them they see every page there is, on both databases; whom else an address is shut to is no matter of SQL.
FURTHEST = ("coordinator", "system administrator")


@pytest.mark.parametrize(
    "role", [pytest.param(role, marks=() if role in FURTHEST else one_database) for role in ROLES]
)
def test_everybody_gets_exactly_to_what_is_theirs_and_looking_changes_no_row(
    app: Flask, database: Database, world: World, role: str
) -> None:
    visitor = Visitor(app, database, world, role)
    before = rows(database)
    assert mismatches(visitor, world, "GET") == ""
    assert rows(database) == before
    assert mismatches(visitor, world, "POST") == ""


@one_database
@check
def test_the_matrix_asks_for_every_address(app: Flask, world: World) -> None:
    covered = {(str(rule), method) for rule, method, _home in asked(app, world, ("GET", "POST"))}
    every = {
        (str(rule), method)
        for rule in app.url_map.iter_rules()
        for method in ("GET", "POST")
        if method in (rule.methods or ())
    }
    assert covered == every


@one_database
@check
def test_addresses_are_looked_at_and_posted_to_and_nothing_else(app: Flask) -> None:
    others = {m for rule in app.url_map.iter_rules() for m in rule.methods or ()}
    assert others == {"GET", "HEAD", "OPTIONS", "POST"}


@one_database
@check
def test_every_part_of_an_address_is_known_and_every_verb_fits_it(app: Flask) -> None:
    assert unfitting(app) == []


@one_database
def test_out_of_scope_and_unknown_are_the_same_page(app: Flask, database: Database, world: World) -> None:
    visitor = Visitor(app, database, world, "coordinator far away")
    addresses = {
        "class_session": "/sessions/{}", "course": "/courses/{}", "learner": "/learners/{}",
        "teacher": "/teachers/{}", "venue": "/venues/{}", "village": "/desk/{}",
    }  # fmt: skip
    for name, address in addresses.items():
        there = world.homes[0].values[name]
        nowhere = "511002105999" if name == "village" else "A" * 22
        pages = [visitor.browser.get(address.format(key)) for key in (there, nowhere)]
        assert [page.status_code for page in pages] == [404, 404]
        assert pages[0].text.replace(there, nowhere) == pages[1].text, name
        assert VILLAGER not in pages[0].text


@one_database
def test_whoever_has_two_postings_has_the_rights_of_each_where_it_holds(
    app: Flask, database: Database, world: World, cast: Cast
) -> None:
    with database.writing() as db:
        db.add(Posting(account_id=cast.luo, role=Role.SUPERVISOR, region_code=TOWNSHIP, from_day=TODAY))
    visitor = Visitor(app, database, world, "coordinator far away")
    assert visitor.browser.get(f"/overview/{SHIWAN}").status_code == 200
    assert visitor.browser.get(f"/desk/{SHIWAN}").status_code == 404
    assert visitor.browser.get(f"/overview/{JIANLI}").status_code == 404
    assert visitor.browser.get(f"/desk/{JIANLI}").status_code == 200


# A guard that never fails guards nothing


@one_database
def test_planted_view_that_forgets_its_scope_is_found(app: Flask, database: Database, world: World) -> None:
    def planted(class_session: str) -> str:
        return class_session

    planted.access = Access("schedule")  # type: ignore[attr-defined]
    app.add_url_rule("/planted/<public_id:class_session>", view_func=planted)
    for role in ("coordinator far away", "coordinator next door", "township supervisor", "anonymous"):
        assert "/planted" in mismatches(Visitor(app, database, world, role), world, "GET", "/planted"), role


@one_database
def test_planted_page_that_shows_a_villager_to_a_supervisor_is_found(
    app: Flask, database: Database, world: World
) -> None:
    def planted(region: str) -> str:
        return VILLAGER

    planted.access = Access("see_overview")  # type: ignore[attr-defined]
    app.add_url_rule("/planted/<region>", view_func=planted)
    supervisor = Visitor(app, database, world, "county supervisor")
    assert "a villager" in mismatches(supervisor, world, "GET", "/planted")


@one_database
def test_planted_part_of_an_address_that_nobody_knows_is_found(app: Flask) -> None:
    view = allows("schedule")(lambda lesson: lesson)
    app.add_url_rule("/planted/<public_id:lesson>", "planted", view)
    assert unfitting(app) == ["/planted/<public_id:lesson>: lesson?"]


@one_database
def test_planted_view_that_asks_for_too_little_is_found(app: Flask) -> None:
    view = allows("own_account")(lambda learner: learner)
    app.add_url_rule("/planted/<public_id:learner>", "planted", view)
    assert "/planted/<public_id:learner>: own_account" in unfitting(app)


@one_database
def test_view_that_does_not_say_who_may_see_it_stops_the_application(
    app: Flask, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    bp = Blueprint("planted", __name__)
    bp.add_url_rule("/planted", "silent", lambda: "open to all")
    monkeypatch.setattr(web_app, "blueprints", lambda: [bp])
    settings = app.extensions["nightschool"].settings
    with pytest.raises(ConfigurationError, match=r"planted\.silent"):
        web_app.create_app(settings, database)
    check_access(app)


@one_database
def test_verb_that_does_not_exist_cannot_be_declared() -> None:
    with pytest.raises(ConfigurationError, match="see_everything"):
        allows("see_everything")
    assert "see_everything" not in VERBS


# A form without its token changes nothing


@one_database
@pytest.mark.parametrize("role", ["anonymous", "coordinator", "system administrator"])
@pytest.mark.parametrize("token", [None, "made up"])
def test_no_form_without_its_token_is_acted_on(
    app: Flask, database: Database, world: World, role: str, token: str | None
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    visitor = Visitor(app, database, world, role)
    before = rows(database)
    for rule, _method, home in asked(app, world, ("POST",)):
        values = {"waiting": "w" * 22, "login": 1, "upload": UPLOAD, **ANYWHERE, **home.values}
        with app.test_request_context():
            path = app.url_map.bind("localhost").build(
                rule.endpoint, {name: values[name] for name in rule.arguments}, method="POST"
            )
        response = visitor.browser.post(path, data={"csrf_token": token} if token else {"name": "x"})
        assert response.status_code == 400, path
    assert rows(database) == before


@one_database
def test_world_holds_records_of_every_kind(database: Database, world: World) -> None:
    with database.reading() as db:
        for table in (ClassSession, Course, Learner, Teacher, Venue):
            assert len(db.scalars(select(table)).all()) >= 3
