"""Every page: nothing serious for axe-core, and in both languages nothing wider than the screen."""

import pytest
from playwright.sync_api import Error, Page
from sqlalchemy import select

from nightschool.actions.people.teacher_links import make_link
from nightschool.models.people import Learner, Teacher
from nightschool.models.places import Venue
from nightschool.models.planning import Question
from nightschool.models.teaching import ClassSession, ClassSessionTeacher, Course
from nightschool.models.trust import Account
from nightschool.queries.trust.trust import actor_of
from nightschool.rules.access import SYSTEM
from nightschool.rules.seasons.months import month_of
from tests.browser.conftest import AXE, Site, log_in
from tests.web.addresses import Home, asked, expected, slip_of, village_home

VILLAGE = "511002105201"
DESK = [
    "/papers", "/more", "/message", "/learners", "/learners/several", "/courses/new", "/school", "/plan", "/past",
]  # fmt: skip
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SIZES = "[innerWidth, document.documentElement.scrollHeight, document.documentElement.scrollWidth]"
PUBLIC = [
    "/", "/?q=yhc", "/?at=511011000000", "/v/511002105201", "/v/511002105201/past", "/v/511002105201/changes", "/v/511002105201/poster",
    "/v/511011119204", "/v/511083105203",
    "/v/511002105299", "/login", "/login/slip", "/r/511002105", "/r/5110",
    "/v/511002105201/year/2026", "/r/511002105/month/2026-11", "/v/511002105201/embed", "/r/511002105/embed",
]  # fmt: skip


SUPERVISORS = [
    "/overview", f"/overview/{VILLAGE}", "/overview/511002105000?when=2026-11", "/overview/511002105000?show=planned",
    "/overview/511002105000/without",
]  # fmt: skip


def next_month(site: Site) -> str:
    """The month whose plans the demonstration has made."""
    return month_of(site.installation.now().day).after.code


def pages_of_coordinator(site: Site) -> list[str]:
    """Every kind of page a coordinator of 狮湾村 can open."""
    with site.installation.database.reading() as db:

        def one(model: type, **columns: str) -> str:
            wanted = select(model.public_id).where(model.region_code == VILLAGE)
            for name, value in columns.items():
                wanted = wanted.where(getattr(model, name) == value)
            return db.scalars(wanted.order_by(model.id.desc()).limit(1)).one()

        coming, held = one(ClassSession, status="scheduled"), one(ClassSession, status="held")
        cancelled, postponed = one(ClassSession, status="cancelled"), one(ClassSession, status="postponed")
        course, learner, venue = one(Course, kind="open_lecture"), one(Learner), one(Venue)
        cohort, question = one(Course, kind="cohort"), one(Question)
        visitor = db.scalars(select(Teacher.public_id).where(Teacher.region_code == "511002000000")).first()
        of_lecture = select(Course.id).where(Course.kind == "open_lecture", Course.region_code == VILLAGE)
        lecture = db.scalars(
            select(ClassSession.public_id)
            .where(ClassSession.course_id.in_(of_lecture), ClassSession.status == "held")
            .limit(1)
        ).one()
    desk, later = f"/desk/{VILLAGE}", next_month(site)
    return [
        desk, f"{desk}/past", f"{desk}/courses/new", f"{desk}/courses", f"{desk}/learners", f"{desk}/learners/new",
        f"{desk}/teachers", f"{desk}/teachers/new", f"{desk}/venues", f"{desk}/venues/new", f"{desk}/school",
        f"/courses/{course}", f"/courses/{course}/edit", f"/learners/{learner}", f"/venues/{venue}",
        *(f"/sessions/{coming}{page}" for page in ("", "/edit", "/move", "/teacher", "/cancel", "/postpone", "/register")),
        *(f"/sessions/{held}{page}" for page in ("", "/register", "/register/history", "/register/void")),
        *(f"/courses/{cohort}{page}" for page in ("", "/cohort", "/roster", "/graduation")),
        f"/sessions/{lecture}/register", f"/sessions/{cancelled}", f"/sessions/{postponed}", f"/sessions/{cancelled}/register", "/me", "/me/password",
        f"{desk}/school/edit", f"/calendars/{VILLAGE}", f"/courses/{course}/add", f"/sessions/{cancelled}/restore",
        f"/learners/{learner}/same", f"/learners/{learner}/retire", f"/venues/{venue}/retire",
        f"{desk}/learners?q=nobody", f"{desk}/past?status=held",
        f"/venues/{venue}/closed",
        f"{desk}/plan", f"{desk}/plan/{later}", f"{desk}/papers/plan?period={later}", f"{desk}/papers/roster",
        f"{desk}/papers", f"{desk}/papers/binder", f"{desk}/handover", f"{desk}/more", f"{desk}/message", f"{desk}/learners/several",
        f"{desk}/learners/table", f"{desk}/teachers/table", f"{desk}/registers/table",
        f"{desk}/questions", f"/questions/{question}", f"/sessions/{held}/questions", f"{desk}/teachers/{visitor}/links",
        "/me/name", f"/trail/{VILLAGE}", f"/trail/{VILLAGE}?kind=registers", f"/courses/{course}/trail",
    ]  # fmt: skip


