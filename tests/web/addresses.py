"""Every address, asked for by somebody: what must come of it by what its view declares and the rules of access.

Of the application's own list, so that none is forgotten. For the tests, and for `bench.attack` at full size.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from nightschool.database import Database
from nightschool.models import Base
from nightschool.models.attendance import SheetPhoto
from nightschool.models.places import RegionSettings
from nightschool.models.trust import Account, LoginSession, Posting
from nightschool.queries import scope
from nightschool.rules.access import Actor, Role, may
from nightschool.rules.regions import parent_of
from nightschool.rules.seasons.months import Month
from nightschool.sealing import Digester
from nightschool.web.site.context import SERVICES
from tests.factories import (
    KEYS,
    NOW,
    TODAY,
    make_account,
    make_change,
    make_course,
    make_dispatch,
    make_export,
    make_household_status,
    make_inspection,
    make_label,
    make_learner,
    make_link,
    make_login,
    make_people_list,
    make_question,
    make_region,
    make_register,
    make_rota,
    make_session,
    make_teacher,
    make_venue,
    make_waiting_sheet,
    make_wish,
)

SECRET = "s" * 32  # of a teacher's own address
UPLOAD = "u" * 22  # a list of regions that has been taken in
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
    "paper": "ledger",
    "secret": SECRET,
    "coming": "c" * 22,
    "asked": "q" * 22,
    "offered": "o" * 22,
    "secret_page": "p" * 22,
    "form": "f" * 22,
    "waiting": "w" * 22,
    "upload": UPLOAD,
    "login": 1,
    "revision": 1,
    "told_class": "t" * 22,
    "notice_form": "chat-usual",
}
# Steps that can only be taken after another one, and what comes of them before it.
NOT_YET = {"trust.code": "login", "second_factor.qr": "404", "metrics.counts": "404"}
ANSWERS = {200, 303, 409, 422, 429}


@dataclass
class Home:
    """Records that belong to one region, by the name they have in addresses."""

    region: str
    values: dict[str, Any] = field(default_factory=dict)
    account_regions: tuple[str | None, ...] = ()


@dataclass(frozen=True)
class Ask:
    """One address of one home, to be looked at or posted to."""

    rule: Rule
    method: str
    home: Home

    def path(self, app: Flask, **own: Any) -> str:
        values = {**ANYWHERE, **own, **self.home.values}
        with app.test_request_context():
            path: str = app.url_map.bind("localhost").build(
                self.rule.endpoint, {name: values[name] for name in self.rule.arguments}, method=self.method
            )
        return path

    def __str__(self) -> str:
        return f"{self.method} {self.rule} of {self.home.region}"


def village_home(db: Session, code: str, account: int, called: str) -> Home:
    """A village has a record of every kind, and who coordinates it. `called`: a teacher it can call on."""
    venue = make_venue(db, code, name="文化院坝")
    teacher = make_teacher(db, code, name="本村老师")
    learner = make_learner(db, code, name=VILLAGER)
    for about, record in (
        ("venue.key_holder_phone", venue),
        ("teacher.phone", teacher),
        ("learner.phone", learner),
    ):
        seal(db, about, record)
    course = make_course(db, code, teachers=(teacher.id,), venue_id=venue.id)
    past = make_session(db, course, TODAY - timedelta(days=7), teachers=(teacher.id,))
    register = make_register(db, past, account, present=(learner.id,), total=3)
    tonight = make_session(db, course, TODAY, teachers=(teacher.id,))
    kept = {"account_id": account, "kept_at": NOW.instant}
    db.add(SheetPhoto(class_session_id=tonight.id, image=b"?", digest="0" * 64, **kept))
    township = parent_of(code)
    if db.get(RegionSettings, township) is None:
        db.add(RegionSettings(region_code=township, household_purpose="看培训到没到户"))
    wish = make_wish(db, code)
    records = {
        "kept": make_household_status(db, learner),
        "change": make_change(db, tonight),
        "class_session": tonight,
        "course": course,
        "dispatch": make_dispatch(db, teacher.id, code),
        "export": make_export(db, code, account),
        "label": make_label(db, "村合作社", code),
        "learner": learner,
        "other_learner": make_learner(db, code, name="陈大绣"),
        "question": make_question(db, past),
        "rota": make_rota(db, code, wish),
        "inspection": make_inspection(db, past, code),
        "wish": wish,
        "learner_list": make_people_list(db, account, code),
        "teacher_list": make_people_list(db, account, code, kind="teacher"),
        "register_list": make_people_list(db, account, code, kind="register"),
        "waiting_sheet": make_waiting_sheet(db, past, register),
        "teacher": teacher,
        "teacher_link": make_link(db, teacher),
        "venue": venue,
    }
    values = {name: record.public_id for name, record in records.items()}
    values["slip"] = slip_of(tonight.public_id)
    officer = make_account(db, f"officer-{code}", "村里的督导", Role.SUPERVISOR, code)
    values["reader"] = reader_of(db, officer.id, code)
    merged = {"valid_to": TODAY - timedelta(days=1), "successor_code": code, "successor_day": TODAY}
    values["former"] = values["other"] = make_region(db, _no_longer(code), **merged).code
    values |= {"code": code, "village": code, "region": code, "called": called, "other_teacher": called}
    return _with_account(db, Home(code, values), account)


def _no_longer(code: str) -> str:
    """A former village beside this one, another one of each."""
    return f"{code[:9]}{8 if code[9] == '0' else 9}{code[10:]}"


def slip_of(class_session: str, signing: str = KEYS.signing) -> str:
    """What stands in the address on the evaluation slip of a class."""
    return class_session + Digester(signing)("evaluation slip", class_session)[:12]


def reader_of(db: Session, account: int, region: str, signing: str = KEYS.signing) -> str:
    """What stands in the address of an officer's weekly digest."""
    own = db.get_one(Account, account)
    proof = Digester(signing)("weekly digest", f"{own.public_id} {region} {own.password_hash or ''}")[:24]
    return f"{own.public_id}{region}{proof}"


