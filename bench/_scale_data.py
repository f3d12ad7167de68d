"""Databases of two sizes with the same township in them: one with 12 schools, one with 50,000 and a million sessions.

Rows go in as the databases take them fastest: COPY on PostgreSQL, executemany on SQLite, without the actions.
"""

import json
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Engine, insert, select

from bench._data import NOW, SURNAMES, TODAY, TOPICS
from nightschool.actions.places.region_lists import import_regions
from nightschool.database import Database, migrate
from nightschool.migrations.guards import POSTGRESQL
from nightschool.models.base import Base, new_public_id
from nightschool.models.places import Region
from nightschool.models.trust import Account, Posting
from nightschool.rules.access import SYSTEM
from nightschool.rules.names import sort_key, stored_keys
from nightschool.rules.regions import Level, RegionRow

TOWNSHIP = "511002105"  # the same one in both, with the same twelve schools
SCHOOLS_HERE = 12
SESSIONS = 20  # a village: 14 ahead, 6 behind
AHEAD = 14
LEARNERS = 2500  # of the one village that has a roster
LONG_PAST = 600  # sessions of ten years, of the same village
GIVEN = "秀英国富桂花建华素芳志强玉兰德明小红世平永贵春梅"
BATCH = 20_000


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in a filled database, as far as it is asked for."""

    villages: tuple[str, ...]  # with a school
    township_villages: tuple[str, ...]
    big_village: str  # with a roster and a long past
    coordinator: int
    supervisor: int
    sessions: int


def fill(database: Database, rows: Sequence[RegionRow], schools: int) -> Filled:
    """The database is migrated, has these regions, so many schools, and `SESSIONS` class sessions in each."""
    migrate(database)
    with database.writing() as db:
        import_regions(db, rows, as_of=date(2017, 10, 31), by=SYSTEM, now=NOW)
        every = list(
            db.scalars(select(Region.code).where(Region.level == Level.VILLAGE).order_by(Region.code))
        )
        here = [code for code in every if code.startswith(TOWNSHIP)][:SCHOOLS_HERE]
        elsewhere = [code for code in every if not code.startswith(TOWNSHIP)]
        step = max(1, len(elsewhere) // max(1, schools - len(here)))
        villages = sorted(here + elsewhere[::step][: schools - len(here)])
        coordinator, supervisor = _accounts(db, here[0])
    _fill(database.engine, villages, here[0], coordinator)
    with database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE")
    count = len(villages) * SESSIONS + LONG_PAST
    return Filled(tuple(villages), tuple(here), here[0], coordinator, supervisor, count)


def _accounts(db: Any, village: str) -> tuple[int, int]:
    made = []
    for name, role, region in (
        ("desk", "coordinator", village),
        ("look", "supervisor", TOWNSHIP[:6] + "000000"),
    ):
        account = Account(login_name=name, display_name=name, created_at=NOW.instant)
        db.add(account)
        db.flush()
        db.add(Posting(account_id=account.id, role=role, region_code=region, from_day=date(2020, 1, 1)))
        made.append(account.id)
    db.flush()
    return made[0], made[1]


def _fill(engine: Engine, villages: list[str], big: str, account: int) -> None:
    put = Loader(engine)
    numbers = {code: number for number, code in enumerate(villages, 1)}
    put("night_school", _schools(numbers))
    put("venue", _venues(numbers))
    townships = {code: number for number, code in enumerate(sorted({v[:9] for v in villages}), 1)}
    put("teacher", _teachers(townships))
    put("course", _courses(numbers))
    put("class_session", _class_sessions(numbers, big))
    put("class_session_teacher", _staff(numbers, townships, big))
    with _without_guard(engine):
        put("booking", _bookings(numbers))
    put("submission", _submissions(numbers, big, account))
    put("headcount", _headcounts(numbers, big))
    put("learner", _learners(big))
    put("mark", _marks(numbers, big))
    put.settle()


@contextmanager
def _without_guard(engine: Engine) -> Iterator[None]:
    """PostgreSQL looks for overlaps once at the end, which takes a tenth of the time."""
    if engine.dialect.name != "postgresql":
        yield
        return
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE booking DROP CONSTRAINT booking_overlap")
    yield
    with engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql(POSTGRESQL["booking_overlap"])


class Loader:
    """Puts rows into tables, and afterwards sets what counts their ids."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.tables = Base.metadata.tables
        self.filled: list[str] = []

    def __call__(self, name: str, rows: Iterable[dict[str, Any]]) -> None:
        self.filled.append(name)
        rows = iter(rows)
        first = next(rows, None)
        if first is None:
            return
        columns = list(first)
        with self.engine.begin() as connection:
            raw = connection.connection.driver_connection
            if self.engine.dialect.name == "postgresql":
                connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
                with (
                    raw.cursor() as cursor,
                    cursor.copy(f"COPY {name} ({', '.join(columns)}) FROM STDIN") as copy,
                ):
                    copy.write_row(list(first.values()))
                    for row in rows:
                        copy.write_row(list(row.values()))
                return
            sql = f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
            batch = [first]
            while batch:
                raw.executemany(sql, [[_as_text(value) for value in row.values()] for row in batch])
                batch = list(islice(rows, BATCH))

    def settle(self) -> None:
        """On PostgreSQL the sequences go on after the ids given here."""
        if self.engine.dialect.name != "postgresql":
            return
        with self.engine.begin() as connection:
            for name in self.filled:
                if "id" in self.tables[name].columns and name != "submission":
                    connection.exec_driver_sql(
                        f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))"
                    )


