"""The register without signal: what is saved on the phone arrives once, whatever happens to page, network and worker."""

import json
import secrets
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

import nightschool.web
from nightschool.models.attendance import Mark, Submission
from nightschool.models.people import Learner
from nightschool.models.places import Region
from nightschool.models.teaching import ClassSession, Enrolment
from nightschool.rules.access import Role
from tests.browser.conftest import Site
from tests.factories import make_account, make_course, make_learner, make_login, make_session

NAMES = ("单大秀", "欧阳明珠", "仇国富")
OUTBOX = """async () => (await pocketAll("outbox")).map(({ id, form, replaces, sent, refused }) => (
    { id, form, replaces, sent: sent ?? null, refused: refused ?? null }))"""
STATE = "[data-part=state]"


@pytest.fixture
def village(site: Site) -> str:
    """One that has no night school in the demonstration, another for every test."""
    with site.installation.database.reading() as db:
        used = select(ClassSession.region_code)
        free = select(Region.code).where(
            Region.level == "village", Region.valid_to.is_(None), Region.code.not_in(used)
        )
        return db.scalars(free.order_by(Region.code)).first() or ""


@pytest.fixture
def tonight(site: Site, village: str) -> str:
    """A class session of this village that can be recorded, of which nobody knows yet."""
    with site.installation.database.writing() as db:
        course = make_course(db, village, title="没信号的课", starts=10 * 60, ends=11 * 60)
        session = make_session(db, course, site.installation.now().day, title="没信号的课", booked=False)
        for name in NAMES:
            make_learner(db, village, name=name, group_name="一组")
        return session.public_id


@pytest.fixture
def enter(phone: Page, site: Site, village: str) -> Callable[..., str]:
    """Another coordinator of this village uses the phone."""

    def come_in(name: str = "甲", *, is_own_phone: bool = True) -> str:
        with site.installation.database.writing() as db:
            account = make_account(db, secrets.token_hex(8), name, Role.COORDINATOR, village)
            account_id = account.id
        token = make_login(
            site.installation.database,
            account_id,
            at=site.installation.now().instant,
            is_own_phone=is_own_phone,
        )
        phone.context.clear_cookies()
        phone.context.add_cookies([{"name": "nightschool", "value": token, "url": site.address}])
        return token

    return come_in


@pytest.fixture
def along(phone: Page, enter: Callable[..., str], village: str, tonight: str) -> Page:
    """A coordinator has opened the page once, and the signal is gone."""
    enter()
    phone.goto(f"/desk/{village}/pocket")
    phone.get_by_role("link", name="没信号的课").first.wait_for()
    phone.wait_for_function(
        "async () => (await (await caches.open('pocket')).keys()).some(({ url }) => url.endsWith('/pocket'))"
    )
    phone.context.set_offline(True)
    return phone


def tick(phone: Page, session: str, *names: str, headcount: str = "") -> None:
    phone.evaluate("id => { location.hash = id; }", session)
    for name in names:
        phone.locator("[data-part=expected] .tick").filter(has_text=name).first.click()
    phone.fill("[name=h]", headcount)
    phone.get_by_role("button", name="保存").last.click()
    phone.locator(STATE).wait_for()


def marks(site: Site, session: str) -> list[str]:
    with site.installation.database.reading() as db:
        of_class = ClassSession.public_id == session
        return sorted(
            db.scalars(
                select(Mark.status)
                .join(ClassSession, ClassSession.id == Mark.class_session_id)
                .where(of_class)
            )
        )


def arrived(site: Site, session: str) -> int:
    with site.installation.database.reading() as db:
        of_class = ClassSession.public_id == session
        return len(
            db.scalars(
                select(Submission.id)
                .join(ClassSession, ClassSession.id == Submission.class_session_id)
                .where(of_class)
            ).all()
        )


