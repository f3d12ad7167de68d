"""The database the public pages are measured on: every village of the shipped list, each with a school and a term."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from nightschool.actions.places.region_lists import import_regions
from nightschool.database import Database, migrate
from nightschool.formats.region_lists import read_regions
from nightschool.models.attendance import Headcount, Submission
from nightschool.models.base import Base, new_public_id
from nightschool.models.people import Teacher
from nightschool.models.places import NightSchool, Region, Venue
from nightschool.models.teaching import ClassSession, ClassSessionTeacher, Course
from nightschool.models.trust import Account
from nightschool.rules.access import Actor, Post, Role
from nightschool.rules.regions import Level, RegionRow
from nightschool.rules.slots import Now
from nightschool.web.app import PACKAGE

NOW = Now.at(datetime(2026, 11, 24, 2, 0, tzinfo=UTC), ZoneInfo("Asia/Shanghai"))  # ten in the morning
TODAY = NOW.day
SESSIONS_AHEAD = 19  # all within eight weeks
SESSIONS_LATELY = 5  # within 60 days: with those ahead, the 24 that page and feed show
SESSIONS_LONG_AGO = 36
SURNAMES = "陈刘周罗李王张杨黄吴邓曾"
TOPICS = (
    ("柑橘冬季管护", "skill", "带上剪刀。下雨照常。"),
    ("医保怎么报销", "policy", "带上社保卡和去年的发票，现场帮着算。"),
    ("用火用电安全", "law", ""),
    ("高血压怎么管", "culture_science", "来了先量血压。"),
    ("手机上卖土货", "skill", "带上手机，先下好软件。"),
    ("防诈骗", "law", "派出所来讲最近的几个案子。"),
)


def fill(database: Database, schools: int | None = None) -> list[str]:
    """The database is migrated, and all villages or the first so many have a school; answers with their codes."""
    migrate(database)
    with database.writing() as db:
        _regions(db)
        every = select(Region.code).where(Region.level == Level.VILLAGE).order_by(Region.code).limit(schools)
        villages = list(db.scalars(every))
        account = Account(login_name="bench", display_name="测量", created_at=NOW.instant)
        db.add(account)
        db.flush()
        _rows(db, NightSchool, _schools(villages))
        venues = _rows(
            db,
            Venue,
            (
                {"region_code": code, "name": f"活动室{code[9:]}", "directions": f"村委会旁，{code[6:]}号"}
                for code in villages
            ),
        )
        townships = sorted({code[:9] + "000" for code in villages})
        teachers = _rows(db, Teacher, _teachers(townships))
        courses = _rows(
            db, Course, (_course(code, venue) for code, venue in zip(villages, venues, strict=True))
        )
        _sessions(db, villages, venues, courses, dict(zip(townships, teachers, strict=True)), account.id)
    with database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE")
    return villages


def regions_of(path: Path) -> tuple[RegionRow, ...]:
    """The regions in this list."""
    return tuple(read_regions(path.read_bytes()).rows)


def _regions(db: Session) -> None:
    rows = regions_of(PACKAGE / "data" / "regions-neijiang-2023.csv")
    administrator = Actor(account_id=None, name="测量", posts=(Post(Role.SYSTEM_ADMINISTRATOR, None),))
    import_regions(db, rows, as_of=date(2023, 6, 30), by=administrator, now=NOW)


def _rows(db: Session, table: type[Base], values: Any) -> list[int]:
    """The ids of the rows now standing in the table, in the order given."""
    key: Any = table.id  # type: ignore[attr-defined]  # every table filled here has one
    return list(db.scalars(insert(table).returning(key, sort_by_parameter_order=True), list(values)))


def _schools(villages: list[str]) -> Iterator[dict[str, Any]]:
    for code in villages:
        yield {
            "region_code": code,
            "contact_name": f"{SURNAMES[int(code) % len(SURNAMES)]}书记",
            "contact_phone": f"0832-5{code[6:]}",
            "opened_on": date(2017, 1, 10),
            "version": 1,
        }


def _teachers(townships: list[str]) -> Iterator[dict[str, Any]]:
    for code in townships:
        yield {
            "region_code": code,
            "name": f"{SURNAMES[int(code[6:9]) % len(SURNAMES)]}老师",
            "name_key": "lao shi",
            "unit": f"{code[6:9]}农技站",
            "version": 1,
        }


def _course(code: str, venue: int) -> dict[str, Any]:
    return {
        "region_code": code,
        "title": TOPICS[0][0],
        "category_code": "skill",
        "venue_id": venue,
        "starts": 19 * 60,
        "ends": 20 * 60 + 30,
        "recurrence": {"kind": "once", "first": TODAY.isoformat()},
        "published_at": NOW.instant,
        "created_at": NOW.instant,
        "version": 1,
    }


def _sessions(
    db: Session,
    villages: list[str],
    venues: list[int],
    courses: list[int],
    teachers: dict[str, int],
    account: int,
) -> None:
    """Every third evening for seven weeks from today, and before it; the earlier term ended 90 days ago. Of what was,
    nine in ten were held and counted. Titles, days and times differ from village to village, as in life.
    """
    for code, venue, course in zip(villages, venues, courses, strict=True):
        topics = cycle(TOPICS)
        rows = [
            _class_session(code, venue, course, number, *next(topics))
            for number in range(-SESSIONS_LATELY - SESSIONS_LONG_AGO, SESSIONS_AHEAD)
        ]
        ids = _rows(db, ClassSession, rows)
        teacher = teachers[code[:9] + "000"]
        db.execute(
            insert(ClassSessionTeacher),
            [{"class_session_id": one, "teacher_id": teacher, "position": 0} for one in ids],
        )
        held = [one for one, row in zip(ids, rows, strict=True) if row["status"] == "held"]
        _counts(db, held, account)


def _class_session(
    code: str, venue: int, course: int, number: int, title: str, category: str, summary: str
) -> dict[str, Any]:
    is_off = number % 10 == 7
    which = int(code[6:])
    ago = 75 if number < -SESSIONS_LATELY else 0
    starts = 18 * 60 + which % 12 * 5
    return {
        "course_id": course,
        "public_id": new_public_id(),
        "region_code": code,
        "title": f"{title}（{which}班第{number + 50}讲）",
        "category_code": category,
        "summary": summary,
        "venue_id": venue,
        "day": TODAY + timedelta(days=number * 8 // 3 + which % 3 - ago),
        "starts": starts,
        "ends": starts + 90,
        "status": "cancelled" if is_off else "held" if number < 0 else "scheduled",
        "reason": "weather" if is_off else None,
        "reason_text": "",
        "published_at": NOW.instant,
        "changed_at": NOW.instant - timedelta(seconds=which),
        "revision": 1,
    }


def _counts(db: Session, held: list[int], account: int) -> None:
    import uuid

    sheets = [(uuid.uuid4(), one) for one in held]
    db.execute(
        insert(Submission),
        [
            {
                "id": sheet,
                "class_session_id": one,
                "account_id": account,
                "taken_at": NOW.instant,
                "received_at": NOW.instant,
                "arrival": 1,
                "fingerprint": "0" * 64,
            }
            for sheet, one in sheets
        ],
    )
    db.execute(
        insert(Headcount),
        [{"submission_id": sheet, "class_session_id": one, "total": 20 + one % 30} for sheet, one in sheets],
    )
