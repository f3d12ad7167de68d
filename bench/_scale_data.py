"""Databases of two sizes with the same township in them: one with 12 schools, one with 50,000 and a million sessions.

Rows go in as the databases take them fastest: COPY on PostgreSQL, executemany on SQLite, without the actions, and
without what looks at each row as it comes (keys, checks, indexes, guards), which stands again afterwards.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from itertools import count
from typing import Any, NamedTuple

from sqlalchemy import func, insert, select
from sqlalchemy.schema import CreateIndex

from bench._data import NOW, SURNAMES, TODAY, TOPICS
from nightschool.actions.places.region_lists import import_regions
from nightschool.database import Database, migrate
from nightschool.migrations import guards
from nightschool.models.base import Base, new_public_id
from nightschool.models.places import NightSchool, Region
from nightschool.models.teaching import ClassSession
from nightschool.models.trust import Account, Posting
from nightschool.rules.access import SYSTEM
from nightschool.rules.names import sort_key, stored_keys
from nightschool.rules.regions import Level, RegionRow
from nightschool.rules.registers.evaluations import Aspect

TOWNSHIP = "511002105"  # the same one in both, with the same twelve schools
SCHOOLS_HERE = 12
SESSIONS = 20  # a village: 14 ahead, 6 behind
AHEAD = 14
LEARNERS = 2500  # of the one village that has a roster
LONG_PAST = 600  # sessions of ten years, of the same village
GIVEN = "秀英国富桂花建华素芳志强玉兰德明小红世平永贵春梅"
# A year, where one is wanted: so many recorded classes in each village, so many people marked in each of them, and so
# many units in each county's list, one of which organised one class in four.
CLASSES, PEOPLE, UNITS = 24, 40, 6
INSTANT = f"{NOW.instant.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in a filled database, as far as it is asked for."""

    villages: tuple[str, ...]  # with a school
    township_villages: tuple[str, ...]
    big_village: str  # with a roster and a long past
    coordinator: int
    supervisor: int
    sessions: int


def filled(database: Database) -> Filled:
    """What `fill` has put there."""
    with database.reading() as db:
        villages = tuple(db.scalars(select(NightSchool.region_code).order_by(NightSchool.region_code)))
        here = tuple(code for code in villages if code.startswith(TOWNSHIP))
        desk, look = (
            db.scalars(select(Account.id).where(Account.login_name == name)).one()
            for name in ("desk", "look")
        )
        sessions = db.scalar(select(func.max(ClassSession.id))) or 0
    return Filled(villages, here, here[0], desk, look, sessions)


class Held(NamedTuple):
    """One class session that there is to be."""

    key: int
    village: int  # its number, which is also that of its school, its room and its course
    code: str
    which: int  # of the village's: from 0 on they are to come
    day: date
    is_of_year: bool

    @property
    def is_over(self) -> bool:
        """It was held and recorded."""
        return self.is_of_year or self.which < 0

    @property
    def starts(self) -> int:
        """Its minute of the day."""
        return 19 * 60 if self.is_of_year else 18 * 60 + self.village % 12 * 5

    @property
    def sheet(self) -> str:
        """The id of what recorded it, as both databases read one."""
        return f"{self.key:032x}"


def fill(database: Database, rows: Sequence[RegionRow], schools: int, *, years: int = 0) -> Filled:
    """The database is migrated, has these regions, so many schools, and `SESSIONS` class sessions in each.

    `years`: and `CLASSES` more a year that are over, each with the marks of `PEOPLE`, in all villages.
    """
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
        coordinator = _accounts(db, here[0])
    with _loading(database) as put:
        _fill(put, villages, here[0], coordinator, years)
    analyze(database)
    return filled(database)


def analyze(database: Database) -> None:
    """PostgreSQL's planner knows what is there, as it sees to by itself a minute later; SQLite's never does."""
    if database.is_sqlite:
        return
    with database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.exec_driver_sql("SET statement_timeout = 0")
        connection.exec_driver_sql("VACUUM ANALYZE")
    database.dispose()