def test_saved_without_signal_it_is_there_after_a_reload_and_arrives_once(
    along: Page, site: Site, tonight: str
) -> None:
    tick(along, tonight, *NAMES[:2], headcount="5")
    expect(along.locator(STATE)).to_contain_text("1 份等着发")
    along.reload()
    expect(along.locator(STATE)).to_contain_text("没有信号。已存在手机里，1 份等着发")
    assert arrived(site, tonight) == 0
    along.context.set_offline(False)
    expect(along.locator(STATE)).to_contain_text("上次发出去是")
    expect(along.get_by_text("没信号的课：存好了。")).to_be_visible()
    along.reload()
    along.wait_for_timeout(500)
    assert (marks(site, tonight), arrived(site, tonight)) == (["present", "present"], 1)


def lose_answers(phone: Page) -> None:
    """What is posted arrives, and the answer to it does not."""

    def lose(route: Route) -> None:
        if route.request.method == "POST":
            route.fetch()
            route.abort()
        else:
            route.continue_()

    phone.route("**/deliveries", lose)


def test_an_answer_that_is_lost_after_storing_makes_nothing_twice(
    along: Page, site: Site, tonight: str
) -> None:
    tick(along, tonight, NAMES[0])
    lose_answers(along)
    along.context.set_offline(False)
    expect(along.locator(STATE)).to_contain_text("没有信号")
    assert arrived(site, tonight) == 1
    [kept] = along.evaluate(OUTBOX)
    assert kept["sent"] is None
    along.unroute("**/deliveries")
    along.get_by_role("button", name="现在就发").click()
    expect(along.locator(STATE)).to_contain_text("没有等着发的")
    assert (marks(site, tonight), arrived(site, tonight)) == (["present"], 1)


@pytest.mark.parametrize("status", [302, 400, 413, 500, 503])
def test_no_other_answer_makes_the_phone_forget(along: Page, site: Site, tonight: str, status: int) -> None:
    tick(along, tonight, NAMES[0])
    more = {"headers": {"Location": "/login"}} if status == 302 else {"body": '{"receipts": []}'}
    along.route("**/deliveries", lambda route: route.fulfill(status=status, **more))
    along.context.set_offline(False)
    expect(along.locator(STATE)).to_contain_text("1 份还在手机里")
    assert [one["sent"] for one in along.evaluate(OUTBOX)] == [None]
    along.unroute("**/deliveries")
    along.evaluate("dispatchEvent(new Event('online'))")
    expect(along.locator(STATE)).to_contain_text("没有等着发的")
    assert arrived(site, tonight) == 1


def test_a_receipt_that_names_another_sheet_forgets_nothing(along: Page, tonight: str) -> None:
    tick(along, tonight, NAMES[0])
    another = {"receipts": [{"id": "0" * 8, "outcome": "counts", "words": ""}], "refused": []}

    def mistake(route: Route) -> None:
        route.fulfill(json=another) if route.request.method == "POST" else route.continue_()

    along.route("**/deliveries", mistake)
    along.context.set_offline(False)
    expect(along.locator(STATE)).to_contain_text("1 份等着发")
    assert [one["sent"] for one in along.evaluate(OUTBOX)] == [None]


def test_a_page_that_was_killed_has_what_was_saved_and_what_was_not(
    along: Page, site: Site, tonight: str, village: str
) -> None:
    tick(along, tonight, NAMES[0])
    along.evaluate("id => { location.hash = id; }", tonight)
    along.locator("[data-part=expected] .tick").filter(has_text=NAMES[1]).first.click()
    along.wait_for_timeout(700)
    other = along.context.new_page()
    along.close()
    other.goto(f"/sessions/{tonight}/register")
    expect(other).to_have_url(f"{site.address}/desk/{village}/pocket#{tonight}")
    expect(other.get_by_text("接着上次没存完的。")).to_be_visible()
    expect(other.locator("#came")).to_have_text("到 2 人")
    other.get_by_role("button", name="保存").last.click()
    other.context.set_offline(False)
    expect(other.locator(STATE)).to_contain_text("没有等着发的")
    assert (marks(site, tonight), arrived(site, tonight)) == (["present", "present"], 1)


def test_a_phone_whose_battery_went_flat_still_knows_whose_it_is(along: Page, tonight: str) -> None:
    """A browser writes localStorage down some seconds late: what stood in it may be lost, and nothing else."""
    tick(along, tonight, NAMES[0])
    along.evaluate("localStorage.clear()")
    along.reload()
    expect(along.locator(STATE)).to_contain_text("1 份等着发")
    expect(along.locator("[data-part=classes]").get_by_role("link")).not_to_have_count(0)


