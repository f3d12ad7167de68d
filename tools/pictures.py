"""Takes the README's pictures from the demonstration, so that they show what there is: `python3 run.py pictures`.

It is always the same evening in them; they change when the pages do. Needs the test packages and Chromium.
"""

import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, sync_playwright

from nightschool.cli import demo_data
from nightschool.cli.installation import Installation
from nightschool.database import Database, migrate
from nightschool.rules.slots import Now
from nightschool.sealing import Sealer
from nightschool.settings import from_environment
from nightschool.web.app import create_app
from nightschool.web.site.server import make_server

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
EVENING = datetime(2026, 11, 24, 10, 40, tzinfo=UTC)  # a Tuesday, 18:40 in Sichuan
PORT = 8765


@dataclass(frozen=True)
class ThatEvening(Installation):
    def now(self) -> Now:
        return Now.at(EVENING, ZoneInfo(self.settings.timezone))


@dataclass(frozen=True)
class Picture:
    """One page as somebody has it before them."""

    name: str
    address: str
    width: int
    height: int
    login_name: str = ""
    press: str = ""  # the words of a link on that page, whose page is the one that is shown


TAKEN = (
    Picture("desk", "", 360, 760, "shiwan"),
    Picture("village", "/v/511002105201", 360, 760),
    Picture("township", "", 1024, 760, "quanan", press="月"),
)


def take(
    browser: Browser, picture: Picture, site: str, accounts: dict[str, tuple[str, str]], folder: Path
) -> None:
    """The picture stands in this folder, one point of the screen a pixel."""
    screen = {"width": picture.width, "height": picture.height}
    page = browser.new_context(viewport=screen, base_url=site, locale="zh-CN").new_page()
    if picture.login_name:
        page.goto("/login")
        page.fill("[name=login_name]", picture.login_name)
        page.fill("[name=password]", accounts[picture.login_name][1])
        page.keyboard.press("Enter")
        page.wait_for_url(lambda address: "/login" not in address)
    else:
        page.goto(picture.address)
    if picture.press:
        page.get_by_role("link", name=picture.press, exact=True).click()
        page.wait_for_load_state()
    page.screenshot(path=folder / f"{picture.name}.png")


@contextmanager
def demonstration(port: int = PORT) -> Iterator[tuple[str, dict[str, tuple[str, str]]]]:
    """The demonstration on that evening, while the block lasts: its address, and its accounts with their passwords."""
    with tempfile.TemporaryDirectory() as folder:
        settings = from_environment(
            {
                "NIGHTSCHOOL_DATA": folder,
                "NIGHTSCHOOL_LISTEN": f"127.0.0.1:{port}",
                "NIGHTSCHOOL_SECOND_FACTOR": "nobody",
            }
        )
        database = Database(settings.database_url, sealer=Sealer(settings.keys.sealing))
        migrate(database)
        accounts = demo_data.build(ThatEvening(settings, database), say=print)
        server = make_server(create_app(settings, database, clock=lambda: EVENING), settings)
        threading.Thread(target=server.run, daemon=True).start()
        yield settings.base_url, accounts
        server.stop()
        database.dispose()


def main(pictures: Path = PICTURES) -> int:
    """All pictures are taken anew into this folder; 1 where there is no Chromium."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("Chromium is not installed (Debian: apt-get install chromium)", file=sys.stderr)
        return 1
    pictures.mkdir(exist_ok=True)
    with demonstration() as (site, accounts), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for picture in TAKEN:
            take(browser, picture, site, accounts, pictures)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