def _accounts(db: Any, village: str) -> int:
    """The one that desks are asked for by, and one that sees its county, are there; the id of the first."""
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
    return made[0]


class Loader:
    """Puts rows into empty tables; `done` says afterwards what is there."""

    def __init__(self, database: Database, connection: Any) -> None:
        self.database, self.cursor = database, connection.cursor()
        self.filled: list[str] = []

    def __call__(self, name: str, columns: str, rows: Iterable[tuple[Any, ...]], **same: Any) -> None:
        """These rows are in the table, in this order of columns, and `same` in each of them."""
        if name not in self.filled:
            self.filled.append(name)
            for index in Base.metadata.tables[name].indexes:
                self.cursor.execute(f"DROP INDEX {index.name}")
        names = [*columns.split(), *same]
        into = f"{name} ({', '.join(names)})"
        if same:
            rows = ((*row, *same.values()) for row in rows)
        if self.database.is_sqlite:
            self.cursor.executemany(f"INSERT INTO {into} VALUES ({', '.join('?' * len(names))})", rows)
            return
        with self.cursor.copy(f"COPY {into} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def done(self) -> None:
        """All indexes stand again, and on PostgreSQL the sequences go on after the ids given here."""
        for name in self.filled:
            table = Base.metadata.tables[name]
            for index in table.indexes:
                self.cursor.execute(str(CreateIndex(index).compile(dialect=self.database.engine.dialect)))
            if not self.database.is_sqlite and "id" in table.columns and name != "submission":
                self.cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))"
                )


@contextmanager
def _loading(database: Database) -> Iterator[Loader]:
    """What puts rows in. Nothing is looked at row by row, and on SQLite nothing written twice: it is lost or whole."""
    database.dispose()
    raw = database.engine.raw_connection()
    cursor = raw.cursor()
    settings = (
        (
            *(f"PRAGMA {one}=OFF" for one in ("foreign_keys", "journal_mode", "synchronous")),
            "PRAGMA ignore_check_constraints=ON",
            "PRAGMA cache_size=-200000",
            "BEGIN",
        )
        if database.is_sqlite
        else ("SET statement_timeout = 0", "SET timezone = 'UTC'", "SET session_replication_role = replica")
    )
    guarded = guards.SQLITE if database.is_sqlite else guards.POSTGRESQL
    overlaps = [name for name in guarded if name.startswith("booking_overlap")]
    for statement in settings:
        cursor.execute(statement)
    for name in overlaps:
        cursor.execute(
            f"DROP TRIGGER {name}" if database.is_sqlite else f"ALTER TABLE booking DROP CONSTRAINT {name}"
        )
    put = Loader(database, raw)
    yield put
    put.done()
    for name in overlaps:
        cursor.execute(guarded[name])
    cursor.execute("COMMIT")
    raw.close()
    database.dispose()


def _sessions(villages: Sequence[str], big: str, years: int) -> Iterator[Held]:
    """Village after village, then the long past of one, then everybody's year."""
    keys = count(1)
    for number, code in enumerate(villages, 1):
        past = range(-20, -LONG_PAST - 20, -1) if code == big else ()
        for which in (*range(AHEAD - SESSIONS, AHEAD), *past):
            day = TODAY + timedelta(days=which * 3 + int(code[6:]) % 3)
            yield Held(next(keys), number, code, which, day, False)
    for number, code in enumerate(villages, 1):
        for which in range(CLASSES * years):
            ago, of_year = divmod(which, CLASSES)
            day = TODAY - timedelta(days=25 + of_year * 14 + (number - 1) % 14 + ago * 52 * 7)
            yield Held(next(keys), number, code, which, day, True)