def test_written_anew_before_it_was_sent_it_names_what_it_stands_for(
    along: Page, site: Site, tonight: str
) -> None:
    tick(along, tonight, NAMES[0])
    lose_answers(along)
    along.context.set_offline(False)
    expect(along.locator(STATE)).to_contain_text("没有信号")
    [first] = along.evaluate(OUTBOX)
    tick(along, tonight, NAMES[1])
    [second] = along.evaluate(OUTBOX)
    assert second["replaces"] == [first["id"]]
    expect(along.locator(STATE)).to_contain_text("没有信号")
    along.unroute("**/deliveries")
    along.get_by_role("button", name="现在就发").click()
    expect(along.locator(STATE)).to_contain_text("没有等着发的")
    assert (marks(site, tonight), arrived(site, tonight)) == (["present", "present"], 2)
    tick(along, tonight, NAMES[2])  # and once more, of what has been sent
    expect(along.locator(STATE)).to_contain_text("没有等着发的")
    assert (marks(site, tonight), arrived(site, tonight)) == (["present"] * 3, 3)


def test_a_new_worker_and_a_new_page_find_the_outbox_of_the_old_ones(
    along: Page, site: Site, tonight: str
) -> None:
    tick(along, tonight, NAMES[0])
    along.route("**/deliveries", lambda route: route.abort())  # first: with signal the page sends at once
    along.context.set_offline(False)
    along.evaluate("""async () => {
        for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister();
        for (const name of await caches.keys()) await caches.delete(name);
    }""")
    along.reload()
    expect(along.locator(STATE)).to_contain_text("1 份等着发")
    along.unroute("**/deliveries")
    along.get_by_role("button", name="现在就发").click()
    expect(along.locator(STATE)).to_contain_text("没有等着发的")
    assert arrived(site, tonight) == 1


@pytest.mark.parametrize("version", [1, 7])
def test_a_database_of_another_version_is_opened_with_all_that_is_in_it(
    phone: Page, site: Site, tonight: str, enter: Callable[..., str], version: int, village: str
) -> None:
    enter()
    phone.goto("/me")
    phone.evaluate(
        """([version, of]) => new Promise((done, failed) => {
            const request = indexedDB.open("pocket", version);
            request.onupgradeneeded = () => {
                const form = "v=0&h=7", taken_at = new Date().toISOString();
                request.result.createObjectStore("of another version");
                request.result.createObjectStore("outbox", { keyPath: "id" }).put({ id: crypto.randomUUID(), keeper:
                    localStorage.getItem("keeper"), village: "v", class: of, title: "t", when: "w", form, taken_at, offset: 0,
                    replaces: [] });
            };
            request.onsuccess = () => done(request.result.close());
            request.onerror = failed;
        })""",
        [version, tonight],
    )
    phone.goto(f"/desk/{village}/pocket")
    expect(phone.locator(STATE)).to_contain_text("上次发出去是")
    assert arrived(site, tonight) == 1


def test_a_full_phone_keeps_the_page_and_offers_the_file(
    along: Page, site: Site, tonight: str, tmp_path: Path, village: str
) -> None:
    along.evaluate("""() => {
        const put = IDBObjectStore.prototype.put;
        IDBObjectStore.prototype.put = function (value) {
            if (this.name === "outbox") throw new DOMException("full", "QuotaExceededError");
            return put.call(this, value);
        };
    }""")
    along.evaluate("id => { location.hash = id; }", tonight)
    along.locator("[data-part=expected] .tick").filter(has_text=NAMES[0]).first.click()
    along.get_by_role("button", name="保存").last.click()
    expect(along.get_by_text("手机存不下了，没有存上。")).to_be_visible()
    expect(along.locator("#came")).to_have_text("到 1 人")
    with along.expect_download() as download:
        along.locator("[data-part=full] button").click()
    download.value.save_as(tmp_path / "sheets.json")
    along.context.set_offline(False)
    along.goto("about:blank")
    along.goto(f"/desk/{village}/pocket")
    take_in(along, tmp_path / "sheets.json")
    expect(along.locator(STATE)).to_contain_text("新拿进来 1 份")
    expect(along.locator(STATE)).to_contain_text("没有等着发的")
    assert (marks(site, tonight), arrived(site, tonight)) == (["present"], 1)