def _as_text(value: Any) -> Any:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"
    if isinstance(value, date):
        return value.isoformat()
    return value.hex if isinstance(value, uuid.UUID) else value


def _schools(numbers: dict[str, int]) -> Iterator[dict[str, Any]]:
    for code, number in numbers.items():
        yield {
            "id": number,
            "region_code": code,
            "principal": "",
            "contact_name": f"{SURNAMES[number % len(SURNAMES)]}书记",
            "contact_phone": f"0832-5{number:06d}",
            "opened_on": date(2017, 1, 10),
            "equipment": "{}",
            "version": 1,
        }


def _venues(numbers: dict[str, int]) -> Iterator[dict[str, Any]]:
    for code, number in numbers.items():
        name = f"活动室{number % 997}"
        yield {
            "id": number,
            "public_id": new_public_id(),
            "region_code": code,
            "name": name,
            "search_keys": "hds huodongshi",
            "kind": "meeting_room",
            "is_lit": True,
            "is_covered": True,
            "directions": f"村委会旁，{number % 97}号",
            "key_holder": "",
            "allows_parallel": False,
            "version": 1,
        }


def _teachers(townships: dict[str, int]) -> Iterator[dict[str, Any]]:
    for prefix, number in townships.items():
        name = f"{SURNAMES[number % len(SURNAMES)]}老师"
        yield {
            "id": number,
            "public_id": new_public_id(),
            "region_code": prefix + "000",
            "name": name,
            "name_key": sort_key(name),
            "search_keys": stored_keys(name),
            "unit": f"{prefix[6:]}农技站",
            "kind": "technician",
            "specialities": "",
            "languages": "",
            "name_is_public": True,
            "version": 1,
        }


def _courses(numbers: dict[str, int]) -> Iterator[dict[str, Any]]:
    for code, number in numbers.items():
        yield {
            "id": number,
            "public_id": new_public_id(),
            "region_code": code,
            "kind": "open_lecture",
            "title": TOPICS[0][0],
            "search_keys": stored_keys(TOPICS[0][0]),
            "category_code": "skill",
            "summary": "",
            "delivery_mode": None,
            "venue_id": number,
            "starts": 19 * 60,
            "ends": 20 * 60 + 30,
            "recurrence": json.dumps({"kind": "once", "first": TODAY.isoformat()}),
            "skipped_dates": "[]",
            "graduation_basis": "sessions",
            "graduation_percent": 75,
            "published_at": NOW.instant,
            "created_at": NOW.instant,
            "version": 1,
        }


def _session_ids(numbers: dict[str, int], big: str) -> Iterator[tuple[int, str, int, int]]:
    """Id, village, village's number, and which session of it: village after village, then the long past of one."""
    for code, number in numbers.items():
        for which in range(SESSIONS):
            yield (number - 1) * SESSIONS + which + 1, code, number, which - (SESSIONS - AHEAD)
    for which in range(LONG_PAST):
        yield len(numbers) * SESSIONS + which + 1, big, numbers[big], -which - 20


