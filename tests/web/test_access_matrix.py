"""Every address, asked for by everybody: generated from the application's own list, so that none is forgotten."""

from dataclasses import dataclass

import pytest
from flask import Blueprint, Flask
from sqlalchemy import select

from nightschool.database import Database
from nightschool.errors import ConfigurationError
from nightschool.models.people import Learner, Teacher
from nightschool.models.places import Venue
from nightschool.models.teaching import ClassSession, Course
from nightschool.models.trust import Posting
from nightschool.queries import scope
from nightschool.rules.access import VERBS, Actor, Post, Role
from nightschool.web import app as web_app
from nightschool.web.site.access import Access, allows, check_access
from tests.factories import (
    JIANLI,
    SHIWAN,
    TODAY,
    Cast,
    make_account,
    make_link,
    make_region,
    make_school,
    make_teacher,
    make_upload,
)
from tests.web.addresses import (
    SECRET,
    UPLOAD,
    VILLAGER,
    Home,
    Visitor,
    asked,
    mismatches,
    one_of_each,
    region_home,
    rows,
    taken_without_token,
    verb_of,
    village_home,
)

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
    "other": "a village that learners went to; only the last who went there come back",
    "former": "a village that the one named beside it stands for; the view asks that it does",
    "notice_form": "a form of notice, whose words are chosen for the region beside it",
    "paper": "a kind of paper, whose columns are chosen for the region beside it",
    "year": "a year of a school on paper",
    "first": "the first month of some on paper",
    "last": "the last month of some on paper",
    "document": "a published schema",
    "login": "one of one's own devices, or one of the account beside it; the action looks whose it is",
    "waiting": "one of one's own kept forms; the action looks whose it is",
    "posting": "stands beside its account",
    "learner_list": "a table beside the village it was handed in for; the query asks that it is of there",
    "register_list": "a table beside the village it was handed in for; the query asks that it is of there",
    "teacher_list": "a table beside the region it was handed in for; the query asks that it is of there",
    "upload": "a list of regions; who may keep the map may so everywhere",
    "kept": "of which kind the household of the learner beside it is; the action asks whose it is",
    "other_learner": "a learner beside one of the same village; the view asks that they are",
    "other_teacher": "a teacher beside one whose keeper asks; the view asks that they may know of this one",
    "told_class": "a class on public pages, which a poster said",
    "revision": "of the class beside it, which a poster said",
    "secret": "of a teacher's own address; it opens that teacher's classes to whoever has it, and nothing else",
    "slip": "a class on an evaluation slip, with the proof that it is ours; whoever has it may answer, and reads nothing",
    "reader": "whose weekly digest, of which region, with our proof; it opens what that account may see, while it may",
    "coming": "a class of the teacher whose address stands before it; the action asks that it is theirs",
    "offered": "what the teacher whose address stands before it is asked; the action asks that they are",
    "asked": "a question where that teacher goes; the action asks that they do",
    "form": "the one-time id of a form; the query looks whose it is",
    "secret_page": "a login slip or a link, shown to who made it; the query looks whose it is",
    "called": "a teacher beside the village that calls; the action asks that this village sees them",
}
PUBLIC = {
    "find.home", "health.check", "static", "timetable.village", "timetable.feed", "timetable.text",
    "timetable.past", "timetable.poster", "timetable.qr", "timetable.data", "region_timetable.region", "region_timetable.feed",
    "region_timetable.data", "region_timetable.text", "region_timetable.embed", "region_timetable.changes", "timetable.embed", "open_data.show_schema", "sitemap.robots", "sitemap.index", "sitemap.part", "metrics.counts",
    "trust.login", "trust.code", "trust.slip", "trust.slip_qr", "teacher_links.page", "teacher_links.feed", "teacher_links.sheet", "teacher_links.absent", "teacher_links.answer", "dispatches.of_teacher",
    "wishes.of_villagers", "wishes.longest",
    "evaluations.slip", "digests.feed",
    "revisions.changes", "revisions.feed", "revisions.posted", "deliveries.worker",
    "school_months.this_year", "school_months.year", "school_months.term", "school_months.choose",
    "region_month.this_month", "region_month.month", "region_month.qr",
}  # fmt: skip
OWN = {
    "deliveries.receive",
    "deliveries.sender",
    "desk.home",
    "papers.figures",
    "second_factor.end",
    "second_factor.own",
    "second_factor.qr",
    "second_factor.slip",
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
        "dispatch",
        "schedule",
        "keep_register",
        "keep_people",
        "keep_teachers",
        "keep_venues",
        "keep_school",
        "take_over",
        "see_trail",
        "manage_accounts",
    },
    "region": {
        "see_overview",
        "dispatch",
        "approve_plans",
        "call_off",
        "inspect",
        "manage_accounts",
        "keep_teachers",
        "keep_calendars",
        "keep_labels",
        "settle",
        "keep_regions",  # to say which village stands for a merged one
    },
    "class_session": {"schedule", "keep_register", "see_trail"},
    "course": {"schedule", "see_trail", "keep_people"},
    "change": {"schedule", "call_off"},  # of a village, or of the storm of a region
    "question": {"keep_register"},
    "wish": {"schedule", "dispatch"},
    "dispatch": {"schedule", "dispatch"},
    "rota": {"dispatch"},
    "inspection": {"inspect"},
    "waiting_sheet": {"keep_register"},
    "export": {"see_overview"},
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
check = pytest.mark.check(
    "access: tests/web/test_access_matrix.py must know of an address, and of each part of it, whose it is"
)


