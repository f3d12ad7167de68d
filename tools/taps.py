"""Counts what the tasks of coordinators, officers and villagers cost in taps and in screens of scrolling.

`python3 run.py taps` drives Chromium through them on the demonstration of one evening, on a phone, and prints
the table of docs/screens.md. Needs the test packages and Chromium.
"""

import shutil
import sys
from collections.abc import Callable
from datetime import timedelta
from itertools import groupby
from operator import itemgetter

from playwright.sync_api import Browser, Page, sync_playwright

from tools.pictures import EVENING, demonstration

PORT = 8771  # beside the one of the pictures
SCREENS = (
    (360, 740, "zh-CN"),
    (360, 740, "en"),
    (1280, 900, "zh-CN"),
    (1280, 900, "en"),
)  # each with its language
SIX_DATES = (
    "12月1日、12月7日、12月14日、12月21日、12月28日、1月4日"  # the first is taken by another class there
)
VENUE = "label:has([name=venue]:not([value='']))"
FREE_DAY = (EVENING + timedelta(days=9)).date()
COMING = "section[aria-labelledby=coming] a[href*='/sessions/']"
SUBMIT = "main form > .actions > button:not([name])"


class Thumb:
    """A page, and what was done on it since the last task began."""

    def __init__(self, page: Page, language: str = "") -> None:
        self.page, self.taps, self.screens = page, 0, 0.0
        self.language = (
            f"?lang={language}" if language else ""
        )  # pages speak what an address says, not the browser's

    def begin(self, address: str) -> None:
        """A task begins on this page."""
        self.page.goto(address + self.language)
        self.taps, self.screens = 0, 0.0

    def reach(self, where: str) -> None:
        """The screens that lie between what is seen and this are scrolled by."""
        target = self.page.locator(where).locator("visible=true").first
        box = target.bounding_box()
        assert box is not None and self.page.viewport_size is not None, where
        high = self.page.viewport_size["height"]
        self.screens += max(box["y"] + box["height"] - high, -box["y"], 0) / high
        target.scroll_into_view_if_needed()

    def tap(self, *where: str) -> None:
        """One tap on each of these."""
        for one in where:
            self.reach(one)
            self.taps += 1
            self.page.locator(one).locator("visible=true").first.click()
            self.page.wait_for_load_state()

    def write(self, **fields: str) -> None:
        """A field is one tap, what is typed into it included."""
        for name, value in fields.items():
            self.reach(f"[name={name}]")
            self.taps += 1
            self.page.fill(f"[name={name}]", value)


def record(thumb: Thumb) -> None:
    thumb.begin("/desk")
    thumb.tap(
        "section[aria-labelledby=today] a[href*='/register']", "#all", ".people label.tick", ".count button"
    )


def correct(thumb: Thumb) -> None:
    thumb.begin("/desk")
    thumb.tap("section[aria-labelledby=today] a[href*='/register']", ".people label.tick", ".count button")


def not_held(thumb: Thumb) -> None:
    thumb.begin("/desk")
    thumb.tap(
        "section[aria-labelledby=unrecorded] a[href*='/cancel']", "label:has([value=farm_work])", SUBMIT
    )


def six_weeks(thumb: Thumb) -> None:
    thumb.begin("/desk")
    thumb.tap(".entries a[href*='/courses/new']")
    thumb.write(title="血压自己量")
    thumb.tap("label:has([name=category][value=skill])", "details:has([name=new_teacher]) summary")
    thumb.write(new_teacher="吴医生")
    thumb.tap("label:has([name=new_kind][value=doctor])", VENUE, "label:has([name=repeat][value=dates])")
    thumb.write(dates=SIX_DATES)
    thumb.tap("[name=do][value=publish]", "[value=drop-publish]")


def postpone(thumb: Thumb) -> None:
    thumb.begin("/desk")
    thumb.tap(COMING, "a[href*='/postpone']", "label:has([value=farm_work])")
    thumb.write(day=FREE_DAY.isoformat(), starts="14:00", ends="15:00")
    thumb.tap(SUBMIT, "button.copy")


def swap(thumb: Thumb) -> None:
    thumb.begin("/desk")
    thumb.tap(COMING, "a[href*='/sessions/'][href*='/teacher']", "button[name=teacher]")


