"""Who is there while machines break: phones that save registers, and readers who open their village's page.

Each tries again until it has what it wants. A phone keeps its sheet until there is a receipt for it.
"""

import json
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from http.client import HTTPConnection, HTTPException
from itertools import cycle
from threading import Event, Thread
from uuid import UUID, uuid4

from bench._machines import FRONT
from bench.deliveries import Written

AGAIN = 2.0  # seconds until what was refused is tried again
PATIENCE = 20.0  # seconds until an answer is given up


@dataclass
class Visits:
    """What one phone or reader got."""

    served: list[tuple[float, float]] = field(default_factory=list)  # when they wanted it, and had it
    refused: list[tuple[float, str]] = field(default_factory=list)  # when, and what came instead
    acknowledged: list[UUID] = field(default_factory=list)

    def longest_wait(self, since: float) -> float:
        """Seconds from when something was wanted until it was there, at most."""
        return max((had - wanted for wanted, had in self.served if had >= since), default=0.0)

    def has_since(self, since: float) -> bool:
        """Something that was wanted since is there."""
        return bool(self.served) and self.served[-1][0] >= since


Place = tuple[str, int]


def ask(
    method: str, path: str, body: str | None = None, *, at: Place = (FRONT, 8080), **headers: str
) -> tuple[int, str, str]:
    """Status, text and cookie of an answer, through HAProxy unless told otherwise. Raises OSError or HTTPException."""
    connection = HTTPConnection(*at, timeout=PATIENCE)
    try:
        connection.request(
            method, path, body, {name.replace("_", "-"): value for name, value in headers.items()}
        )
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace"), answer.getheader("Set-Cookie", "")
    finally:
        connection.close()


class Phone:
    """A coordinator's phone, which writes sheet after sheet of one class."""

    def __init__(
        self, login: str, class_session: str, people: list[str], visits: Visits, at: Place = (FRONT, 8080)
    ) -> None:
        self.class_session, self.people, self.visits, self.at = class_session, people, visits, at
        self.chance, self.cookie, self.token = random.Random(login), f"nightschool={login}", ""
        self.sheet: Written | None = None

    def save(self) -> str:
        """Nothing when there is a receipt for the sheet, else what came instead."""
        if not self.token:
            status, text, given = ask("GET", "/deliveries", at=self.at, Cookie=self.cookie)
            if status != 200:
                return str(status)
            self.cookie += "; " + given.partition(";")[0]
            self.token = json.loads(text)["token"]
        came = frozenset(self.chance.sample(self.people, self.chance.randint(0, len(self.people))))
        before = tuple(self.visits.acknowledged[-1:])
        self.sheet = self.sheet or Written(uuid4(), came, len(came), datetime.now(UTC), 0, before)
        body = json.dumps({"sheets": [self.sheet.parcel(self.class_session)]})
        sent = {"Cookie": self.cookie, "X_CSRFToken": self.token, "Content_Type": "application/json"}
        status, text, _cookie = ask("POST", "/deliveries", body, at=self.at, **sent)
        if status != 200 or json.loads(text)["receipts"][0]["id"] != str(self.sheet.id):
            return str(status)
        self.visits.acknowledged.append(self.sheet.id)
        self.sheet = None
        return ""


def read(village: str) -> str:
    """Nothing when the village's page is there, else what came instead."""
    status, text, _cookie = ask("GET", f"/v/{village}")
    return "" if status == 200 and "柑橘冬季管护" in text else str(status)


def keep_on(get: Callable[[], str], visits: Visits, every: float, over: Event) -> None:
    """They get it again and again, each time until it is there, about every so many seconds."""
    chance = random.Random()
    over.wait(every * chance.random())
    while not over.is_set():
        wanted = time.monotonic()
        while instead := _tried(get):
            visits.refused.append((time.monotonic(), instead))
            time.sleep(AGAIN * chance.uniform(0.5, 1.5))
        visits.served.append((wanted, time.monotonic()))
        over.wait(every * chance.uniform(0.5, 1.5))


def _tried(get: Callable[[], str]) -> str:
    try:
        return get()
    except (OSError, HTTPException) as error:
        return type(error).__name__


class Crowd:
    """Phones and readers, at work from the beginning until `stop`."""

    def __init__(self, phones: list[tuple[str, str, str, list[str]]], readers: int, every: float) -> None:
        self.phones, self.readers = [Visits() for _ in phones], [Visits() for _ in range(readers)]
        self.over = Event()
        work: list[tuple[Callable[[], str], Visits]] = [
            (Phone(login, held, people, visits).save, visits)
            for (_village, login, held, people), visits in zip(phones, self.phones, strict=True)
        ]
        work += [
            (partial(read, village), visits)
            for visits, (village, *_phone) in zip(self.readers, cycle(phones), strict=False)
        ]
        self.threads = [
            Thread(target=keep_on, args=(get, visits, every, self.over), daemon=True) for get, visits in work
        ]
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        """Every phone has its receipts."""
        self.over.set()
        for one in self.threads:
            one.join(120)

    def is_served(self, since: float) -> bool:
        """Everybody has what they wanted since."""
        return all(one.has_since(since) for one in (*self.phones, *self.readers))

    def refused(self, of: list[Visits], since: float) -> Counter[str]:
        """What came since instead of what these wanted, and how often."""
        return Counter(what for one in of for at, what in one.refused if at >= since)