def pages_of_administrator(site: Site) -> list[str]:
    with site.installation.database.reading() as db:
        account = db.scalars(select(Account.public_id).where(Account.login_name == "shiwan")).one()
        teacher = db.scalars(select(Teacher.public_id).where(Teacher.region_code == "511002000000")).first()
    county = "/admin/511002000000"
    return [
        "/admin", "/admin/pieces", county, f"{county}/schools/new", f"{county}/accounts/new", f"{county}/teachers",
        f"/accounts/{account}", f"/teachers/{teacher}", f"/teachers/{teacher}/links", f"/accounts/{account}/trail", f"{county}?q=nobody",
        f"{county}/schools/all", "/admin/511002105000/schools/all", f"{county}/slips", f"/admin/{VILLAGE}",
        "/admin/regions/import", "/calendars/notice", "/calendars/511002105000", f"{county}/postings/new",
        f"/teachers/{teacher}/closed", "/settings/511002105000", "/settings/511002000000",
        f"/admin/{VILLAGE}/handover", f"/admin/{VILLAGE}/handover/sheet", f"/trail/{VILLAGE}",
    ]  # fmt: skip


def pages_of_teacher(site: Site) -> list[str]:
    """What a teacher opens by a link of their own."""
    county, at = "511002000000", site.installation.now()
    with site.installation.database.writing() as db:
        going = (
            select(ClassSession.public_id, Teacher.public_id)
            .join(ClassSessionTeacher, ClassSessionTeacher.class_session_id == ClassSession.id)
            .join(Teacher, Teacher.id == ClassSessionTeacher.teacher_id)
            .where(
                Teacher.region_code == county, ClassSession.status == "scheduled", ClassSession.day > at.day
            )
        )
        lesson, teacher = db.execute(going.order_by(ClassSession.day).limit(1)).one()
        made = make_link(db, teacher=teacher, region=county, by=SYSTEM, now=at)
    own = f"/t/{made.secret}"
    return [own, f"{own}/sheet", f"{own}/absent/{lesson}"]


def problems_of(page: Page, path: str) -> list[str]:
    """What is wrong with a page for axe, and where it is wider than the screen; in English, in large type, the latter."""
    page.goto(path)
    problems, width = problems_here(page, path)
    # What axe looks for is the same in every language; how long a word is, is not.
    address = f"{path}{'&' if '?' in path else '?'}lang=en&big=1"
    page.goto(address)
    return problems + too_wide(address, page.evaluate(SIZES)[2], width)