def take_in(phone: Page, file: Path) -> None:
    phone.get_by_text("拿进别的手机的", exact=True).click()
    phone.set_input_files("[data-part=in]", file)


def test_a_file_brings_sheets_to_another_computer_and_taken_in_twice_changes_nothing(
    along: Page, site: Site, tonight: str, tmp_path: Path, enter: Callable[..., str], village: str
) -> None:
    tick(along, tonight, NAMES[0], headcount="9")
    with along.expect_download() as download:
        along.get_by_role("button", name="存成文件").first.click()
    file = tmp_path / "sheets.json"
    download.value.save_as(file)
    assert NAMES[0] not in file.read_text()
    computer = along.context.browser.new_context(base_url=site.address)
    computer.add_cookies(along.context.cookies())
    page = computer.new_page()
    page.goto(f"/desk/{village}/pocket")
    for told in ("新拿进来 1 份", "新拿进来 0 份"):
        take_in(page, file)
        expect(page.locator(STATE)).to_contain_text(told)
        expect(page.locator(STATE)).to_contain_text("没有等着发的")
        page.reload()
        page.locator(STATE).wait_for()
    (tmp_path / "other.json").write_text(json.dumps({"nightschool": "pocket", "sheets": [{"id": 5}]}))
    take_in(page, tmp_path / "other.json")
    expect(page.locator(STATE)).to_contain_text("这不是手机点名存的")
    computer.close()
    along.context.set_offline(False)
    expect(along.locator(STATE)).to_contain_text("没有等着发的")
    assert (marks(site, tonight), arrived(site, tonight)) == (["present"], 1)


CAMERA = """pictures => {
    const screen = document.createElement("canvas"), pen = screen.getContext("2d");
    screen.width = 640;
    screen.height = 480;
    let at = 0;
    setInterval(async () => {
        const bytes = Uint8Array.from(atob(pictures[at++ % pictures.length]), (one) => one.charCodeAt(0));
        const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
        pen.setTransform(1, 0.02, -0.05, 0.98, 120, 30); // held by a hand, on a grey table
        pen.fillStyle = "#777";
        pen.fillRect(-200, -100, 1000, 700);
        pen.drawImage(bitmap, 0, 0, 400, 400);
    }, 300);
    navigator.mediaDevices.getUserMedia = async () => screen.captureStream(15);
}"""


def codes_of(phone: Page) -> list[str]:
    return phone.evaluate(
        "async () => codesOf(pocketText((await pocketAll('outbox')).filter(({ sent }) => !sent)))"
    )


@pytest.fixture
def computer(along: Page, site: Site, village: str) -> Iterator[Page]:
    """Another browser of the same coordinator, with signal."""
    context = along.context.browser.new_context(base_url=site.address)
    context.add_cookies(along.context.cookies())
    page = context.new_page()
    page.goto(f"/desk/{village}/pocket")
    page.get_by_text("拿进别的手机的", exact=True).click()
    yield page
    context.close()


def test_codes_on_the_screen_are_read_by_another_s_camera_and_twice_change_nothing(
    along: Page, site: Site, tonight: str, computer: Page
) -> None:
    tick(along, tonight, *NAMES[:2], headcount="9")
    along.evaluate("() => { location.hash = ''; }")
    along.get_by_role("button", name="显示成二维码").click()
    along.get_by_role("button", name="停一下").click()
    pictures, many = [], len(codes_of(along))
    assert many > 1
    for _one in range(many):
        pictures.append(b64encode(along.locator("[data-part=codes] canvas").screenshot()).decode())
        along.get_by_role("button", name="下一张").click()
    expect(along.locator("[data-part=whichCode]")).to_contain_text(f"一共 {many} 张")
    computer.evaluate(CAMERA, pictures)
    for told in ("新拿进来 1 份", "新拿进来 0 份"):
        computer.get_by_role("button", name="用相机扫").click()
        expect(computer.locator(STATE)).to_contain_text(told, timeout=20_000)
        expect(computer.locator(STATE)).to_contain_text("没有等着发的")
        expect(computer.locator("[data-part=video]")).to_be_hidden()
    assert (marks(site, tonight), arrived(site, tonight)) == (["present", "present"], 1)