@dataclass
class World:
    """Everybody, and the records of several regions."""

    actors: dict[str, Actor]
    homes: list[Home]


@pytest.fixture
def world(database: Database, cast: Cast) -> World:
    with database.writing() as db:
        make_region(db, SIBLING, "断桥村村民委员会")
        make_school(db, SIBLING)
        sibling = make_account(db, "dqc", "断桥村文书", Role.COORDINATOR, SIBLING)
        other = make_account(db, "wygl", "威远县管理员", Role.REGION_ADMINISTRATOR, OTHER_COUNTY)
        make_upload(db, cast.system_administrator, public_id=UPLOAD, content=None)
        make_link(db, db.get_one(Teacher, cast.teacher), SECRET)
        near = db.get_one(Teacher, cast.teacher).public_id
        far = make_teacher(db, "511024100000", name="严陵镇老师").public_id
        homes = [
            village_home(db, SHIWAN, cast.chen, near),
            village_home(db, SIBLING, sibling.id, near),
            village_home(db, JIANLI, cast.luo, far),
            region_home(db, TOWNSHIP, cast.township_supervisor),
            region_home(db, COUNTY, cast.region_administrator),
            region_home(db, CITY, cast.system_administrator),
            region_home(db, PROVINCE, other.id),
        ]
    accounts = {
        "anonymous": None,
        "coordinator": cast.chen,
        "coordinator next door": sibling.id,
        "coordinator far away": cast.luo,
        "township supervisor": cast.township_supervisor,
        "county supervisor": cast.county_supervisor,
        "region administrator": cast.region_administrator,
        "administrator of another county": other.id,
        "system administrator": cast.system_administrator,
    }
    return World({role: Actor(accounts[role], role, posts) for role, posts in ROLES.items()}, homes)


def faults(visitor: Visitor, world: World, method: str, beginning: str = "/") -> str:
    """Addresses with this beginning, see `one_of_each`, that do not answer this visitor as it should, one a line."""
    asks = (ask for ask in asked(visitor.app, world.homes, (method,)) if str(ask.rule).startswith(beginning))
    return "\n".join(mismatches(visitor, one_of_each(visitor.app, visitor.actor, asks)))


def unfitting(app: Flask) -> list[str]:
    """Addresses with a part nobody knows whose it is, and views that ask for less than their records need."""
    wrong = []
    for rule in app.url_map.iter_rules():
        verb = verb_of(app, rule)
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


# The matrix


# Between them they see every page there is, on both databases; whom else an address is shut to is no matter of SQL.
FURTHEST = ("coordinator", "system administrator")


@pytest.mark.parametrize(
    "role",
    [pytest.param(role, marks=pytest.mark.both_databases if role in FURTHEST else ()) for role in ROLES],
)
def test_everybody_gets_exactly_to_what_is_theirs_and_looking_changes_no_row(
    app: Flask, database: Database, world: World, role: str
) -> None:
    visitor = Visitor(app, world.actors[role])
    before = rows(database)
    assert faults(visitor, world, "GET") == ""
    assert rows(database) == before
    assert faults(visitor, world, "POST") == ""


