"""What is typed into a long form is on the phone until it is saved: no signal, a page left, an answer that got lost."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import func, select

from nightschool.models.people import Learner
from tests.browser.conftest import Site, log_in

COORDINATOR = "shiwan"
NEW = "/desk/511002105201/learners/new"
STORED = "JSON.stringify([{...localStorage}, {...sessionStorage}])"


@pytest.fixture
def typed(phone: Page, site: Site) -> Callable[[str], None]:
    log_in(phone, site, COORDINATOR)

    def fill(name: str) -> None:
        phone.goto(NEW)
        phone.fill("[name=name]", name)
        phone.fill("[type=text][name=group_name]", "九组")
        phone.fill("[name=household]", "打 13812345678 找他")
        phone.fill("[name=phone]", "13812345678")
        phone.check("[name=is_told]")
        phone.wait_for_timeout(600)

    return fill


def count(site: Site, name: str) -> int:
    with site.installation.database.reading() as db:
        return db.scalar(select(func.count()).where(Learner.name == name)) or 0


def test_without_signal_nothing_typed_is_lost_and_no_number_is_kept(
    phone: Page, site: Site, typed: Callable[[str], None]
) -> None:
    typed("没信号的人")
    phone.context.set_offline(True)
    phone.locator("main form .actions button").last.click()
    phone.wait_for_timeout(500)
    phone.context.set_offline(False)
    phone.goto(NEW)
    assert "没信号的人" in phone.evaluate(STORED) and "1381234" not in phone.evaluate(STORED)
    expect(phone.locator(".kept")).to_contain_text("没有存上")
    phone.get_by_role("button", name="放回来").click()
    expect(phone.locator("[name=name]")).to_have_value("没信号的人")
    expect(phone.locator("[name=household]")).to_have_value("打 … 找他")
    expect(phone.locator("[name=phone]")).to_have_value("")
    phone.locator("main form .actions button").last.click()
    expect(phone.get_by_text("记下了：没信号的人")).to_be_visible()
    phone.goto(NEW)
    phone.wait_for_timeout(500)
    expect(phone.locator(".kept")).to_have_count(0)
    assert "没信号的人" not in phone.evaluate(STORED)
    assert count(site, "没信号的人") == 1


def test_what_was_saved_though_its_answer_got_lost_is_not_offered_again(
    phone: Page, site: Site, typed: Callable[[str], None]
) -> None:
    typed("答复丢了的人")

    def lose(route: Route) -> None:
        if route.request.method == "POST":
            route.fetch(max_redirects=0)
            route.abort()
        else:
            route.continue_()

    phone.route("**/learners/new", lose)
    phone.locator("main form .actions button").last.click()
    phone.wait_for_timeout(500)
    phone.unroute("**/learners/new")
    assert count(site, "答复丢了的人") == 1
    phone.goto(NEW)
    phone.wait_for_timeout(500)
    expect(phone.locator(".kept")).to_have_count(0)
    assert "答复丢了的人" not in phone.evaluate(STORED)


def test_a_page_that_was_left_offers_it_and_forgets_it_when_told_to(
    phone: Page, site: Site, typed: Callable[[str], None]
) -> None:
    typed("半路走开的人")
    phone.goto("/me")
    phone.goto(NEW)
    phone.get_by_role("button", name="不要了").click()
    phone.reload()
    phone.wait_for_timeout(500)
    expect(phone.locator(".kept")).to_have_count(0)


def test_somebody_else_on_the_same_device_and_who_logs_in_later_see_nothing_of_it(
    phone: Page, site: Site, typed: Callable[[str], None]
) -> None:
    typed("别人看不到的人")
    phone.goto("/me")
    phone.get_by_role("button", name="退出登录").click()
    phone.wait_for_timeout(300)
    assert "别人看不到的人" not in phone.evaluate(STORED)