def test_codes_are_taken_in_as_pasted_text_in_any_order(
    along: Page, site: Site, tonight: str, computer: Page
) -> None:
    tick(along, tonight, NAMES[0], headcount="9")
    *others, last = codes_of(along)
    box, told = computer.locator("[data-part=paste]"), computer.locator("[data-part=scanned]")
    box.fill("https://example.org 周远客")
    expect(told).to_contain_text("没有手机点名的二维码")
    box.fill(f"{last} {last}")
    expect(told).to_contain_text(f"扫到 1 张，一共 {len(others) + 1} 张")
    wrong = others[0][:-1] + ("A" if others[0][-1] != "A" else "B")
    box.fill("\n".join([wrong, *others[1:], last]))
    expect(told).to_contain_text("扫到 0 张")
    box.fill("。\n".join([last, *reversed(others)]))
    expect(computer.locator(STATE)).to_contain_text("里面有 1 份，新拿进来 1 份")
    expect(computer.locator(STATE)).to_contain_text("没有等着发的")
    along.context.set_offline(False)
    expect(along.locator(STATE)).to_contain_text("没有等着发的")
    assert (marks(site, tonight), arrived(site, tonight)) == (["present"], 1)


def test_a_camera_that_cannot_be_opened_is_said_so(computer: Page) -> None:
    computer.get_by_role("button", name="用相机扫").click()
    expect(computer.locator("[data-part=scanned]")).to_contain_text("相机打不开")


def test_logging_out_over_unsent_sheets_asks_and_leaves_nothing_else_behind(
    along: Page, site: Site, tonight: str, enter: Callable[..., str], village: str
) -> None:
    tick(along, tonight, NAMES[0])
    along.route("**/deliveries", lambda route: route.abort())
    along.context.set_offline(False)
    along.goto("/me")
    along.get_by_role("button", name="退出登录").click()
    expect(along.get_by_text("还有 1 份点名没有发出去")).to_be_visible()
    along.get_by_role("button", name="留在手机里，退出").click()
    along.wait_for_url(f"{site.address}/")
    assert along.evaluate("caches.keys()") == []
    stored = along.evaluate("JSON.stringify({...localStorage})")
    assert stored == "{}"
    script = (Path(nightschool.web.__file__).parent / "static" / "pocket_store.js").read_text()
    assert along.evaluate(f"{script}\npocketWhose()") is None
    along.unroute("**/deliveries")
    # Somebody else sees and sends nothing of it; it may be saved to a file.
    enter("乙")
    along.goto(f"/desk/{village}/pocket")
    expect(along.get_by_text("还有另一个账号没发的 1 份")).to_be_visible()
    expect(along.locator("[data-part=outbox] li")).to_have_count(0)
    assert arrived(site, tonight) == 0


def test_nobody_else_s_names_are_shown_on_the_same_phone(
    along: Page, tonight: str, enter: Callable[..., str], village: str
) -> None:
    along.context.set_offline(False)
    enter("乙")
    along.goto(f"/desk/{village}")
    along.context.set_offline(True)
    along.goto(f"/desk/{village}/pocket")
    expect(along.get_by_text("手机里还没有名单")).to_be_visible()
    expect(along.get_by_role("link", name="没信号的课")).to_have_count(0)


def test_logging_out_with_nothing_unsent_leaves_nothing_at_all(along: Page, site: Site) -> None:
    along.context.set_offline(False)
    along.goto("/me")
    along.get_by_role("button", name="退出登录").click()
    along.wait_for_url(f"{site.address}/")
    assert along.evaluate("indexedDB.databases()") == []
    assert along.evaluate("caches.keys()") == []


