"""A new coordinator plans the next month of one village on a phone, and every tap is counted."""

import os
from datetime import date, timedelta
from pathlib import Path

from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from nightschool.actions.places.openings import open_schools
from nightschool.actions.trust.accounts import Slip
from nightschool.models.places import NightSchool, Region
from nightschool.rules.access import SYSTEM
from nightschool.rules.almanac import day_without_year, weekday_name
from nightschool.rules.places.openings import Opening
from nightschool.sealing import Digester
from tests.browser.conftest import Site

MOST_TAPS = 40
SHOTS = os.environ.get("TESTS_SHOTS")  # a folder; where it is named, every page on the way is kept there


class Thumb:
    """What a person does with a phone, counted: a tap, or a field filled in."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.taps = 0

    def tap(self, what: str | Locator) -> None:
        """One tap on the link, button or choice with these words."""
        self.taps += 1
        target = self.page.locator(what) if isinstance(what, str) else what
        target.first.click()

    def press(self, words: str) -> None:
        """One tap on a button or link that leads to another page."""
        target = self.page.locator("main, nav.entries").locator("button:not(.skip), a", has_text=words).first
        self.shoot()
        self.taps += 1
        with self.page.expect_navigation():
            target.click()

    def fill(self, **fields: str) -> None:
        """Each field is one tap, what is typed into it included."""
        for name, value in fields.items():
            self.taps += 1
            self.page.fill(f"[name={name}]", value)

    def choose(self, **choices: str) -> None:
        """Each choice is one tap on its words, as they stand on the page."""
        for name, value in choices.items():
            self.tap(self.page.locator(f"label.chip:has([name={name}][value='{value}'])"))

    def shoot(self) -> None:
        if SHOTS:
            self.page.screenshot(path=Path(SHOTS) / f"plan-{self.taps:02d}.png", full_page=True)


def new_coordinator(site: Site) -> tuple[str, Slip]:
    """A village whose night school has just been opened: its code, and the slip its coordinator was handed."""
    installation = site.installation
    with installation.database.writing() as db:
        village = db.execute(
            select(Region.code, Region.name)
            .where(Region.code.startswith("511002101"), Region.level == "village", Region.valid_to.is_(None))
            .where(Region.code.not_in(select(NightSchool.region_code)))
            .order_by(Region.code)
        ).first()
        assert village is not None
        [slip] = open_schools(
            db,
            openings=[Opening(village.code, village.name, "刘文书")],
            digester=Digester(installation.settings.keys.signing),
            by=SYSTEM,
            now=installation.now(),
        )
    return village.code, slip


def test_a_new_coordinator_plans_next_month_in_forty_taps(phone: Page, site: Site) -> None:
    village, slip = new_coordinator(site)
    month = (site.installation.now().day.replace(day=1) + timedelta(days=32)).replace(day=1)
    thumb = Thumb(phone)

    phone.goto("/login/slip")
    thumb.fill(login_name=slip.login_name, code=slip.code, new_password="橘子树下正好乘凉")
    thumb.press("定下密码，登录")

    thumb.press("加一个场地")
    thumb.fill(name="村活动室")
    thumb.press("保存")

    lecture = schedule_a_lecture(thumb, month)
    first = schedule_a_series(thumb, month, lecture)
    thumb.press(f"{day_without_year(first + timedelta(weeks=1))}")
    thumb.press("改时间")
    moved_to = first + timedelta(weeks=1, days=1)
    thumb.fill(day=moved_to.isoformat())
    thumb.press("改时间")
    thumb.shoot()
    assert thumb.taps <= MOST_TAPS

    phone.goto(f"/v/{village}")
    if SHOTS:
        phone.screenshot(path=Path(SHOTS) / "plan-village.png", full_page=True)
    shown = phone.locator("main").inner_text()
    assert shown.count("手机怎么用") == 3 and shown.count("柑橘冬季修剪") == 1
    for day in (lecture, first, moved_to, first + timedelta(weeks=2)):
        assert f"{weekday_name(day)} {day_without_year(day)}" in shown
    feed = phone.request.get(f"/v/{village}.ics").text()
    assert feed.count("BEGIN:VEVENT") == 4
    begins = "DTSTART;TZID=Asia/Shanghai:{:%Y%m%d}T140000"
    assert begins.format(moved_to) in feed and begins.format(first + timedelta(weeks=1)) not in feed


def schedule_a_lecture(thumb: Thumb, month: date) -> date:
    """The county's teacher comes once, on the best day the page finds for them; that day."""
    thumb.press("排课")
    thumb.fill(title="柑橘冬季修剪")
    thumb.choose(category="skill")
    thumb.tap(thumb.page.locator("label.chip:has([name=teachers])"))
    thumb.fill(first=month.isoformat())
    thumb.press("哪天合适？")
    offer = thumb.page.locator("button[name=take]").first
    day = date.fromisoformat((offer.get_attribute("value") or "").split()[0])
    thumb.press(offer.inner_text())
    thumb.press("排好并公布")
    expect(thumb.page.locator("h1")).to_have_text("柑橘冬季修剪")
    return day


def schedule_a_series(thumb: Thumb, month: date, lecture: date) -> date:
    """Three afternoons, a week apart, from early in the month, away from the lecture's weekday; the first of them."""
    away = {lecture.weekday(), (lecture.weekday() - 1) % 7}  # where one is moved to is the day after
    first = next(day for day in (month + timedelta(days=n) for n in range(1, 5)) if day.weekday() not in away)
    thumb.press("排课")
    thumb.fill(title="手机怎么用", starts="14:00", ends="15:30")
    thumb.choose(category="policy", repeat="weekly")
    thumb.fill(first=first.isoformat())
    thumb.choose(weekdays=str(first.weekday()))
    thumb.fill(times="3")
    thumb.press("排好并公布")
    expect(thumb.page.locator("h1")).to_have_text("手机怎么用")
    return first