def region_home(db: Session, code: str, account: int) -> Home:
    """A region above the villages has teachers, and an account that others may keep or not."""
    teacher = make_teacher(db, code, name="片区老师")
    seal(db, "teacher.phone", teacher)
    values = {
        "region": code,
        "teacher": teacher.public_id,
        "other_teacher": make_teacher(db, code, name="片区老师").public_id,
        "teacher_link": make_link(db, teacher).public_id,
        "label": make_label(db, "农技站", code).public_id,
        "teacher_list": make_people_list(db, account, code, kind="teacher").public_id,
    }
    return _with_account(db, Home(code, values), account)


def seal(db: Session, about: str, record: Any) -> None:
    """The record has a phone that only the keys of this database open."""
    sealed = db.info["sealer"].seal("13812345678", about=f"{about}:{record.public_id}")
    setattr(record, about.partition(".")[2], sealed)


def _with_account(db: Session, home: Home, account: int) -> Home:
    postings = db.scalars(select(Posting).where(Posting.account_id == account)).all()
    home.account_regions = tuple(posting.region_code for posting in postings)
    home.values["posting"] = postings[0].id
    home.values["account"] = db.get_one(Account, account).public_id
    db.flush()
    return home


class Visitor:
    """Somebody's browser, which logs in again when an address has put it out."""

    def __init__(self, app: Flask, actor: Actor) -> None:
        self.app, self.actor = app, actor
        self.services = app.extensions[SERVICES]
        self.log_in()

    def log_in(self) -> None:
        self.browser: FlaskClient = self.app.test_client()
        if self.actor.account_id is not None:
            token = make_login(self.services.database, self.actor.account_id, at=self.services.clock())
            self.browser.set_cookie("nightschool", token)

    def own_device(self) -> int:
        with self.services.database.reading() as db:
            mine = select(LoginSession.id).where(
                LoginSession.account_id == self.actor.account_id, LoginSession.revoked_at.is_(None)
            )
            return db.scalars(mine).first() or 1

    def asks(self, ask: Ask) -> Any:
        """The answer. What is posted is empty."""
        login = self.own_device() if "login" in ask.rule.arguments else 1
        path = ask.path(self.app, login=login)
        response = self.browser.open(
            path, method=ask.method, data={} if ask.method == "POST" else None, buffered=True
        )
        if ask.method == "POST" and verb_of(self.app, ask.rule) == "own_account":
            self.log_in()
        return response


