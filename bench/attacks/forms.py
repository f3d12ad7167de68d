"""Every form of every page, sent with what no person means: nothing fails, and what is refused has written nothing."""

import random
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from html.parser import HTMLParser
from io import BytesIO
from itertools import product
from typing import Any
from urllib.parse import urlencode, urljoin

from flask import Flask
from werkzeug.exceptions import HTTPException

from bench.attacks.everybody import Everybody, Watch, application, furnish, some
from bench.attacks.town import Figure, Town
from nightschool.database import sqlite_module
from nightschool.web.site.errands import ERRANDS
from tests.web.addresses import Ask, Visitor, asked, came, expected

PLANTED = "<script>hurt"
BAD = [
    "", " \u3000\t", "0", "-1", "1" * 400, "9" * 19, "1e309", "nan", "1.5", "２０", "²", "true", "[]", "{{7*7}}",
    "%s%n", "2026-02-31", "9999-12-31", "0000-00-00", "25:61", "x" * 61, "村" * 2001, "a" * 100_000, "' OR 1=1 --",
    f"{PLANTED}()</script>", f"\"'>{PLANTED}", "javascript:hurt()", "../../etc/passwd", "a\x00b", "\x1b[31m\x7f\x85",
    "\u202e卐\u2066", "\ud800", "\U0010ffff", "e" + "\u0301" * 50, "511002199001011237", "https://example.org/",
]  # fmt: skip
FILES = [
    b"",
    b"\x00" * 9,
    b"PK\x03\x04" + b"x" * 99,
    b"\xff\xfe\x00",
    b'code,name\n1,2,3\n"',
    "代码\n".encode("gbk"),
]
# What is written although it is refused: that somebody tried.
NOTED = {"trust.login", "trust.slip", "trust.password"}
KEPT = "在名单上了，已经选好。"  # a teacher or a place that is kept though the course is not, and the page says so


@dataclass
class Form:
    """A form as it stands on a page: where it goes, and what it would send."""

    action: str
    sent: dict[str, str] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    endpoint: str = ""

    @property
    def kinds(self) -> list[str]:
        """One field of each kind: of sixty learners one."""
        known = {re.sub(r"\d+|[\w-]{22}", "#", name): name for name in self.sent}
        return list(known.values())


