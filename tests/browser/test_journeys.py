"""What people come for, done as they would do it, on a phone 360 px wide."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from nightschool.models.attendance import Headcount, Mark
from nightschool.models.teaching import ClassSession
from tests.browser.conftest import Site, log_in

VILLAGE = "511024100217"  # 建立村


def press(page: Page, words: str) -> None:
    """The visible button with these words; forms begin with an unseen one, for the Enter key."""
    page.locator("main button:not(.skip)", has_text=words).first.click()


def kept_sessions(site: Site, title: str) -> list[ClassSession]:
    with site.installation.database.reading() as db:
        return list(
            db.scalars(select(ClassSession).where(ClassSession.title == title).order_by(ClassSession.day))
        )


def test_villager_finds_the_village_by_initials_and_reads_what_is_next(plain_phone: Page) -> None:
    plain_phone.goto("/")
    plain_phone.fill("[name=q]", "swc")
    plain_phone.keyboard.press("Enter")
    plain_phone.click("text=狮湾村")
    expect(plain_phone.locator("h1")).to_contain_text("狮湾村")
    expect(plain_phone.locator(".next")).to_contain_text("柑橘冬季管护")
    expect(plain_phone.locator("body")).to_contain_text("陈书记")


@pytest.mark.parametrize("scripts", ["phone", "plain_phone"])
def test_coordinator_schedules_publishes_moves_and_takes_the_register(
    request: pytest.FixtureRequest, site: Site, scripts: str
) -> None:
    page: Page = request.getfixturevalue(scripts)
    title = f"沼气池怎么用 {scripts}"
    today = site.installation.now().day
    hour = {"phone": "06:10", "plain_phone": "07:10"}[scripts]
    end = {"phone": "06:50", "plain_phone": "07:50"}[scripts]
    log_in(page, site, "jianli")
    page.click("text=排课")
    page.fill("[name=title]", title)
    page.check("[name=category][value=skill]")
    page.fill("[name=starts]", hour)
    page.fill("[name=ends]", end)
    page.fill("[name=first]", today.isoformat())
    press(page, "排好并公布")
    expect(page.locator("body")).to_contain_text(title)
    (session,) = kept_sessions(site, title)
    assert (session.day, session.status) == (today, "scheduled")

    page.goto(f"/sessions/{session.public_id}/move")
    page.fill("[name=ends]", end[:-1] + "5")
    page.locator("main form .actions button").last.click()
    (moved,) = kept_sessions(site, title)
    assert moved.ends == session.ends + 5
    assert f"SUMMARY:{title}" in page.request.get(f"/v/{VILLAGE}.ics").text()

    page.goto(f"/sessions/{session.public_id}/register")
    page.locator("input[name=m]").first.check()
    page.fill("[name=gn]", "3")
    page.fill("[name=h]", "4")
    press(page, "保存")
    with site.installation.database.reading() as db:
        assert db.scalar(select(ClassSession.status).where(ClassSession.id == session.id)) == "held"
        assert len(db.scalars(select(Mark).where(Mark.class_session_id == session.id)).all()) == 1
        assert db.scalar(select(Headcount.total).where(Headcount.class_session_id == session.id)) == 4


def test_not_held_is_as_easy_as_held(phone: Page, site: Site) -> None:
    log_in(phone, site, "jianli")
    day = site.installation.now().day - timedelta(days=1)
    phone.goto(f"/desk/{VILLAGE}/courses/new")
    phone.fill("[name=title]", "收割机安全")
    phone.check("[name=category][value=skill]")
    phone.fill("[name=starts]", "05:00")
    phone.fill("[name=ends]", "05:40")
    phone.fill("[name=first]", day.isoformat())
    press(phone, "排好并公布")
    phone.goto("/desk")
    entry = phone.locator("li", has_text="收割机安全").first
    entry.locator("text=没开成").click()
    phone.check("[name=reason][value=farm_work]")
    phone.locator("main form .actions button").last.click()
    (session,) = kept_sessions(site, "收割机安全")
    assert (session.status, session.reason) == ("cancelled", "farm_work")


def test_everybody_present_can_be_undone_and_finding_hides_no_tick(phone: Page, site: Site) -> None:
    log_in(phone, site, "shiwan")
    phone.goto("/desk")
    phone.locator("section", has=phone.locator("#unrecorded")).get_by_text("点名").first.click()
    boxes = phone.locator("input[name=m]")
    everybody = boxes.count()
    assert everybody > 10
    press(phone, "全到")
    assert phone.locator("input[name=m]:checked").count() == everybody
    press(phone, "撤销全到")
    assert phone.locator("input[name=m]:checked").count() == 0


def test_supervisor_reads_the_week_and_edits_nothing(phone: Page, site: Site) -> None:
    log_in(phone, site, "quanan")
    expect(phone.locator("h1")).to_have_text("全安镇")
    expect(phone.locator("table").first).to_contain_text("狮湾村")
    asks = phone.locator("main form[method=post]").all()  # papers, which change nothing in a village
    where = [(form.get_attribute("action") or "").rpartition("/")[2] for form in asks]
    assert where == ["export", "posters"]


def test_each_sentence_of_what_is_wrong_leads_to_its_field_and_the_fields_name_is_seen(
    phone: Page, site: Site
) -> None:
    log_in(phone, site, "shiwan")
    phone.goto("/desk/511002105201/courses/new")
    phone.get_by_role("button", name="排好并公布").click()
    links = phone.locator(".wrongs a")
    expect(links).to_have_count(3)
    for number, name in enumerate(("讲什么", "哪一类", "第一次哪天上")):
        phone.evaluate("scrollTo(0, 0)")
        links.nth(number).click()
        expect(phone.locator(".field.wrong").nth(number).get_by_text(name, exact=True)).to_be_in_viewport(
            ratio=1
        )


def test_what_can_be_changed_of_a_class_is_seen_without_scrolling(phone: Page, site: Site) -> None:
    log_in(phone, site, "shiwan")
    phone.goto("/desk/511002105201")
    phone.locator("section[aria-labelledby=coming] a[href*='/sessions/']").nth(2).click()
    expect(phone.get_by_role("link", name="换老师")).to_be_in_viewport(ratio=1)
