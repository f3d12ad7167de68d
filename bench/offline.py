"""Registers kept in Chromium without signal, under every fault: is a mark lost, or there twice?

    python -m bench.offline [--short] [--runs 500]

Each run is one coordinator's evening on a phone that has taken the class along: registers are saved and saved anew,
tabs crash and are closed, the whole browser is killed, the phone is full as its browser counts it, the signal comes
with answers that get lost, requests that never arrive, errors and redirects, and the worker with all it kept is thrown
away. In the end there is signal, and what stands in the school must be what was saved last. Exits with 1 where a mark
is lost or doubled.
"""

import argparse
import random
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import BrowserContext, BrowserType, Error, Page, Route, expect, sync_playwright
from sqlalchemy import select

from bench.attacks.town import free_port
from nightschool.database import Database, migrate
from nightschool.models.attendance import Mark, Submission, WaitingSheet
from nightschool.models.people import Learner
from nightschool.models.teaching import ClassSession
from nightschool.queries.registers.waiting import standing_sheet
from nightschool.rules.access import Role
from nightschool.settings import Settings, sqlite_url
from nightschool.web.app import create_app
from nightschool.web.site.server import make_server
from tests import factories

RUNS, SHORT, VILLAGERS = 500, 8, 8
ROOM = 1 << 20  # bytes that a phone has for the site
FAULTS = ("no answer", "answer lost", "500", "400", "redirect")
STATE = "[data-part=state]"
_TICK = """([session, keys, headcount]) => {
    const form = document.getElementById("register");
    for (const box of form.querySelectorAll("[name=m]")) box.checked = keys.includes(box.value);
    form.elements.h.value = headcount;
    form.dispatchEvent(new Event("input", { bubbles: true }));
}"""
_FILL = """async () => {
    const asked = (request) => new Promise((done) => { request.onsuccess = done; request.onerror = done; });
    const opening = indexedDB.open("pictures");
    opening.onupgradeneeded = () => opening.result.createObjectStore("all", { autoIncrement: true });
    await asked(opening);
    for (let size = 1 << 18; size > 8;) {
        const passing = opening.result.transaction("all", "readwrite");
        const over = new Promise((done) => {
            passing.oncomplete = () => done(true);
            passing.onabort = () => done(false);
        });
        passing.objectStore("all").add(new Uint8Array(size).map(() => 256 * Math.random()));
        if (!(await over)) size >>= 1;
    }
    opening.result.close();
}"""
_FORGET_WORKER = """async () => {
    for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister();
    for (const name of await caches.keys()) await caches.delete(name);
}"""
_KEPT = """async () => {
    const here = await navigator.serviceWorker.getRegistration();
    const pages = await (await caches.open("pocket")).keys();
    return Boolean(here?.active && !here.installing && pages.some(({ url }) => url.endsWith("/pocket")));
}"""


@dataclass(frozen=True)
class Evening:
    """One class of a village of its own, and who keeps its register."""

    village: str
    class_session: str
    people: tuple[str, ...]
    token: str

    @property
    def address(self) -> str:
        return f"/desk/{self.village}/pocket"


