"""A village's classes for the notice board: one sheet of A4 whatever stands on it, in type that is read from the street."""

import random
from datetime import timedelta

from playwright.sync_api import Page

from nightschool.actions.touching import touch_villages
from nightschool.models.teaching import ClassSession, SessionStatus
from tests.browser.conftest import Site
from tests.factories import (
    TODAY,
    make_course,
    make_region,
    make_school,
    make_session,
    make_teacher,
    make_venue,
)

VILLAGE = "511002105298"  # nobody else's
MM = 96 / 25.4
SIZES = """where => [...document.querySelectorAll(where)].map(one => Math.round(parseFloat(getComputedStyle(one).fontSize) * 75) / 100)"""
TITLES = ("防诈骗", "柑橘冬季管护和剪枝", "How to tell a swindler on the telephone", "医保")
SUMMARIES = ("", "带上剪刀。下雨照常。", "这几种电话不要接，这几种链接不要点，带上身份证。")


def fill(site: Site, seed: int) -> int:
    """So many class sessions of so long words as this seed says, in place of those before."""
    dice = random.Random(seed)
    many = (0, 1, 2, 6, 24)[seed % 5]
    is_long = seed % 2
    with site.installation.database.writing() as db:
        db.query(ClassSession).filter_by(region_code=VILLAGE).delete()
        venue = make_venue(
            db, VILLAGE, name="村委会二楼党员活动室旁边的远程教育站点" if is_long else "村活动室"
        )
        teacher = make_teacher(db, name="欧阳修远", unit="市中区农业技术推广中心植物保护站")
        course = make_course(db, VILLAGE, venue_id=venue.id)
        for number in range(many):
            title = dice.choice(TITLES) * dice.choice((1, 6 if is_long else 1))
            called_off = (
                {"status": SessionStatus.CANCELLED, "reason": "weather"} if dice.random() < 0.1 else {}
            )
            make_session(
                db, course, TODAY + timedelta(days=number), title=title[:60],
                summary=(dice.choice(SUMMARIES) * dice.choice((1, 9 if is_long else 1)))[:200],
                teachers=(teacher.id,) if dice.random() < 0.5 else (), booked=False, **called_off,
            )  # fmt: skip
        touch_villages(db, [VILLAGE], now=site.installation.now())
    return many


def test_one_sheet_whatever_stands_on_it(phone: Page, site: Site) -> None:
    with site.installation.database.writing() as db:
        make_region(db, VILLAGE, "书房湾与天台山联合新村村民委员会")
        make_school(db, VILLAGE, contact_name="陈书记", contact_phone="0832-5550101、0832-5550102转801")
    for seed in range(20):
        many = fill(site, seed)
        phone.goto(f"/v/{VILLAGE}/poster" + ("?lang=en&big=1" if seed % 3 == 2 else ""))
        assert phone.evaluate("document.documentElement.scrollWidth") == phone.viewport_size["width"]
        phone.set_viewport_size({"width": round(190 * MM), "height": round(277 * MM)})
        phone.emulate_media(media="print")
        shown = phone.locator(".poster li").count()
        assert shown >= min(many - 1, 1)
        assert many < 3 or seed % 2 or shown >= 4, seed
        assert phone.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == 1, seed
        if many:
            assert max(phone.evaluate(SIZES, ".poster p")) >= 48
            assert min(phone.evaluate(SIZES, ".poster li p") or [16]) >= 16
        assert "今" not in phone.locator(".poster .next, .poster ul").all_inner_texts().__str__()
        phone.emulate_media(media="screen")
        phone.set_viewport_size({"width": 360, "height": 740})
