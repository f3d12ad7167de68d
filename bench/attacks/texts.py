"""Texts that run, turn round, never end or cannot be seen, in place of all that people wrote: no page is hurt by them.

They are put into the database itself, past everything that would have cleaned or refused them.
"""

import json
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from playwright.sync_api import Browser, Error, Page, sync_playwright
from sqlalchemy import JSON, String

from bench.attacks.everybody import Everybody, application, furnish, some
from bench.attacks.forms import looks
from bench.attacks.town import Figure, Town
from nightschool.database import sqlite_module
from nightschool.models import Base
from nightschool.models.tallies import RegionTally

TEXTS = {
    "scripts": "\"'><script>hurt=1</script><img src=x onerror=hurt=1><svg onload=hurt=1>",
    "ends of what surrounds them": "</textarea></title></script>--><script>hurt=1</script>]]>&lt;&#0;",
    "addresses": "javascript:hurt=1//https://evil.example/?q=${hurt=1}{{7*7}}",
    "attributes": '" onmouseover="hurt=1" autofocus onfocus="hurt=1" style="width:9999px" x=\'',
    "very long words": "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk" * 40,
    "the other direction": "\u202e\u2067\u2066مدرسة ليلية\u202e" * 20,
    "heaps of marks": ("e" + "\u0301" * 30 + "\u0e49" * 9) * 50,
    "control characters": "a\x01\x08\x0b\x1b[31m\x7f\x85\u2028\u2029\ufffe\U000e0041" * 20,
    "nothing to be seen": "\u200b\u00a0\u3000\u2800" * 40,
}
WIDTH = 360
RAN, STOPPED, WIDE, FAILED = "scripts that ran", "markup of theirs", f"wider than {WIDTH} px", "that failed"


def run(town: Town, is_short: bool) -> Iterator[Figure]:
    """Every page, with each kind of text, on a phone; a few of them with all kinds mixed when it must be short."""
    everybody, seen = furnish(town), list[tuple[str, str]]()
    kinds = {"mixed": list(TEXTS.values())} if is_short else {name: [text] for name, text in TEXTS.items()}
    number = 0
    with chromium() as browser:
        if browser is None:
            print("texts: not measured, there is no Chromium here")
            return
        for kind, texts in kinds.items():
            own = town.another(f"{len(kinds)}-{number}")
            write(own, texts)
            pages = addresses(own, everybody, 25 if is_short else None)
            number += len(pages)
            with own.served():
                seen += [(fault, f"{kind}: {path}") for fault, path in visited(browser, own, pages)]
    for fault in (RAN, STOPPED, WIDE, FAILED):
        found = [f"{path} {what}" for what, path in seen if what.startswith(fault)]
        yield Figure(f"of {number} pages with texts that hurt, {fault}", len(found), 0, seen=found)


@contextmanager
def chromium() -> Iterator[Browser | None]:
    """Debian's Chromium, headless; None where there is none."""
    found = shutil.which("chromium")
    if found is None:
        yield None
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


def write(town: Town, texts: list[str]) -> None:
    """Every stored text with a Chinese character in it, in a column or in what is kept as JSON, is one of these."""

    def hurt(value: Any, row: int, length: int) -> Any:
        if isinstance(value, str):
            return texts[row % len(texts)][:length] if any("一" <= sign <= "龥" for sign in value) else value
        if isinstance(value, list):
            return [hurt(one, row, length) for one in value]
        return (
            {key: hurt(one, row, length) for key, one in value.items()} if isinstance(value, dict) else value
        )

    with closing(sqlite_module().connect(town.folder / "nightschool.db")) as db:
        db.create_function("hurt", 3, hurt)
        db.create_function("hurt_json", 2, lambda value, row: json.dumps(hurt(json.loads(value), row, 200)))
        for (guard,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {guard}")
        typed = [table for table in Base.metadata.sorted_tables if table is not RegionTally.__table__]
        for table in typed:
            for column in table.columns:
                if isinstance(column.type, JSON):
                    new = f"hurt_json({column.name}, rowid)"
                elif isinstance(column.type, String):
                    new = f"hurt({column.name}, rowid, {column.type.length or 2000})"
                else:
                    continue
                where = f"{column.name} IS NOT NULL"
                db.execute(f"UPDATE OR IGNORE {table.name} SET {column.name} = {new} WHERE {where}")
        db.commit()


def addresses(town: Town, everybody: Everybody, number: int | None) -> list[tuple[str, str]]:
    """Who looks at which page: the token of a login, empty for nobody, and the path."""
    with application(town) as app:
        found = []
        for visitor, ask in some(looks(app, everybody), number):
            cookie = visitor.browser.get_cookie("nightschool")
            if visitor.asks(ask).mimetype == "text/html":
                found.append((cookie.value if cookie else "", ask.path(app, login=visitor.own_device())))
        return found


def visited(browser: Browser, town: Town, pages: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """What is wrong, and the path."""
    for token in sorted({token for token, _path in pages}):
        context = browser.new_context(viewport={"width": WIDTH, "height": 740}, base_url=town.address)
        if token:
            context.add_cookies([{"name": "nightschool", "value": token, "url": town.address}])
        page, told = context.new_page(), list[str]()
        page.on("pageerror", lambda error, told=told: told.append(f"{error}"))
        page.on("console", lambda line, told=told: told.append(line.text) if line.type == "error" else None)
        for path in (path for owner, path in pages if owner == token):
            told.clear()
            yield from ((fault, path) for fault in faults_of(page, path, told))
        context.close()


# What no page of ours has: an attribute or a script that runs, or a link that does.
MARKUP = """[...document.querySelectorAll("*")].filter(one =>
    [...one.attributes].some(own => own.name.startsWith("on"))
    || /^\\s*javascript:/i.test(one.getAttribute("href") || one.getAttribute("action") || "")
    || one.localName == "script" && !one.src && !one.type.includes("json")).map(one => one.outerHTML.slice(0, 200))"""


def faults_of(page: Page, path: str, told: list[str]) -> Iterator[str]:
    """What is wrong with a page. `told`: where its complaints arrive."""
    try:
        answer = page.goto(path)
        has_run, markup, width = page.evaluate(
            f"[typeof hurt != 'undefined', {MARKUP}, document.documentElement.scrollWidth]"
        )
    except Error as error:
        yield f"{FAILED}: {error}"
        return
    if has_run:
        yield RAN
    for line in (*markup, *(line for line in told if "Content Security Policy" in line)):
        yield f"{STOPPED}: {line}"
    if width > WIDTH:
        yield WIDE
    for line in (line for line in told if "status of 4" not in line):
        yield f"{FAILED}: {line}"
    if answer is None or answer.status >= 500:
        yield FAILED