def problems_here(page: Page, path: str) -> tuple[list[str], int]:
    """The same of the page that is open, as it is; and how wide the screen is."""
    width, height, found_width = page.evaluate(SIZES)
    # Looked at whole: what a bar at the foot of the screen covers while one scrolls is not what can be tapped.
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate(
        "values => axe.run(document, {runOnly: {type: 'tag', values}, resultTypes: ['violations']}).then(r => r.violations)",
        TAGS,
    )
    problems = [
        f"{path}: {violation['id']}: {violation['nodes'][0]['html'][:120]}"
        for violation in found
        if violation["impact"] in ("serious", "critical")
    ]
    return problems + too_wide(path, found_width, width), width


def too_wide(path: str, found: int, width: int) -> list[str]:
    return [f"{path}: {found} px wide"] if found > width else []


def check(page: Page, paths: list[str]) -> None:
    assert [one for path in paths for one in problems_of(page, path)] == []


@pytest.fixture(scope="session")
def home(site: Site) -> Home:
    """A village with a record of every kind."""
    with site.installation.database.writing() as db:
        account = db.scalars(select(Account.id).where(Account.login_name == "shiwan")).one()
        called = db.scalars(select(Teacher.public_id).where(Teacher.region_code == "511002000000")).first()
        assert called is not None
        return village_home(db, "511002105202", account, called)


def pages_left_out(site: Site, home: Home, login_name: str, named: list[str]) -> list[str]:
    """One address of every other kind of page that this account opens."""
    with site.installation.database.reading() as db:
        account = db.scalars(select(Account.id).where(Account.login_name == login_name)).one()
        actor = actor_of(db, account, today=site.installation.now().day)
    routes = site.app.url_map.bind("localhost")
    known = {routes.match(path.partition("?")[0], return_rule=True)[0].endpoint for path in named}
    visits = {}
    for ask in asked(site.app, [home], ["GET"]):
        if ask.rule.endpoint not in known and expected(site.app, actor, ask) == "answer":
            visits[ask.rule.endpoint] = ask.path(site.app)
    return sorted(visits.values())


def is_page(page: Page, path: str) -> bool:
    """What is read in the browser, at this address, is open now; False for a file, and for a way to another page."""
    if "." in path.rpartition("/")[2]:
        return False
    try:
        answer = page.goto(path)
    except Error as error:
        if "Download is starting" not in str(error):
            raise
        return False
    return (
        answer is not None
        and answer.status == 200
        and answer.request.redirected_from is None
        and answer.headers.get("content-type", "").startswith("text/html")
    )


@pytest.mark.parametrize(("login_name", "least"), [("shiwan", 40), ("quanan", 3), ("admin", 12)])
def test_no_kind_of_page_is_left_out(
    phone: Page, site: Site, home: Home, login_name: str, least: int
) -> None:
    named = {
        "shiwan": pages_of_coordinator,
        "quanan": lambda _site: SUPERVISORS,
        "admin": pages_of_administrator,
    }[login_name](site)
    paths = pages_left_out(site, home, login_name, [*named, *PUBLIC])
    log_in(phone, site, login_name)
    # A long tail of pages, made of the pieces that are looked at in English too.
    found = {path: problems_here(phone, path)[0] for path in paths if is_page(phone, path)}
    assert len(found) >= least, found
    assert not any(found.values()), found


def slip_page(site: Site) -> str:
    """The evaluation slip of the latest class that was held in 狮湾村."""
    with site.installation.database.reading() as db:
        held = select(ClassSession.public_id).where(
            ClassSession.region_code == VILLAGE, ClassSession.status == "held"
        )
        latest = db.scalars(held.order_by(ClassSession.day.desc()).limit(1)).one()
    return f"/e/{slip_of(latest, site.installation.settings.keys.signing)}"


def test_public_pages_are_open_to_everybody(phone: Page, site: Site) -> None:
    check(phone, [*PUBLIC, *pages_of_teacher(site), slip_page(site)])


def test_coordinators_pages_are_open_to_everybody(phone: Page, site: Site) -> None:
    log_in(phone, site, "shiwan")
    check(phone, pages_of_coordinator(site))