def learners(thumb: Thumb) -> None:
    thumb.begin("/desk")
    thumb.tap(".entries a[href*='/learners']", "a[href*='/learners/several']")
    thumb.write(pasted="唐永秀 三组\n蒲国富 三组\n阳桂花 一组")
    thumb.tap("[name=do][value=read]", "[name=do][value=save]")


def paper(thumb: Thumb) -> None:
    thumb.begin("/desk")
    thumb.tap(".entries a[href*='/papers']", "main a[href*='/poster']")
    thumb.reach("button.print")
    thumb.taps += 1


def whom_to_phone(thumb: Thumb) -> None:
    thumb.begin("/")
    thumb.write(q="狮湾")
    thumb.tap("main form button", "main a[href*='/v/511002105201']", "a[href^='tel:']")


def words_for_the_group(thumb: Thumb) -> None:
    thumb.begin("/desk")
    thumb.tap("[data-notice] button.copy")


def poster_of_tonight(thumb: Thumb) -> None:
    thumb.begin("/desk")
    thumb.tap("[data-notice] a[href*='/notice']")
    with thumb.page.expect_response("**/poster.pdf*"):
        thumb.tap("form:has([name=paper][value=a4]) button")


def friday_report(thumb: Thumb) -> None:
    thumb.begin("/overview")
    thumb.tap("main nav a[href*='/papers']", "main a[href*='/papers/circular']", "button.copy")


def down_to_a_class(thumb: Thumb) -> None:
    thumb.begin("/overview")
    thumb.tap("tbody a[href*='show=planned']", "tbody th a[href*='/overview/']")
    thumb.reach("tbody td.nobr")


TASKS: tuple[tuple[str, str, Callable[[Thumb], None]], ...] = (
    ("tonight's words for the group", "shiwan", words_for_the_group),
    ("tonight's poster", "shiwan", poster_of_tonight),
    ("record tonight's class, all came but one", "shiwan", record),
    ("put one mark right", "shiwan", correct),
    ("say that a class was not held", "shiwan", not_held),
    ("schedule six weeks, a taken date and a new teacher among them", "shiwan", six_weeks),
    ("postpone a class and copy the words for the group", "shiwan", postpone),
    ("another teacher comes", "shiwan", swap),
    ("put three people on the list", "shiwan", learners),
    ("print the sheet for the notice board", "shiwan", paper),
    ("Friday's report of 13 villages, as a township officer", "quanan", friday_report),
    ("from the city down to one class, as an officer", "neijiang", down_to_a_class),
    ("find whom to phone, as a villager", "shiwan", whom_to_phone),
)


def main() -> int:
    """The table is printed; 1 where there is no Chromium."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("Chromium is not installed (Debian: apt-get install chromium)", file=sys.stderr)
        return 1
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        columns = [_costs(browser, *screen) for screen in SCREENS]
        browser.close()
    print(
        f"| task | {' | '.join(f'taps, {locale} {width}' + ' | screens' for width, _height, locale in SCREENS)} |"
    )
    print(f"|---|{'--:|' * 2 * len(SCREENS)}")
    for number, (name, _who, _task) in enumerate(TASKS):
        print(f"| {name} | {' | '.join(costs[number] for costs in columns)} |")
    return 0


def _costs(browser: Browser, width: int, height: int, locale: str) -> list[str]:
    """Of each task, in a demonstration of its own."""
    screen = {"width": width, "height": height}
    with demonstration(PORT) as (site, accounts):
        costs, language = [], "" if locale.startswith("zh") else locale
        for who, tasks in groupby(TASKS, key=itemgetter(1)):
            context = browser.new_context(viewport=screen, base_url=site, locale=locale)  # type: ignore[arg-type]
            page = context.new_page()
            page.goto("/login")
            page.fill("[name=login_name]", who)
            page.fill("[name=password]", accounts[who][1])
            page.keyboard.press("Enter")
            page.wait_for_url(lambda address: "/login" not in address)
            costs += [_cost(Thumb(page, language), task) for _name, _who, task in tasks]
            context.close()
        return costs


def _cost(thumb: Thumb, task: Callable[[Thumb], None]) -> str:
    task(thumb)
    return f"{thumb.taps} | {thumb.screens:.1f}"


if __name__ == "__main__":
    sys.exit(main())