class Phone:
    """A phone in one evening. What stands in `saved` was saved last."""

    def __init__(self, chromium: BrowserType, address: str, evening: Evening, dice: random.Random) -> None:
        self.chromium, self.address, self.evening, self.dice = chromium, address, evening, dice
        self.storage = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.fault, self.room = "", ROOM
        self.saved: frozenset[str] | None = None
        self.saves = self.pages_missed = 0
        self.steps: list[str] = []
        self._start()
        self.page.wait_for_function(_KEPT)
        self.context.set_offline(True)

    def _start(self) -> None:
        """The browser runs, with what this phone has kept."""
        self.context: BrowserContext = self.chromium.launch_persistent_context(
            self.storage.name,
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu"],
            viewport={"width": 360, "height": 740},
            base_url=self.address,
            locale="zh-CN",
        )
        self.context.add_cookies([{"name": "nightschool", "value": self.evening.token, "url": self.address}])
        self.context.route("**/deliveries", self._meet)
        self.page = self._opened()

    def put_away(self) -> None:
        self.context.close()
        self.storage.cleanup()

    def live(self, tally: Counter[str]) -> None:
        """Some hours of it."""
        self.save(tally)
        for _step in range(self.dice.randint(2, 5)):
            step = self.dice.choice(
                (self.save, self.crash, self.die, self.leave, self.meet_signal, self.meet_signal, self.renew)
            )
            self.steps.append(f"{step.__name__} {self.fault}".strip())
            step(tally)

    def arrive(self) -> None:
        """There is signal, and everything is sent."""
        self.fault = ""
        self.context.set_offline(False)
        self.page.close()
        self.page = self._opened()
        expect(self.page.locator(STATE)).to_contain_text("没有等着发的", timeout=60_000)

    def save(self, tally: Counter[str]) -> None:
        people = frozenset(self.dice.sample(self.evening.people, self.dice.randint(0, VILLAGERS)))
        self.page.evaluate("id => { location.hash = ''; location.hash = id; }", self.evening.class_session)
        self.page.locator("[data-part=sheet] #register").wait_for()
        self.page.evaluate(_TICK, [self.evening.class_session, sorted(people), str(len(people))])
        if self.dice.random() < 0.2:
            self.page.evaluate(_FILL)
            self.page.get_by_role("button", name="保存").last.click()
            self.page.locator("[data-part=full] button").wait_for()
            self.room += ROOM
            self._keep_count()
            tally["phones that were full"] += 1
        self.page.get_by_role("button", name="保存").last.click()
        self.page.locator("[data-part=home]").wait_for()
        self.saved, self.saves = people, self.saves + 1
        tally["saved"] += 1

    def crash(self, tally: Counter[str]) -> None:
        try:
            self.page.goto("chrome://crash", timeout=800)
        except Error:
            tally["tabs that crashed"] += 1
        self.leave(tally)

    def die(self, tally: Counter[str]) -> None:
        """The battery is empty: the whole browser is gone at once, and starts again where there is no signal."""
        subprocess.run(["pkill", "-KILL", "-f", f"user-data-dir={self.storage.name}"], check=True)
        with suppress(Error):
            self.context.close()
        for lock in Path(self.storage.name).glob("Singleton*"):
            lock.unlink()
        self._start()
        self.context.set_offline(True)
        tally["browsers that were killed"] += 1

    def leave(self, tally: Counter[str]) -> None:
        self.page.close()
        self.page = self._opened()
        tally["tabs that were closed"] += 1

    def meet_signal(self, tally: Counter[str]) -> None:
        self.fault = self.dice.choice((*FAULTS, ""))
        self.context.set_offline(False)
        self.page.wait_for_timeout(self.dice.randint(20, 400))
        self.context.set_offline(True)
        tally["times with signal"] += 1

    def renew(self, tally: Counter[str]) -> None:
        self.page.evaluate(_FORGET_WORKER)
        self.fault = self.dice.choice(FAULTS)
        self.context.set_offline(False)
        self.leave(tally)
        self.page.wait_for_function(_KEPT)
        self.context.set_offline(True)
        tally["new workers"] += 1

    def _keep_count(self) -> None:
        """The browser knows how much room the phone has for the site."""
        room = {"origin": self.address, "quotaSize": self.room}
        self.devtools.send("Storage.overrideQuotaForOrigin", room)

    def _opened(self) -> Page:
        page = self.context.new_page()
        page.set_default_timeout(30_000)
        self.devtools = self.context.new_cdp_session(page)
        self._keep_count()
        try:
            page.goto(self.evening.address)
        except Error:
            # A browser that lost its worker has no page without signal; what was saved waits on the phone for that.
            self.pages_missed += 1
            self.context.set_offline(False)
            page.goto(self.evening.address)
            page.wait_for_function(_KEPT)
            self.context.set_offline(True)
        page.locator(f"[data-part=classes] a[href='#{self.evening.class_session}']").wait_for()
        return page

    def _meet(self, route: Route) -> None:
        try:
            match self.fault:
                case "no answer":
                    route.abort()
                case "answer lost" if route.request.method == "POST":
                    route.fetch()
                    route.abort()
                case "500" | "400":
                    route.fulfill(status=int(self.fault), body='{"receipts": []}')
                case "redirect":
                    route.fulfill(status=302, headers={"Location": "/login"})
                case _:
                    route.continue_()
        except Error:
            pass  # the page has gone meanwhile