def _fill(put: Loader, villages: list[str], big: str, account: int, years: int) -> None:
    numbers = list(enumerate(villages, 1))
    townships = {code: number for number, code in enumerate(sorted({v[:9] for v in villages}), 1)}

    def sessions() -> Iterator[Held]:
        return _sessions(villages, big, years)

    def over() -> Iterator[Held]:
        return (one for one in sessions() if one.is_over)

    put(
        "night_school",
        "id region_code contact_name contact_phone",
        ((at, code, f"{SURNAMES[at % len(SURNAMES)]}书记", f"0832-5{at:06d}") for at, code in numbers),
        principal="",
        opened_on="2017-01-10",
        equipment="{}",
        version=1,
    )
    put(
        "venue",
        "id public_id region_code name directions",
        ((at, new_public_id(), code, f"活动室{at % 997}", f"村委会旁，{at % 97}号") for at, code in numbers),
        search_keys="hds huodongshi",
        kind="meeting_room",
        is_lit=True,
        is_covered=True,
        key_holder="",
        allows_parallel=False,
        version=1,
    )
    put(
        "teacher",
        "id public_id region_code name name_key search_keys unit",
        (
            (
                at,
                new_public_id(),
                code + "000",
                *_named(SURNAMES[at % len(SURNAMES)] + "老师"),
                f"{code[6:]}农技站",
            )
            for code, at in townships.items()
        ),
        kind="technician",
        specialities="",
        languages="",
        name_is_public=True,
        version=1,
    )
    put(
        "course",
        "id public_id region_code venue_id",
        ((at, new_public_id(), code, at) for at, code in numbers),
        kind="open_lecture",
        title=TOPICS[0][0],
        search_keys=stored_keys(TOPICS[0][0]),
        category_code="skill",
        summary="",
        starts=19 * 60,
        ends=20 * 60 + 30,
        recurrence=json.dumps({"kind": "once", "first": TODAY.isoformat()}),
        skipped_dates="[]",
        graduation_basis="sessions",
        graduation_percent=75,
        published_at=INSTANT,
        created_at=INSTANT,
        version=1,
    )
    put(
        "class_session",
        "id public_id course_id venue_id region_code title category_code summary day starts ends status"
        " recorded_after changed_at",
        map(_class_session, sessions()),
        reason_text="",
        published_at=INSTANT,
        revision=1,
    )
    put(
        "class_session_teacher",
        "class_session_id teacher_id",
        ((one.key, townships[one.code[:9]]) for one in sessions() if not one.is_of_year),
        position=0,
    )
    put(  # rooms only: the teachers of this world are at many places at once
        "booking",
        "id resource_id day starts ends class_session_id",
        (
            (one.key, one.village, one.day.isoformat(), one.starts, one.starts + 90, one.key)
            for one in sessions()
            if one.which >= AHEAD - SESSIONS and not one.is_of_year
        ),
        resource_kind="venue",
    )
    put(
        "submission",
        "id class_session_id",
        ((one.sheet, one.key) for one in over()),
        account_id=account,
        kind="sheet",
        device="",
        taken_at=INSTANT,
        received_at=INSTANT,
        arrival=1,
        fingerprint="0" * 64,
        reason="",
        difference_note="",
    )
    put(
        "headcount",
        "id class_session_id submission_id total women over_60 unnamed_guests",
        ((one.key, one.key, one.sheet, *_counted(one)) for one in over()),
    )
    put(
        "learner",
        "id public_id region_code name name_key search_keys group_name group_number",
        _learners(numbers if years else [], big),
        household="",
        version=1,
    )
    put(
        "mark",
        "class_session_id learner_id status came_instead submission_id",
        (mark for one in over() for mark in _marks(one, big)),
    )
    if years:
        _fill_labels_and_slips(put, sorted({village[:6] for village in villages}), over)