def test_on_a_device_that_is_not_one_s_own_no_name_is_kept(
    phone: Page, tonight: str, enter: Callable[..., str], village: str
) -> None:
    enter(is_own_phone=False)
    phone.goto(f"/desk/{village}/pocket")
    expect(phone.get_by_text("名单就不留在这里")).to_be_visible()
    assert phone.evaluate("pocketAll('taken')") == []


def test_names_go_after_two_weeks_unless_something_unsent_needs_them(along: Page, tonight: str) -> None:
    older = """async () => inPocket("readwrite", async ({ taken }) => {
        for (const one of await pocketAsked(taken.getAll())) taken.put({ ...one, at: Date.now() - 15 * 24 * 3600e3 });
    })"""
    tick(along, tonight, NAMES[0])
    along.evaluate(older)
    along.reload()
    expect(along.get_by_role("link", name="没信号的课").first).to_be_visible()
    along.evaluate("inPocket('readwrite', ({ outbox }) => outbox.clear())")
    along.reload()
    expect(along.get_by_text("手机里还没有名单")).to_be_visible()
    assert along.evaluate("pocketAll('taken')") == []


def test_a_sheet_that_cannot_be_read_is_said_so_and_put_right(along: Page, site: Site, tonight: str) -> None:
    along.evaluate("id => { location.hash = id; }", tonight)
    along.fill("[name=h]", "很多")
    along.fill("[name=nn] >> nth=0", "王新来")
    along.get_by_role("button", name="保存").last.click()
    expect(along.locator("[data-part=wrong]")).to_contain_text("王新来：还没写是哪个组的")
    expect(along.locator("[data-part=wrong]")).to_contain_text("一共清点到几个人：只写数字")
    along.fill("[name=h]", "４")
    along.fill("[name=ng] >> nth=0", "二组")
    along.fill("[name=g]", "张三 李四")  # two people, or one of a place
    along.get_by_role("button", name="保存").last.click()
    along.context.set_offline(False)
    expect(along.locator("[data-part=asked]")).to_contain_text("是两个人就分两行写")
    along.get_by_role("link", name="打开改").click()
    expect(along.locator("[name=nn] >> nth=0")).to_have_value("王新来")
    along.fill("[name=g]", "张三\n李四")
    along.get_by_role("button", name="保存").last.click()
    expect(along.locator(STATE)).to_contain_text("没有等着发的")
    with site.installation.database.reading() as db:
        assert db.scalar(select(Learner.group_name).where(Learner.name == "王新来")) == "二组"


def test_in_a_class_the_family_may_come_instead_without_signal_too(
    phone: Page, site: Site, enter: Callable[..., str], village: str
) -> None:
    today = site.installation.now()
    with site.installation.database.writing() as db:
        course = make_course(db, village, title="没信号的班", kind="cohort", starts=600, ends=660)
        session = make_session(db, course, today.day, title="没信号的班", booked=False).public_id
        for name in ("班里一", "班里二", "班里三"):
            learner = make_learner(db, village, name=name, group_name="班里湾")
            db.add(
                Enrolment(
                    course_id=course.id, learner_id=learner.id, enrolled_on=today.day, asked_at=today.instant
                )
            )
        make_learner(db, village, name="班外一", group_name="班里湾")
    enter()
    phone.goto(f"/desk/{village}/pocket")
    phone.get_by_role("link", name="没信号的班").wait_for()
    phone.context.set_offline(True)
    phone.evaluate("id => { location.hash = id; }", session)
    rows = phone.locator("[data-part=expected] li")
    rows.filter(has_text="班里一").locator("select").select_option(label="家人代到")
    rows.filter(has_text="班里一").locator("[name=c]").fill("欧阳永福")
    rows.filter(has_text="班里二").locator("select").select_option(label="请假")
    phone.get_by_role("button", name="全到").click()
    phone.get_by_text("别的本村人，来了就勾").click()
    phone.locator("[data-part=rest] .tick").filter(has_text="班外一").click()
    expect(phone.locator("#came")).to_have_text("到 3 人")
    phone.get_by_role("button", name="保存").last.click()
    phone.context.set_offline(False)
    expect(phone.locator(STATE)).to_contain_text("没有等着发的")
    assert marks(site, session) == ["excused", "present", "present", "substitute"]