def asked(app: Flask, homes: list[Home], methods: Iterable[str]) -> Iterator[Ask]:
    """Every address of each home; once where it names nothing that has a home."""
    for rule in app.url_map.iter_rules():
        for home in homes:
            known = {*ANYWHERE, *home.values}
            if rule.arguments <= known and (rule.arguments & set(home.values) or home is homes[0]):
                yield from (Ask(rule, method, home) for method in methods if method in (rule.methods or ()))


def one_of_each(app: Flask, actor: Actor, asks: Iterable[Ask]) -> Iterator[Ask]:
    """Of each address one home that must open to this visitor and one that must not, others from address to address.

    Whether a role may do something in a region is asked of `rules.access` alone, whose own tests ask for every region;
    `bench.attack` asks for all of them here too.
    """
    homes: dict[tuple[str, str, str], list[Ask]] = defaultdict(list)
    for ask in asks:
        homes[str(ask.rule), ask.method, expected(app, actor, ask)].append(ask)
    for turn, those in enumerate(homes.values()):
        yield those[turn % len(those)]


def verb_of(app: Flask, rule: Rule) -> str | None:
    """What one must be allowed to do for this address; None when it is public."""
    verb: str | None = app.view_functions[rule.endpoint].access.verb  # type: ignore[attr-defined]
    return verb


def expected(app: Flask, actor: Actor, ask: Ask) -> str:
    """What must come of it, by what the view declares and the rules of access."""
    verb = verb_of(app, ask.rule)
    if verb is not None and actor.account_id is None:
        return "login"
    if ask.rule.endpoint in NOT_YET:
        return NOT_YET[ask.rule.endpoint]
    if verb is None:
        return "answer"
    named = [name for name in scope.NAMED if name in ask.rule.arguments]
    regions: list[str | None] = []
    for name in named:
        regions += ask.home.account_regions if name == "account" else [ask.home.region]
    if named:
        return "answer" if all(may(actor, verb, region) for region in regions) else "404"
    return "answer" if actor.posts_for(verb) else "404"


def came(response: Any) -> str:
    """What has come of it, in the same words."""
    if response.status_code == 303 and response.location.startswith("/login"):
        return "login"
    return "answer" if response.status_code in ANSWERS else str(response.status_code)


def mismatches(visitor: Visitor, asks: Iterable[Ask]) -> Iterator[str]:
    """Every address that does not answer this visitor as it should, or tells too much."""
    roles = {post.role for post in visitor.actor.posts}
    for ask in asks:
        answer = visitor.asks(ask)
        want, got = expected(visitor.app, visitor.actor, ask), came(answer)
        if want != got:
            yield f"{visitor.actor.name}: {ask}: {got}, not {want}"
        if roles and Role.COORDINATOR not in roles and VILLAGER.encode() in answer.data:
            yield f"{visitor.actor.name}: {ask}: a villager"


def taken_without_token(visitor: Visitor, asks: Iterable[Ask], token: str | None) -> Iterator[str]:
    """Every address that takes a form with this instead of its token."""
    sent = {"csrf_token": token} if token else {"name": "x"}
    for ask in asks:
        status = visitor.browser.post(ask.path(visitor.app), data=sent).status_code
        if status != 400:
            yield f"{visitor.actor.name}: {ask}: {status}"


def rows(database: Database) -> dict[str, Any]:
    """Every row of every table."""
    with database.reading() as db:
        return {
            table.name: sorted(map(repr, db.execute(select(table)).all()))
            for table in Base.metadata.sorted_tables
        }