@pytest.mark.parametrize("login_name", ["quanan", "neijiang"])
def test_supervisors_pages_are_open_to_everybody(phone: Page, site: Site, login_name: str) -> None:
    log_in(phone, site, login_name)
    check(phone, SUPERVISORS)
    check(phone, ["/overview/511002105000/plans", f"/overview/{VILLAGE}/plans/{next_month(site)}"])


def test_a_township_that_approves_plans_reads_one(phone: Page, site: Site) -> None:
    log_in(phone, site, "yongan")
    check(phone, ["/overview/511002104000/plans", f"/overview/511002104203/plans/{next_month(site)}"])


def test_administrators_pages_are_open_to_everybody(phone: Page, site: Site) -> None:
    log_in(phone, site, "admin")
    check(phone, pages_of_administrator(site))


@pytest.mark.parametrize("width", [240, 180])
def test_timetable_is_readable_at_240_px_and_at_200_percent(phone: Page, width: int) -> None:
    phone.set_viewport_size({"width": width, "height": 400})
    for path in ("/", f"/v/{VILLAGE}", f"/v/{VILLAGE}?lang=en"):
        phone.goto(path)
        assert phone.evaluate("document.documentElement.scrollWidth") <= width, path


@pytest.mark.parametrize(
    ("login_name", "paths"),
    [
        ("shiwan", [f"/desk/{VILLAGE}{page}" for page in ("", *DESK)]),
        ("quanan", ["/overview", f"/overview/{VILLAGE}", "/overview/511002105000/without"]),
        ("admin", ["/admin", "/admin/pieces", "/admin/511002105000", "/admin/511002105000/schools/all"]),
    ],
)
def test_staff_pages_scroll_only_downwards_at_240_px_and_at_200_percent(
    phone: Page, site: Site, login_name: str, paths: list[str]
) -> None:
    log_in(phone, site, login_name)
    for width, reading in ((180, ""), (240, ""), (240, "?lang=en&big=1")):
        phone.set_viewport_size({"width": width, "height": 400})
        for path in paths:
            phone.goto(path + reading)
            assert phone.evaluate("document.documentElement.scrollWidth") <= width, (path, reading)


def test_the_line_above_a_page_stays_one_line_whoever_is_logged_in(phone: Page, site: Site) -> None:
    with site.installation.database.writing() as db:
        account = db.scalars(select(Account).where(Account.login_name == "jianli")).one()
        account.display_name = "建立村夜校管理员"  # what an account is called until its owner changes it
    log_in(phone, site, "jianli")
    for language in ("zh", "en"):
        phone.goto(f"/desk?lang={language}")
        line = phone.locator("header.top").bounding_box()
        assert line is not None and line["height"] < 60, language


@pytest.mark.parametrize("language", ["zh", "en"])
def test_tables_on_a_desk_s_screen_break_no_day_and_are_not_wider_than_it(
    phone: Page, site: Site, language: str
) -> None:
    log_in(phone, site, "shiwan")
    phone.set_viewport_size({"width": 1280, "height": 900})
    for paper in ("ledger", "teaching-record", "plan"):
        phone.goto(f"/desk/{VILLAGE}/papers/{paper}?lang={language}")
        found = phone.evaluate(
            "[...document.querySelectorAll('.figures')].map(one => [one.scrollWidth - one.clientWidth,"
            " ...[...one.querySelectorAll('tbody .nobr')].map(day => day.getClientRects().length - 1)])"
        )
        assert found and not any(map(any, found)), (paper, found)


def test_page_is_usable_from_the_keyboard(phone: Page) -> None:
    phone.goto(f"/v/{VILLAGE}")
    phone.keyboard.press("Tab")
    assert phone.evaluate("document.activeElement.getAttribute('href')") == "#main"
    phone.keyboard.press("Enter")
    phone.wait_for_url("**#main")