class Page(HTMLParser):
    """The forms of a page that are posted."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path, self.forms, self.inside, self.choosing, self.writing = path, list[Form](), False, "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        name, value, kind = found.get("name", ""), found.get("value", ""), found.get("type", "text")
        if tag == "form":
            self.inside = found.get("method", "").lower() == "post"
            if self.inside:
                self.forms.append(Form(urljoin(self.path, found.get("action", "")).partition("#")[0]))
        if not self.inside or not (name or tag == "option"):
            return
        form = self.forms[-1]
        if tag == "button" or (tag == "input" and kind == "submit"):
            form.buttons.append((name, value))
        elif tag == "input" and kind == "file":
            form.files.append(name)
        elif tag == "input" and (kind != "radio" or "checked" in found or name not in form.sent):
            form.sent[name] = value
        elif tag == "select":
            self.choosing = name
        elif tag == "option" and ("selected" in found or self.choosing not in form.sent):
            form.sent[self.choosing] = value
        elif tag == "textarea":
            self.writing, form.sent[name] = name, ""

    def handle_data(self, data: str) -> None:
        if self.inside and self.writing:
            self.forms[-1].sent[self.writing] += data

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "form"
        self.writing = "" if tag == "textarea" else self.writing


def run(town: Town, is_short: bool) -> Iterator[Figure]:
    """Field after field is sent with each bad value, the others as they stand on the page."""
    everybody, chance = furnish(town), random.Random(3)
    counts = {"posts": 0, "forms": 0}
    faults: dict[str, list[str]] = {"failed": [], "written": [], "echoed": [], "pages": [], "broken": []}
    own = town.another("sent")
    with application(own) as app:
        watch, found = Watch(own), list(every_form(app, everybody, is_short))
        for visitor, form in found:
            counts["forms"] += 1
            tries = list(product(form.kinds, BAD)) + list(product(form.files, FILES))
            for name, bad in chance.sample(tries, min(len(tries), 2)) if is_short else tries:
                counts["posts"] += 1
                send(visitor, form, name, bad, chance, watch, faults)
            if not is_short:
                look(app, own, everybody, faults)
                own.becomes(town)
        look(app, own, everybody, faults, 40 if is_short else None)
    what = f"of {counts['posts']} posts of {counts['forms']} forms"
    yield Figure(f"{what}, answered with 500 or more", len(faults["failed"]), 0, seen=faults["failed"])
    yield Figure("refused, and written something", len(faults["written"]), 0, seen=faults["written"])
    yield Figure("that stand in their answer as they came", len(faults["echoed"]), 0, seen=faults["echoed"])
    yield Figure("pages that fail on what was taken", len(faults["pages"]), 0, seen=faults["pages"])
    yield Figure("databases that are not whole", len(faults["broken"]), 0, seen=faults["broken"])


def looks(app: Flask, everybody: Everybody) -> Iterator[tuple[Visitor, Ask]]:
    """Every page of a village and of the regions above it, with the first visitor who may look at it."""
    visitors = [Visitor(app, actor) for actor in everybody.actors]
    homes = [home for home in everybody.homes if "511002105201".startswith(home.region.rstrip("0"))]
    for ask in asked(app, homes, ("GET",)):
        who = next((one for one in visitors if expected(app, one.actor, ask) == "answer"), None)
        if who is not None:
            yield who, ask


def every_form(app: Flask, everybody: Everybody, is_short: bool) -> Iterator[tuple[Visitor, Form]]:
    """Each form once, by where it goes and what it asks; and one with common fields for each address without any.

    In short a page is looked at for one region, not for all that have it.
    """
    seen, known = set[tuple[str, ...]](), set[str]()
    for visitor, ask in looks(app, everybody):
        if "." in ask.rule.rule.rpartition("/")[2] or (is_short and ask.rule.rule in known):
            continue  # a file, which takes longer than a page, and has no form
        known.add(ask.rule.rule)
        page = Page(ask.path(app, login=visitor.own_device()))
        page.feed(visitor.asks(ask).data.decode(errors="replace"))
        for form in page.forms:
            form.endpoint = endpoint_of(app, form.action)
            key = (form.endpoint, *form.kinds)
            if form.endpoint and key not in seen:
                seen.add(key)
                yield visitor, form
    with_forms = {key[0] for key in seen}
    visitors = [Visitor(app, actor) for actor in everybody.actors]
    for ask in asked(app, everybody.homes, ("POST",)):
        if ask.rule.endpoint not in with_forms:
            with_forms.add(ask.rule.endpoint)
            who = next((one for one in visitors if expected(app, one.actor, ask) == "answer"), visitors[0])
            common = dict.fromkeys(("name", "version", "do", "reason", "day"), "1")
            yield who, Form(ask.path(app), common, endpoint=ask.rule.endpoint)


def endpoint_of(app: Flask, path: str) -> str:
    """Which view answers what is posted there; none for an address that takes no forms."""
    try:
        return str(app.url_map.bind("localhost").match(path.partition("?")[0], method="POST")[0])
    except HTTPException:
        return ""


def send(
    visitor: Visitor,
    form: Form,
    name: str,
    bad: str | bytes,
    chance: random.Random,
    watch: Watch,
    faults: dict[str, list[str]],
) -> None:
    """The form is sent with this in that field; what is wrong with the answer is noted."""
    sent: dict[str, Any] = dict([*form.sent.items(), *(form.buttons and [chance.choice(form.buttons)])])
    told = f"{form.action} {name}={bad[:30]!r}"
    watch.has_changed()
    if isinstance(bad, bytes):
        answer = visitor.browser.post(form.action, data={**sent, name: (BytesIO(bad), "名单.csv")})
    else:
        body = urlencode({**sent, name: bad}, errors="surrogatepass")
        kind = "application/x-www-form-urlencoded"
        answer = visitor.browser.post(form.action, data=body, content_type=kind)
    visitor.browser.application.extensions[ERRANDS].wait()  # what is made after the answer is this form's
    if answer.status_code >= 500:
        faults["failed"].append(f"{told}: {answer.status_code}")
    is_told = form.endpoint in NOTED or KEPT in answer.text
    if answer.status_code >= 400 and watch.has_changed() and not is_told:
        faults["written"].append(f"{told}: {answer.status_code}")
    if PLANTED.encode() in answer.data:
        faults["echoed"].append(told)
    if came(answer) == "login":
        visitor.log_in()


def look(
    app: Flask, town: Town, everybody: Everybody, faults: dict[str, list[str]], number: int | None = None
) -> None:
    """What was taken can be shown, on so many pages or on all, and the database is whole."""
    for visitor, ask in some(looks(app, everybody), number):
        answer = visitor.asks(ask)
        is_planted = (
            PLANTED.encode() in answer.data and answer.mimetype != "text/plain"
        )  # where it is but text
        if answer.status_code >= 500 or is_planted:
            faults["pages"].append(f"{ask}: {answer.status_code}")
    with closing(sqlite_module().connect(town.folder / "nightschool.db")) as connection:
        lines = [*connection.execute("PRAGMA foreign_key_check"), *connection.execute("PRAGMA quick_check")]
        faults["broken"] += [str(line) for line in lines if line != ("ok",)]