def _class_sessions(numbers: dict[str, int], big: str) -> Iterator[dict[str, Any]]:
    for key, code, number, which in _session_ids(numbers, big):
        title, category, summary = TOPICS[which % len(TOPICS)]
        starts = 18 * 60 + number % 12 * 5
        yield {
            "id": key,
            "public_id": new_public_id(),
            "course_id": number,
            "region_code": code,
            "title": f"{title}（第{which + 700}讲）",
            "category_code": category,
            "summary": summary,
            "delivery_mode": None,
            "venue_id": number,
            "day": TODAY + timedelta(days=which * 3 + int(code[6:]) % 3),
            "starts": starts,
            "ends": starts + 90,
            "status": "scheduled" if which >= 0 else "held",
            "reason_text": "",
            "published_at": NOW.instant,
            "changed_at": NOW.instant - timedelta(seconds=number),
            "revision": 1,
        }


def _staff(numbers: dict[str, int], townships: dict[str, int], big: str) -> Iterator[dict[str, Any]]:
    for key, code, _number, _which in _session_ids(numbers, big):
        yield {"class_session_id": key, "teacher_id": townships[code[:9]], "position": 0}


def _bookings(numbers: dict[str, int]) -> Iterator[dict[str, Any]]:
    """Venues only: the teachers of this world are at many places at once."""
    for key, code, number, which in _session_ids(numbers, next(iter(numbers))):
        if which < -SESSIONS:
            break
        starts = 18 * 60 + number % 12 * 5
        yield {
            "id": key,
            "resource_kind": "venue",
            "resource_id": number,
            "day": TODAY + timedelta(days=which * 3 + int(code[6:]) % 3),
            "starts": starts,
            "ends": starts + 90,
            "class_session_id": key,
        }


def _held(numbers: dict[str, int], big: str) -> Iterator[int]:
    return (key for key, _code, _number, which in _session_ids(numbers, big) if which < 0)


def _submissions(numbers: dict[str, int], big: str, account: int) -> Iterator[dict[str, Any]]:
    for key in _held(numbers, big):
        yield {
            "id": uuid.UUID(int=key),
            "class_session_id": key,
            "account_id": account,
            "kind": "sheet",
            "device": "",
            "taken_at": NOW.instant,
            "received_at": NOW.instant,
            "arrival": 1,
            "fingerprint": "0" * 64,
            "reason": "",
            "difference_note": "",
        }


def _headcounts(numbers: dict[str, int], big: str) -> Iterator[dict[str, Any]]:
    for row, key in enumerate(_held(numbers, big), 1):
        yield {
            "id": row,
            "class_session_id": key,
            "submission_id": uuid.UUID(int=key),
            "total": 20 + key % 30,
            "unnamed_guests": 0,
        }


def _learners(big: str) -> Iterator[dict[str, Any]]:
    for number in range(1, LEARNERS + 1):
        name = SURNAMES[number % len(SURNAMES)] + GIVEN[number % 20] + GIVEN[number * 7 % 23]
        yield {
            "id": number,
            "public_id": new_public_id(),
            "region_code": big,
            "name": name,
            "name_key": sort_key(name),
            "search_keys": stored_keys(name),
            "group_name": f"{'一二三四五六七八九'[number % 9]}组",
            "group_number": number % 9 + 1,
            "household": "",
            "version": 1,
        }


def _marks(numbers: dict[str, int], big: str) -> Iterator[dict[str, Any]]:
    """Thirty people came to each session of the village that has a roster."""
    for key, code, _number, which in _session_ids(numbers, big):
        if code == big and which < 0:
            for step in range(30):
                yield {
                    "class_session_id": key,
                    "learner_id": (key * 13 + step * 83) % LEARNERS + 1,
                    "status": "present",
                    "came_instead": "",
                    "submission_id": uuid.UUID(int=key),
                }


def logged_in(database: Database, account_id: int) -> str:
    """The token of a login of this account."""
    import hashlib

    from nightschool.models.trust import LoginSession

    token = f"bench-token-{account_id}"
    with database.writing() as db:
        db.execute(
            insert(LoginSession),
            {
                "account_id": account_id,
                "token_digest": hashlib.sha256(token.encode()).hexdigest(),
                "device": "",
                "is_own_phone": True,
                "created_at": NOW.instant,
                "last_seen_at": NOW.instant,
                "expires_at": NOW.instant + timedelta(days=30),
            },
        )
    return token