def test_without_signal_the_desk_leads_there_and_elsewhere_it_is_not_offered(
    along: Page, site: Site, village: str
) -> None:
    along.goto(f"/desk/{village}")
    expect(along).to_have_url(f"{site.address}/desk/{village}/pocket")
    along.context.set_offline(False)
    along.goto(f"/desk/{village}")
    expect(along.get_by_role("link", name="没信号也能点名")).to_be_visible()
    chat = along.context.browser.new_context(base_url=site.address, user_agent="Mozilla MicroMessenger/8.0")
    chat.add_cookies(along.context.cookies())
    page = chat.new_page()
    page.goto(f"/desk/{village}")
    expect(page.get_by_role("link", name="没信号也能点名")).to_be_hidden()
    page.goto(f"/desk/{village}/pocket")
    expect(page.get_by_text("微信里打开的，没信号时用不了")).to_be_visible()
    expect(page.get_by_role("link", name="打印名单，记在纸上")).to_be_visible()
    expect(page.get_by_text("把到了的号写进去就行")).to_be_visible()
    chat.close()


def test_without_signal_people_are_found_by_their_sounds(along: Page, tonight: str) -> None:
    along.evaluate("id => { location.hash = id; }", tonight)
    along.get_by_label("找人").fill("shandaxiu")
    expect(along.locator("[data-part=expected] li:visible .tick span").first).to_have_text("单大秀")
    along.get_by_label("找人").fill("oymz")
    expect(along.locator("[data-part=expected] li:visible .tick span").first).to_have_text("欧阳明珠")


def test_the_page_can_be_put_on_the_home_screen_and_starts_there_without_signal(
    along: Page, site: Site, village: str
) -> None:
    browser = along.context.new_cdp_session(along)
    along.context.set_offline(False)
    along.reload()
    manifest = browser.send("Page.getAppManifest")
    assert (manifest["errors"], json.loads(manifest["data"])["name"]) == ([], "农民夜校")
    assert browser.send("Page.getInstallabilityErrors")["installabilityErrors"] in (
        [],
        [{"errorId": "in-incognito", "errorArguments": []}],  # what this browser's windows are
    )
    along.context.set_offline(True)
    along.goto(json.loads(manifest["data"])["start_url"])
    expect(along).to_have_url(f"{site.address}/desk/{village}/pocket")


def test_what_a_browser_may_clear_is_said_and_what_it_promised_to_keep(along: Page, tonight: str) -> None:
    def promised(whether: str) -> None:
        along.evaluate(f"navigator.storage.persisted = async () => {whether}")
        along.evaluate("dispatchEvent(new Event('online'))")

    tick(along, tonight, NAMES[0])
    may_go, lasts = along.get_by_text("浏览器可能把没发的也清掉"), along.get_by_text("浏览器答应了不清掉")
    promised("false")
    expect(may_go).to_be_visible()
    expect(lasts).to_be_hidden()
    promised("true")
    expect(lasts).to_be_visible()
    expect(may_go).to_be_hidden()


def test_sixty_villagers_go_in_one_small_parcel(along: Page, site: Site, tonight: str) -> None:
    keys = [secrets.token_urlsafe(16) for _one in range(60)]
    form = "&".join(["v=1", *(f"m={key}" for key in keys), "h=64", "g=%E5%91%A8%E8%BF%9C%E5%AE%A2"])
    along.evaluate(
        """([of, form]) => pocketKeep({ id: crypto.randomUUID(), keeper: localStorage.getItem("keeper"), village: "",
            class: of, title: "", when: "", form, taken_at: new Date().toISOString(), offset: -31536000, replaces: [] })""",
        [tonight, form],
    )
    sent: list[int] = []
    along.on(
        "request", lambda one: sent.append(len(one.post_data_buffer or b"")) if one.method == "POST" else None
    )
    along.context.set_offline(False)
    expect(along.locator(STATE)).to_contain_text("没有等着发的")
    assert 1500 < max(sent) <= 4096
