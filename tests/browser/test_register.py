"""On a phone the register counts, finds and undoes at once; without scripts the same form does the same."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from nightschool.errors import Refused
from nightschool.models.attendance import Mark
from nightschool.models.teaching import ClassSession, Enrolment
from nightschool.rules.registers.attendance import read_guests
from tests.browser.conftest import Site, log_in
from tests.factories import make_course, make_learner, make_session

COORDINATOR = "shiwan"


@pytest.fixture
def register(site: Site) -> str:
    """The address of a register in 狮湾村 that nobody has filled in; two learners stand in a group of their own."""
    with site.installation.database.writing() as db:
        for name in ("单大秀", "欧阳明珠"):
            make_learner(db, name=name, group_name="测试湾", group_number=0)
        course = make_course(db, title="点名试一试", starts=6 * 60, ends=7 * 60)
        session = make_session(db, course, site.installation.now().day, booked=False)
        public_id = session.public_id
    return f"/sessions/{public_id}/register"


def came(site: Site, register: str) -> int:
    with site.installation.database.reading() as db:
        marks = select(Mark).join(ClassSession, ClassSession.id == Mark.class_session_id)
        rows = db.scalars(marks.where(ClassSession.public_id == register.split("/")[2])).all()
    return sum(row.status == "present" for row in rows)


def test_a_phone_counts_finds_and_undoes_at_once(phone: Page, site: Site, register: str) -> None:
    log_in(phone, site, COORDINATOR)
    phone.goto(register)
    everybody = phone.locator(".people > li").count()
    phone.fill("[name=q]", "sdx")
    expect(phone.locator(".people > li:visible").first).to_contain_text("单大秀")
    phone.locator(".people > li:visible .tick").first.click()
    phone.fill("[name=q]", "")
    expect(phone.locator("#came")).to_have_text("到 1 人")
    phone.get_by_label("欧阳明珠请假").first.check()
    phone.get_by_role("button", name="全到").click()
    expect(phone.locator("#came")).to_have_text(f"到 {everybody - 1} 人")
    phone.get_by_role("button", name="撤销全到").click()
    expect(phone.locator("#came")).to_have_text("到 1 人")
    phone.fill("[name=g]", "张三 玉皇村")
    phone.fill("[name=h]", "5")
    expect(phone.locator("#difference")).to_have_text("名单 1 + 外来 1 · 清点的多 3 人")
    phone.get_by_role("button", name="保存").last.click()
    expect(phone.get_by_text("存好了，到 5 人次。")).to_be_visible()
    assert came(site, register) == 1


def test_a_phone_finds_and_counts_names_as_the_server_does(phone: Page, site: Site, register: str) -> None:
    with site.installation.database.writing() as db:
        make_learner(db, name="买买提·艾力", group_name="测试湾", group_number=0)
    log_in(phone, site, COORDINATOR)
    phone.goto(register)
    for typed in ("买买提艾力", "买买提 • 艾力", "maimaiti", "ＭＭＴ"):
        phone.fill("[name=q]", typed)
        expect(phone.locator(".people > li:visible")).to_have_count(1)
    phone.fill("[name=q]", "")
    for typed in (
        "张三 李四 王五",
        "张三\t大湾村",
        "张三 大湾村 李四 河口村",
        "王 芳",
        "张三（大湾村） 李四 王五",
        "张三 李四",
    ):
        phone.fill("[name=g]", typed)
        try:
            guests = len(read_guests(typed))
        except Refused:
            guests = 1  # asked about
        expect(phone.locator("#came")).to_have_text(f"到 {guests} 人")


def test_whoever_is_found_stands_below_the_field_and_nothing_else_opens(
    phone: Page, site: Site, register: str
) -> None:
    log_in(phone, site, COORDINATOR)
    phone.goto(register)
    phone.locator("#all").click()
    phone.get_by_role("button", name="保存").last.click()
    expect(phone.get_by_text("记错了就在下面改")).to_be_visible()
    phone.locator("[name=q]").click()
    phone.keyboard.type("单大")
    row = phone.locator(".people > li:visible").first
    expect(row).to_contain_text("单大秀")
    box = row.bounding_box()
    assert box is not None and box["y"] + box["height"] < 740 / 2  # a keyboard covers the lower half
    expect(phone.locator("#paper")).not_to_have_attribute("open", "")
    row.locator(".tick").first.click()
    phone.locator(".count button").click()
    phone.get_by_role("button", name="撤销", exact=True).click()
    expect(phone.get_by_text("照前一次存的算")).to_be_visible()


def test_leaving_with_unsaved_ticks_is_warned_about(phone: Page, site: Site, register: str) -> None:
    log_in(phone, site, COORDINATOR)
    phone.goto(register)
    phone.locator(".people .tick").first.click()
    warned: list[str] = []
    phone.once("dialog", lambda dialog: (warned.append(dialog.type), dialog.accept()))
    phone.get_by_role("link", name="回到这节课").click()
    phone.wait_for_url("**/sessions/*")
    assert warned == ["beforeunload"]
    assert came(site, register) == 0


def test_without_scripts_everybody_is_ticked_undone_and_saved(
    plain_phone: Page, site: Site, register: str
) -> None:
    log_in(plain_phone, site, COORDINATOR)
    plain_phone.goto(register)
    everybody = plain_phone.locator(".people > li").count()
    plain_phone.get_by_label("欧阳明珠请假").first.check()
    plain_phone.get_by_role("button", name="全到").click()
    expect(plain_phone.locator("[name=m]:checked")).to_have_count(everybody - 1)
    plain_phone.get_by_role("button", name="撤销全到").click()
    expect(plain_phone.locator("[name=m]:checked")).to_have_count(0)
    plain_phone.fill("[name=q]", "sdx")
    plain_phone.get_by_role("button", name="找").click()
    plain_phone.get_by_role("link", name="单大秀（测试湾）").first.click()
    plain_phone.locator(".people .hit [name=m]").first.check()
    plain_phone.fill("[name=q]", "")
    plain_phone.get_by_role("button", name="保存").last.click()
    expect(plain_phone.get_by_text("存好了，到 1 人次。")).to_be_visible()
    assert came(site, register) == 1


@pytest.mark.parametrize("width", [240, 360, 900])
def test_targets_are_large_and_nothing_is_cut_off(phone: Page, site: Site, register: str, width: int) -> None:
    log_in(phone, site, COORDINATOR)
    phone.set_viewport_size({"width": width, "height": 740})
    phone.goto(register)
    assert phone.evaluate("document.documentElement.scrollWidth") <= width
    for target in phone.locator(".people .tick, #register button:visible").all()[:8]:
        box = target.bounding_box()
        assert box is None or box["height"] >= 48


@pytest.fixture
def class_register(site: Site) -> str:
    """The address of a register of a class in 狮湾村 that nobody has filled in; one learner is in the class."""
    with site.installation.database.writing() as db:
        learner = make_learner(db, name="仇明珠", group_name="班里湾", group_number=0, household="欧阳永福")
        make_learner(db, name="欧阳永福", group_name="班里湾", group_number=0)
        course = make_course(db, title="田间学校试一试", kind="cohort", starts=4 * 60, ends=5 * 60)
        today = site.installation.now().day
        session = make_session(db, course, today, booked=False)
        place = {"enrolled_on": today, "asked_at": site.installation.now().instant}
        db.add(Enrolment(course_id=course.id, learner_id=learner.id, **place))
        public_id = session.public_id
    return f"/sessions/{public_id}/register"


def test_in_a_class_the_family_may_come_instead_and_all_present_leaves_it_so(
    phone: Page, site: Site, class_register: str
) -> None:
    log_in(phone, site, COORDINATOR)
    phone.goto(class_register)
    row = phone.locator(".class .people > li")
    expect(row.locator("[name=c]")).to_be_hidden()
    row.locator("select").select_option(label="家人代到")
    expect(phone.locator("#came")).to_have_text("到 1 人")
    assert row.locator("datalist option").first.get_attribute("value") == "欧阳永福"
    row.locator("[name=c]").fill("欧阳永福")
    phone.get_by_role("button", name="全到").click()
    expect(row.locator("[name=m]")).not_to_be_checked()
    expect(phone.locator(".others [name=m]:checked")).to_have_count(0)
    phone.get_by_role("button", name="保存").last.click()
    expect(phone.get_by_text("存好了，到 1 人次。")).to_be_visible()
    expect(row.locator("[name=c]")).to_have_value("欧阳永福")
    row.locator(".tick").click()
    expect(row.locator("[name=c]")).to_be_hidden()
    phone.get_by_role("button", name="保存").last.click()
    expect(phone.get_by_text("存好了，到 1 人次。")).to_be_visible()
    phone.get_by_role("link", name="看改过什么").click()
    expect(phone.get_by_text("原来 家人代到（欧阳永福）")).to_be_visible()