def evenings(database: Database, count: int) -> list[Evening]:
    """So many villages with a class that can be recorded just now."""
    found = []
    with database.writing() as db:
        factories.make_places(db)
        for number in range(count):
            village = f"511002105{300 + number:03d}"
            factories.make_region(db, village)
            course = factories.make_course(db, village, title="没信号的课")
            held = factories.make_session(db, course, factories.TODAY, booked=False, **factories.SOON)
            people = [
                factories.make_learner(db, village, name=f"村民{one}").public_id for one in range(VILLAGERS)
            ]
            account = factories.make_account(db, secrets.token_hex(8), "联络员", Role.COORDINATOR, village).id
            found.append((village, held.public_id, tuple(people), account))
    return [Evening(*rest, factories.make_login(database, account)) for *rest, account in found]


def look(database: Database, phone: Phone, tally: Counter[str]) -> None:
    """What stands in the school, beside what was saved last."""
    with database.reading() as db:
        held = db.scalars(
            select(ClassSession).where(ClassSession.public_id == phone.evening.class_session)
        ).one()
        marks = select(Learner.public_id).join(Mark, Mark.learner_id == Learner.id)
        there = set(db.scalars(marks.where(Mark.class_session_id == held.id)))
        found = standing_sheet(db, held.id)
        arrived = db.scalars(select(Submission.id).where(Submission.class_session_id == held.id)).all()
        waits = db.scalars(
            select(WaitingSheet.id).where(
                WaitingSheet.class_session_id == held.id, WaitingSheet.settled_at.is_(None)
            )
        ).all()
    saved = phone.saved or frozenset()
    tally["marks"] += len(saved)
    tally["marks lost"] += len(saved - there)
    tally["marks of former sheets that stayed"] += len(there - saved)
    tally["counts lost"] += found is None or found[1].headcount != len(saved)
    tally["sheets doubled"] += max(len(arrived) - phone.saves, 0) + len(waits)


MUST_BE_NONE = (
    "marks lost",
    "marks of former sheets that stayed",
    "counts lost",
    "sheets doubled",
    "runs that broke off",
)


def measure(runs: int) -> bool:
    """The figures of so many evenings; True when nothing was lost and nothing doubled."""
    tally, began = Counter[str](), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        settings = Settings(Path(folder), "", address, "127.0.0.1", port, "Asia/Shanghai", factories.KEYS)
        database = Database(sqlite_url(Path(folder) / "bench.db"), sealer=factories.SEALER)
        migrate(database)
        planned = evenings(database, runs)
        server = make_server(create_app(settings, database, clock=lambda: factories.NOW.instant), settings)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        with sync_playwright() as playwright:
            for number, evening in enumerate(planned):
                run(playwright.chromium, address, database, evening, random.Random(number), tally)
        server.stop()
        thread.join(timeout=5)
        database.dispose()
    told = ", ".join(f"{n} {what}" for what, n in sorted(tally.items()) if what not in MUST_BE_NONE)
    print(f"{runs} runs: {told}; {time.monotonic() - began:.0f} s")
    for what in MUST_BE_NONE:
        print(f"    {what:<60}{tally[what]:>6}  limit 0{'  MISSED' if tally[what] else ''}")
    return not any(tally[what] for what in MUST_BE_NONE)


def run(
    chromium: BrowserType,
    address: str,
    database: Database,
    evening: Evening,
    dice: random.Random,
    tally: Counter[str],
) -> None:
    """One evening has passed, and is counted; what broke it off is said."""
    phone = None
    try:
        phone = Phone(chromium, address, evening, dice)
        phone.live(tally)
        phone.arrive()
        look(database, phone, tally)
        tally["pages that came only with signal"] += phone.pages_missed
    except (Error, AssertionError) as broken:
        tally["runs that broke off"] += 1
        steps = ", ".join(phone.steps) if phone else "beginning"
        print(f"{evening.village}: {steps}: {str(broken)[:300]}", file=sys.stderr)
    finally:
        if phone:
            phone.put_away()


def main() -> int:
    """0 when all evenings went as they must."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--short", action="store_true")
    options.add_argument("--runs", type=int, default=RUNS)
    chosen = options.parse_args()
    if shutil.which("chromium") is None:
        print("Chromium is not installed (Debian: apt-get install chromium)", file=sys.stderr)
        return 1
    return 0 if measure(SHORT if chosen.short else min(chosen.runs, 600)) else 1


if __name__ == "__main__":
    sys.exit(main())
