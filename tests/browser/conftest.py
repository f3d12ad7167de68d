"""A real browser on the real application with the demonstration's data, on this machine's loopback."""

import json
import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from nightschool.cli import demo_data
from nightschool.cli.installation import Installation, keep_keys
from nightschool.database import Database, migrate
from nightschool.rules.slots import Now
from nightschool.sealing import Sealer
from nightschool.settings import from_environment
from nightschool.web.app import create_app
from nightschool.web.site.server import make_server
from tests.factories import NOW

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM_FLAGS = [
    "--no-sandbox",  # the tests may run as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# What a browser complains of when a test refuses it something, or takes the network away.
EXPECTED = (
    "404 (NOT FOUND)",
    "status of 4",
    "status of 5",
    "net::ERR_INTERNET_DISCONNECTED",
    "net::ERR_FAILED",
)


def _browser() -> str | None:
    """Debian's Chromium; where it is there, the one without windows, which takes two thirds of the time."""
    return shutil.which("chromium-headless-shell") or shutil.which("chromium")


def missing() -> str | None:
    """Why the browser tests cannot run here, or None."""
    if not _browser():
        return "Chromium is not installed (Debian: apt-get install chromium)"
    if not AXE.exists():
        return "axe-core is not installed (npm ci in tests/browser)"
    return None


@dataclass(frozen=True)
class StillInstallation(Installation):
    """One on which it is always a Tuesday at ten in the morning, whenever the tests run."""

    def now(self) -> Now:
        return NOW


@dataclass(frozen=True)
class Site:
    """The running demonstration."""

    address: str
    installation: Installation
    accounts: dict[str, tuple[str, str]]  # login name -> (who, password)
    app: Flask


@pytest.fixture(scope="session")
def needs_browser() -> None:
    """What needs a browser is skipped where there is none; never on CI."""
    if why := missing():
        pytest.fail(why) if os.environ.get("CI") else pytest.skip(why)


def _installed(folder: Path, port: int = 8000) -> StillInstallation:
    settings = from_environment(
        {
            "NIGHTSCHOOL_DATA": str(folder),
            "NIGHTSCHOOL_LISTEN": f"127.0.0.1:{port}",
            "NIGHTSCHOOL_SECOND_FACTOR": "nobody",
        }
    )
    return StillInstallation(settings, Database(settings.database_url, sealer=Sealer(settings.keys.sealing)))


def _build(folder: Path) -> None:
    installation = _installed(folder)
    keep_keys(installation.settings)
    migrate(installation.database)
    accounts = demo_data.build(installation, say=lambda _line: None)
    installation.database.dispose()
    (folder / "accounts.json").write_text(json.dumps(accounts))


@pytest.fixture(scope="session")
def site(
    needs_browser: None, tmp_path_factory: pytest.TempPathFactory, made_once: Callable[..., Path]
) -> Iterator[Site]:
    """The demonstration, served on a free port."""
    folder = tmp_path_factory.mktemp("served") / "site"
    shutil.copytree(made_once("site", _build), folder)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    installation = _installed(folder, port)
    settings, database = installation.settings, installation.database
    accounts = {name: tuple(who) for name, who in json.loads((folder / "accounts.json").read_text()).items()}
    server_app = create_app(settings, database, clock=lambda: installation.now().instant)
    server = make_server(server_app, settings)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield Site(settings.base_url, installation, accounts, server_app)
    server.stop()
    thread.join(timeout=5)
    database.dispose()


@pytest.fixture(scope="session")
def chromium(site: Site) -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_browser(), args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def phone(chromium: Browser, site: Site) -> Iterator[Page]:
    """A phone's page, 360 px wide; any console error, failed request or foreign request fails the test."""
    context = chromium.new_context(
        viewport={"width": 360, "height": 740}, base_url=site.address, locale="zh-CN"
    )
    yield from watched(context, site)


@pytest.fixture
def plain_phone(chromium: Browser, site: Site) -> Iterator[Page]:
    """The same phone with scripts turned off."""
    context = chromium.new_context(
        viewport={"width": 360, "height": 740}, base_url=site.address, java_script_enabled=False
    )
    yield from watched(context, site)


def watched(context: BrowserContext, site: Site) -> Iterator[Page]:
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(f"script: {error}"))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((site.address, "data:"))
            else complaints.append(f"foreign: {request.url}")
        ),
    )
    page.set_default_timeout(10_000)
    yield page
    context.close()
    assert [line for line in complaints if not any(one in line for one in EXPECTED)] == []


def log_in(page: Page, site: Site, login_name: str) -> None:
    """The page shows what this account sees first."""
    page.goto("/login")
    page.fill("[name=login_name]", login_name)
    page.fill("[name=password]", site.accounts[login_name][1])
    # Checking a password takes its time: without waiting, the next address would be asked for before the login stands.
    with page.expect_navigation():
        page.click("main .actions button")