@check
def test_the_matrix_asks_for_every_address(app: Flask, world: World) -> None:
    covered = {(str(ask.rule), ask.method) for ask in asked(app, world.homes, ("GET", "POST"))}
    every = {
        (str(rule), method)
        for rule in app.url_map.iter_rules()
        for method in ("GET", "POST")
        if method in (rule.methods or ())
    }
    assert covered == every


@check
def test_addresses_are_looked_at_and_posted_to_and_nothing_else(app: Flask) -> None:
    others = {m for rule in app.url_map.iter_rules() for m in rule.methods or ()}
    assert others == {"GET", "HEAD", "OPTIONS", "POST"}


@check
def test_every_part_of_an_address_is_known_and_every_verb_fits_it(app: Flask) -> None:
    assert unfitting(app) == []


def test_out_of_scope_and_unknown_are_the_same_page(app: Flask, database: Database, world: World) -> None:
    visitor = Visitor(app, world.actors["coordinator far away"])
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


def test_whoever_has_two_postings_has_the_rights_of_each_where_it_holds(
    app: Flask, database: Database, world: World, cast: Cast
) -> None:
    with database.writing() as db:
        db.add(Posting(account_id=cast.luo, role=Role.SUPERVISOR, region_code=TOWNSHIP, from_day=TODAY))
    visitor = Visitor(app, world.actors["coordinator far away"])
    assert visitor.browser.get(f"/overview/{SHIWAN}").status_code == 200
    assert visitor.browser.get(f"/desk/{SHIWAN}").status_code == 404
    assert visitor.browser.get(f"/overview/{JIANLI}").status_code == 404
    assert visitor.browser.get(f"/desk/{JIANLI}").status_code == 200


# A guard that never fails guards nothing


@pytest.mark.usefixtures("own_application")
def test_planted_view_that_forgets_its_scope_is_found(app: Flask, database: Database, world: World) -> None:
    def planted(class_session: str) -> str:
        return class_session

    planted.access = Access("schedule")  # type: ignore[attr-defined]
    app.add_url_rule("/planted/<public_id:class_session>", view_func=planted)
    for role in ("coordinator far away", "coordinator next door", "township supervisor", "anonymous"):
        assert "/planted" in faults(Visitor(app, world.actors[role]), world, "GET", "/planted"), role


@pytest.mark.usefixtures("own_application")
def test_planted_page_that_shows_a_villager_to_a_supervisor_is_found(
    app: Flask, database: Database, world: World
) -> None:
    def planted(region: str) -> str:
        return VILLAGER

    planted.access = Access("see_overview")  # type: ignore[attr-defined]
    app.add_url_rule("/planted/<region>", view_func=planted)
    supervisor = Visitor(app, world.actors["county supervisor"])
    assert "a villager" in faults(supervisor, world, "GET", "/planted")


@pytest.mark.usefixtures("own_application")
def test_planted_part_of_an_address_that_nobody_knows_is_found(app: Flask) -> None:
    view = allows("schedule")(lambda lesson: lesson)
    app.add_url_rule("/planted/<public_id:lesson>", "planted", view)
    assert unfitting(app) == ["/planted/<public_id:lesson>: lesson?"]


@pytest.mark.usefixtures("own_application")
def test_planted_view_that_asks_for_too_little_is_found(app: Flask) -> None:
    view = allows("own_account")(lambda learner: learner)
    app.add_url_rule("/planted/<public_id:learner>", "planted", view)
    assert "/planted/<public_id:learner>: own_account" in unfitting(app)


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


def test_verb_that_does_not_exist_cannot_be_declared() -> None:
    with pytest.raises(ConfigurationError, match="see_everything"):
        allows("see_everything")
    assert "see_everything" not in VERBS


# A form without its token changes nothing


def test_no_form_without_its_token_is_acted_on(app: Flask, database: Database, world: World) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    visitors = [
        Visitor(app, world.actors[role]) for role in ("anonymous", "coordinator", "system administrator")
    ]
    before = rows(database)
    for visitor in visitors:
        for token in (None, "made up"):
            asks = one_of_each(app, visitor.actor, asked(app, world.homes, ("POST",)))
            assert list(taken_without_token(visitor, asks, token)) == []
    assert rows(database) == before


def test_world_holds_records_of_every_kind(database: Database, world: World) -> None:
    with database.reading() as db:
        for table in (ClassSession, Course, Learner, Teacher, Venue):
            assert len(db.scalars(select(table)).all()) >= 3
