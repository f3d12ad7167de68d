"""How long a register of sixty takes on a phone: `python -m bench.sixty`; see README.md in this folder.

By row numbers, by taps and by a pasted list, in Chromium at 360 px, at the pace of a hand: seconds, taps and bytes.
"""

import random
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, sync_playwright

from tools.pictures import demonstration

VILLAGE = "511002105201"
SIXTY, ABSENT = 60, 15
KEY_MS, TAP_MS = 200, 500  # somebody not used to it, with one finger
MOST_SECONDS, MOST_BYTES, MORE_TAPS = 60, 4096, 3
SURNAMES, GIVEN = "陈刘张李王赵周吴", "大富桂秀明芳国华玉兰"


@dataclass
class Hand:
    """Taps and types on a page at a human pace, and counts."""

    page: Page
    taps: int = 0
    sent: int = 0

    def tap(self, what: Locator) -> None:
        self.taps += 1
        self.page.wait_for_timeout(TAP_MS)
        what.click()

    def type(self, text: str) -> None:
        self.page.keyboard.type(text, delay=KEY_MS)

    def paste(self, text: str) -> None:
        self.taps += 1
        self.page.wait_for_timeout(TAP_MS)
        self.page.keyboard.insert_text(text)

    def save(self) -> None:
        with self.page.expect_request(lambda one: one.method == "POST") as sent:
            self.tap(self.page.locator("button[value=save]").first)
        self.sent = len(sent.value.post_data_buffer or b"")
        self.page.wait_for_load_state()


def by_rows(hand: Hand, rows: dict[str, int], came: list[str]) -> None:
    """「1-9、11、13-20 +3」 as it is read off the sheet."""
    hand.tap(hand.page.locator("[name=p]"))
    hand.type(f"{ranges(sorted(rows[name] for name in came))} +3")
    hand.tap(hand.page.locator("button[value=paper]"))
    hand.page.wait_for_load_state()
    hand.save()


def by_taps(hand: Hand, rows: dict[str, int], came: list[str]) -> None:
    """全到, and then who was not there is tapped off."""
    hand.tap(hand.page.locator("#all"))
    for name in sorted(set(rows) - set(came), key=rows.__getitem__):
        hand.tap(hand.page.locator(f"li[data-row='{rows[name]}'] label.tick").first)
    hand.save()


def by_paste(hand: Hand, _rows: dict[str, int], came: list[str]) -> None:
    """The list that was passed round in WeChat; of those who share a name the group stands beside it."""
    hand.tap(hand.page.locator("[name=p]"))
    hand.paste("#接龙\n今晚的课\n" + "\n".join(f"{number}. {name}" for number, name in enumerate(came, 1)))
    hand.tap(hand.page.locator("button[value=paper]"))
    hand.page.wait_for_load_state()
    hand.save()


WAYS: tuple[tuple[str, Callable[[Hand, dict[str, int], list[str]], None]], ...] = (
    ("row numbers", by_rows),
    ("taps", by_taps),
    ("a pasted list", by_paste),
)


def ranges(numbers: list[int]) -> str:
    """1-3,7,9-10: as short as a person writes them."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ",".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def prepare(page: Page, password: str) -> str:
    """Sixty are on the roster, and the sheet of a class is printed; the address of its register."""
    page.goto("/login")
    page.fill("[name=login_name]", "shiwan")
    page.fill("[name=password]", password)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "/login" not in address)
    register = str(page.locator("a[href$='/register']").first.get_attribute("href"))
    page.goto(register)
    more = [f"{SURNAMES[number % 8]}六{GIVEN[number // 8]}" for number in range(SIXTY)]
    more = more[page.locator("li[data-name]").count() :]
    page.goto(f"/desk/{VILLAGE}/learners/several")
    page.fill("[name=pasted]", "\n".join(f"{name} 六组" for name in more))
    page.click("button[value=read]")
    page.click("button[value=save]")
    page.wait_for_load_state()
    page.goto(register.removesuffix("register") + "sheet")
    page.locator("form[method=post] button").first.click()
    page.wait_for_load_state()
    return register


def main() -> int:
    """A line for each way; 1 where one is over its limit, or there is no Chromium."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("Chromium is not installed (Debian: apt-get install chromium)", file=sys.stderr)
        return 1
    is_over = False
    with demonstration() as (site, accounts), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_context(
            viewport={"width": 360, "height": 740}, base_url=site, locale="zh-CN"
        ).new_page()
        register = prepare(page, accounts["shiwan"][1])
        for way, enter in WAYS:
            page.goto(register)
            rows = {
                name: int(row)
                for name, row in page.evaluate(
                    "[...document.querySelectorAll('li[data-row]')].map(one => [one.dataset.name, one.dataset.row])"
                )
            }
            came = random.Random(1).sample(sorted(rows), SIXTY - ABSENT)
            hand, began = Hand(page), time.perf_counter()
            enter(hand, rows, came)
            spent = time.perf_counter() - began
            saved = page.locator("[name=m]:checked").count()
            most_taps = min(len(came), len(rows) - len(came)) + MORE_TAPS
            wrong = (
                spent > MOST_SECONDS or hand.taps > most_taps or hand.sent > MOST_BYTES or saved != len(came)
            )
            is_over |= wrong
            print(
                f"{len(came)} of {len(rows)} by {way:14} {spent:5.1f} s (limit {MOST_SECONDS}) {hand.taps:3} taps"
                f" ({most_taps}) {hand.sent:5} bytes ({MOST_BYTES}) {saved:3} saved{'   MISSED' if wrong else ''}"
            )
            page.goto(f"{register}/void")
            page.fill("[name=reason]", "再来一遍")
            page.locator("button.danger").click()
            page.wait_for_load_state()
        browser.close()
    return int(is_over)


if __name__ == "__main__":
    sys.exit(main())