def _fill_labels_and_slips(put: Loader, counties: list[str], over: Any) -> None:
    """Each county has a list of units, with the same names as the others; after one class in twenty people spoke."""
    first = {county: at * UNITS + 1 for at, county in enumerate(counties)}
    put(
        "label",
        "id public_id region_code name",
        (
            (at + number, new_public_id(), county + "000000", f"{SURNAMES[number]}单位")
            for county, at in first.items()
            for number in range(UNITS)
        ),
        kind="unit",
        search_keys="",
        version=1,
    )
    put(
        "class_session_label",
        "class_session_id label_id",
        (
            (one.key, first[one.code[:6]] + one.village % UNITS)
            for one in over()
            if one.is_of_year and one.which % 4 == 0
        ),
        role="host",
        position=0,
    )
    spoke = [one.key for one in over() if one.is_of_year and one.key % 20 == 0]
    said = {"online": 0, "waiting": 0}
    put(
        "evaluation",
        "class_session_id",
        ((key,) for key in spoke),
        on_paper=12,
        **said,
        **dict.fromkeys(("words", "paper_words", "waiting_words", "sent"), "[]"),
    )
    put(
        "evaluation_count",
        "class_session_id aspect choice",
        ((key, aspect.value, choice) for key in spoke for aspect in Aspect for choice in (2, 3)),
        on_paper=6,
        **said,
    )


def _class_session(one: Held) -> tuple[Any, ...]:
    title, category, summary = TOPICS[one.which % len(TOPICS)]
    late, changed = None, NOW.instant.astimezone(UTC) - timedelta(seconds=one.village)
    if one.is_of_year:
        title, summary, late, changed = f"第{one.which + 1}讲", "", one.which % 5, NOW.instant.astimezone(UTC)
        category = ("skill", "law", "policy", "culture_science")[one.which % 4]
    else:
        title = f"{title}（第{one.which + 700}讲）"
    return (
        one.key,
        new_public_id(),
        one.village,
        one.village,
        one.code,
        title,
        category,
        summary,
        one.day.isoformat(),
        one.starts,
        one.starts + 90,
        "held" if one.is_over else "scheduled",
        late,
        f"{changed:%Y-%m-%d %H:%M:%S.%f}",
    )


def _counted(one: Held) -> tuple[int | None, int | None, int | None, int]:
    """Of the year one class in three was counted, the others come to those marked and two more."""
    if not one.is_of_year:
        return 20 + one.key % 30, None, None, 0
    return (45, 20, 12, 2) if one.key % 3 == 0 else (None, None, None, 2)


def _named(name: str) -> tuple[str, str, str]:
    return name, sort_key(name), stored_keys(name)


def _learners(of_year: list[tuple[int, str]], big: str) -> Iterator[tuple[Any, ...]]:
    for at in range(1, LEARNERS + 1):
        name = SURNAMES[at % len(SURNAMES)] + GIVEN[at % 20] + GIVEN[at * 7 % 23]
        yield at, new_public_id(), big, *_named(name), f"{'一二三四五六七八九'[at % 9]}组", at % 9 + 1
    for village, code in of_year:
        for at in range(PEOPLE):
            name = f"{SURNAMES[at % len(SURNAMES)]}{at}"
            yield _person(village, at), new_public_id(), code, name, "chen", "c chen", "一组", 1


def _person(village: int, at: int) -> int:
    return LEARNERS + (village - 1) * PEOPLE + at + 1


def _marks(one: Held, big: str) -> Iterator[tuple[Any, ...]]:
    """Thirty people came to each session of the village that has a roster, and to those of a year three of four."""
    if one.is_of_year:
        first = _person(one.village, 0)
        for at in range(PEOPLE):
            status = "present" if (one.key + at) % 4 else "excused"
            yield one.key, first + at, status, "", one.sheet
    elif one.code == big:
        for step in range(30):
            yield one.key, (one.key * 13 + step * 83) % LEARNERS + 1, "present", "", one.sheet


def logged_in(database: Database, account_id: int) -> str:
    """The token of a login of this account."""
    import hashlib

    from nightschool.models.trust import LoginSession

    token = f"bench-token-{new_public_id()}"
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
