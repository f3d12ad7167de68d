"""Plain functions that put records into a database, with boring defaults, and the named cast.

Times are fixed: it is Tuesday 2026-11-24, ten in the morning in the village.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from nightschool.actions.courses.changing import picture
from nightschool.database import Database
from nightschool.models.attendance import Headcount, Mark, Submission, WaitingSheet
from nightschool.models.base import new_public_id
from nightschool.models.errands import Errand
from nightschool.models.people import HouseholdStatus, Learner, PeopleList, Teacher, TeacherLink
from nightschool.models.places import NightSchool, Region, RegionImport, RegionName, Venue
from nightschool.models.planning import Dispatch, Inspection, InspectionVisit, Question, Rota, Wish
from nightschool.models.teaching import (
    Booking,
    ChangeSet,
    ClassSession,
    ClassSessionTeacher,
    Course,
    CourseTeacher,
    Label,
    SessionStatus,
)
from nightschool.models.trust import Account, LoginSession, Posting
from nightschool.queries.household_status import holder_of, status_sealed_for, write_status
from nightschool.queries.registers.attendance import register_version
from nightschool.rules.access import Actor, Post, Role
from nightschool.rules.courses.labels import LabelKind
from nightschool.rules.dispatch.rota_drafts import RotaRow, rows_as_json
from nightschool.rules.names import sort_key, stored_keys
from nightschool.rules.people.household_status import Status
from nightschool.rules.people.teacher_links import digest_of
from nightschool.rules.regions import display_name, level_of, parent_of
from nightschool.rules.registers.attendance import Sheet
from nightschool.rules.registers.waiting import write_sheet
from nightschool.rules.slots import Now
from nightschool.sealing import Sealer
from nightschool.settings import Keys, dump_keys

ZONE = ZoneInfo("Asia/Shanghai")
NOW = Now.at(datetime(2026, 11, 24, 2, 0, tzinfo=UTC), ZONE)
TODAY = NOW.day
SOON = {"starts": 10 * 60 + 30, "ends": 12 * 60}  # of a class session that can be recorded at NOW
KEYS = Keys(signing="a-signing-key-for-tests-only-0123456789", sealing={"k1": bytes(range(32))})
SEALER = Sealer(KEYS.sealing)

SHIWAN = "511002105201"
JIANLI = "511024100217"
OFFICIAL_NAMES = {
    "510000000000": "四川省",
    "511000000000": "内江市",
    "511002000000": "市中区",
    "511002105000": "全安镇",
    SHIWAN: "狮湾村村民委员会",
    "511024000000": "威远县",
    "511024100000": "严陵镇",
    JIANLI: "建立村村委会",
}


# What follows the first entry of an invented notice of 2027: every notice has seven, these have 22 days.
REST_OF_NOTICE = """
二、春节：2月5日至11日放假，共7天。
三、清明节：4月5日放假。
四、劳动节：5月1日至5日放假，共5天。
五、端午节：6月9日放假。
六、中秋节：9月15日放假。
七、国庆节：10月1日至7日放假，共7天。"""


def later(by: timedelta = timedelta(), **parts: float) -> Now:
    """That much after NOW, told as a whole or in minutes, hours, days; before it, where it is less than nothing."""
    return Now.at(NOW.instant + by + timedelta(**parts), ZONE)


def on(day: date) -> Now:
    """That day, at the same hour."""
    return later(days=(day - TODAY).days)


class StillClock:
    """A clock that stands until a test moves it."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def move(self, **by: float) -> None:
        self.moment += timedelta(**by)


@dataclass(frozen=True)
class Cast:
    """Who is who. Ids of accounts; `*_actor` is the same person as an action sees them."""

    chen: int  # coordinator of 狮湾村
    chen_actor: Actor
    luo: int  # coordinator of 建立村, in another county
    luo_actor: Actor
    township_supervisor: int  # 全安镇
    county_supervisor: int  # 市中区
    region_administrator: int  # 市中区
    region_administrator_actor: Actor
    system_administrator: int
    teacher: int  # 周老师, kept at 全安镇
    venue: int  # 狮湾村's meeting room
    other_venue: int  # 建立村's meeting room


def make_region(db: Session, code: str, official_name: str | None = None, **columns: Any) -> Region:
    official = official_name or OFFICIAL_NAMES.get(code, f"测试{code[-3:]}村村民委员会")
    name = display_name(official, code)
    region = Region(
        code=code,
        level=level_of(code),
        parent_code=parent_of(code),
        name=name,
        official_name=official,
        changed_at=NOW.instant,
        **columns,
    )
    db.add(region)
    db.flush()
    db.add(RegionName(region_code=code, official_name=official, name=name, as_of=date(2023, 6, 30)))
    db.flush()
    return region


def make_places(db: Session) -> None:
    """Sichuan, Neijiang, two counties, two townships, two villages."""
    for code in OFFICIAL_NAMES:
        make_region(db, code)


def make_school(db: Session, code: str = SHIWAN, **columns: Any) -> NightSchool:
    defaults = {"contact_name": "陈书记", "contact_phone": "0832-5550101", "opened_on": date(2017, 1, 10)}
    school = NightSchool(region_code=code, **{**defaults, **columns})
    db.add(school)
    db.flush()
    return school


def make_venue(db: Session, code: str = SHIWAN, name: str = "村活动室", **columns: Any) -> Venue:
    venue = Venue(region_code=code, name=name, **{"search_keys": stored_keys(name), **columns})
    db.add(venue)
    db.flush()
    return venue


def make_teacher(db: Session, code: str = "511002105000", name: str = "周老师", **columns: Any) -> Teacher:
    defaults = {"name_key": "zhou lao shi", "unit": "农技站", "search_keys": stored_keys(name)}
    teacher = Teacher(region_code=code, name=name, **{**defaults, **columns})
    db.add(teacher)
    db.flush()
    return teacher


def make_link(db: Session, teacher: Teacher, secret: str | None = None, **columns: Any) -> TeacherLink:
    """An address with this secret opens the teacher's classes where they are kept."""
    defaults = {"region_code": teacher.region_code, "made_at": NOW.instant}
    link = TeacherLink(
        teacher_id=teacher.id,
        digest=digest_of(secret or secrets.token_urlsafe(24)),
        **{**defaults, **columns},
    )
    db.add(link)
    db.flush()
    return link


def make_question(
    db: Session, class_session: ClassSession, text: str = "黄龙病怎么认？", **columns: Any
) -> Question:
    """Something villagers asked in this class, open unless an answer is given."""
    defaults = {"region_code": class_session.region_code, "asked_on": class_session.day}
    question = Question(class_session_id=class_session.id, text=text, **{**defaults, **columns})
    db.add(question)
    db.flush()
    return question


def make_wish(db: Session, code: str = SHIWAN, topic: str = "果树修剪", **columns: Any) -> Wish:
    """What eight households of this village want to learn."""
    wish = Wish(region_code=code, topic=topic, **{"households": 8, "wished_on": TODAY, **columns})
    db.add(wish)
    db.flush()
    return wish


def make_dispatch(
    db: Session, teacher: int, code: str = SHIWAN, topic: str = "果树修剪", **columns: Any
) -> Dispatch:
    """An office asks this teacher, and this village, for an evening of next week."""
    defaults = {
        "category_code": "skill", "day": TODAY + timedelta(days=8), "starts": 19 * 60, "ends": 20 * 60 + 30,
        "office_code": code[:6] + "000000", "offered_at": NOW.instant,
    }  # fmt: skip
    dispatch = Dispatch(region_code=code, topic=topic, teacher_id=teacher, **{**defaults, **columns})
    db.add(dispatch)
    db.flush()
    return dispatch


def make_rota(
    db: Session, code: str = f"{SHIWAN[:6]}000000", wish: Wish | None = None, **columns: Any
) -> Rota:
    """A rota of a county for two weeks from tomorrow, ready; the wish has no class in it.

    `state`, `steps_done` and others are those of the errand by which it is found.
    """
    errand = {name: columns.pop(name) for name in ("state", "steps_done", "steps_all") if name in columns}
    if wish is not None:
        words = {"place": "村", "township": "镇", "topic": wish.topic, "category": "skill", "waited": 9}
        row = RotaRow(wish.public_id, wish.region_code, **words, why="没有会讲的老师。")  # type: ignore[arg-type]
        columns["rows"] = rows_as_json([row])
    defaults = {
        "first_day": TODAY + timedelta(days=1), "last_day": TODAY + timedelta(days=14), "starts": 19 * 60,
        "ends": 20 * 60 + 30, "made_at": NOW.instant,
    }  # fmt: skip
    rota = Rota(region_code=code, **{**defaults, **columns})
    db.add(rota)
    db.flush()
    if errand:
        asked = {"rota": rota.public_id}
        rota.errand_id = make_errand(db, "rota", region_code=code, asked=asked, **errand).id
    db.flush()
    return rota


def make_inspection(
    db: Session, class_session: ClassSession, code: str = f"{SHIWAN[:6]}000000", **found: Any
) -> Inspection:
    """A county drew this class session alone; `found` is what was noted there."""
    days = {"first_day": class_session.day, "last_day": class_session.day, "made_at": NOW.instant}
    made = Inspection(
        region_code=code, place_code=code, minutes=40, seed="seed", frame=[class_session.public_id], **days
    )
    db.add(made)
    db.flush()
    slot = {name: getattr(class_session, name) for name in ("region_code", "day", "starts", "ends")}
    db.add(InspectionVisit(inspection_id=made.id, class_session_id=class_session.id, **slot, **found))
    db.flush()
    return made


def make_learner(
    db: Session, code: str = SHIWAN, name: str = "陈大秀", group_name: str = "一组", **columns: Any
) -> Learner:
    defaults = {
        "public_id": new_public_id(),
        "name_key": sort_key(name),
        "search_keys": stored_keys(name),
        "group_number": "零一二三四五六七八九".find(group_name[:1]),
    }
    learner = Learner(region_code=code, name=name, group_name=group_name, **{**defaults, **columns})
    db.add(learner)
    db.flush()
    return learner


def make_household_status(
    db: Session, learner: Learner, status: Status = Status("exited", date(2021, 1, 1))
) -> HouseholdStatus:
    """The learner's household is of this kind."""
    row = HouseholdStatus(public_id=new_public_id(), holder=holder_of(db, learner.public_id))
    row.sealed = db.info["sealer"].seal(
        write_status(status), about=status_sealed_for(row.holder, row.public_id)
    )
    db.add(row)
    db.flush()
    return row


def make_account(db: Session, login_name: str, display_name: str, role: Role, region: str | None) -> Account:
    account = Account(login_name=login_name, display_name=display_name, created_at=NOW.instant)
    db.add(account)
    db.flush()
    db.add(Posting(account_id=account.id, role=role, region_code=region, from_day=date(2020, 1, 1)))
    db.flush()
    return account


def actor(account: Account, role: Role, region: str | None) -> Actor:
    return Actor(account_id=account.id, name=account.display_name, posts=(Post(role, region),))


def keep_keys(folder: Path) -> None:
    """The installation in this folder has the keys of the tests."""
    (folder / "keys.json").write_text(dump_keys(KEYS), encoding="utf-8")
    (folder / "keys.json").chmod(0o600)


def make_login(database: Database, account_id: int, *, at: datetime = NOW.instant, **columns: Any) -> str:
    """A token whose login stands in the database."""
    token = secrets.token_urlsafe(32)
    defaults = {
        "device": "测试手机",
        "is_own_phone": True,
        "created_at": at,
        "last_seen_at": at,
        "expires_at": at + timedelta(days=30),
    }
    with database.writing() as db:
        db.add(
            LoginSession(
                account_id=account_id,
                token_digest=hashlib.sha256(token.encode()).hexdigest(),
                **{**defaults, **columns},
            )
        )
    return token


def make_course(
    db: Session,
    code: str = SHIWAN,
    title: str = "柑橘冬季管护",
    *,
    teachers: tuple[int, ...] = (),
    published: bool = True,
    **columns: Any,
) -> Course:
    defaults = {
        "category_code": "skill",
        "search_keys": stored_keys(title),
        "starts": 19 * 60,
        "ends": 20 * 60 + 30,
        "recurrence": {"kind": "once", "first": TODAY.isoformat()},
        "published_at": NOW.instant if published else None,
        "created_at": NOW.instant,
    }
    course = Course(region_code=code, title=title, **{**defaults, **columns})
    db.add(course)
    db.flush()
    for position, teacher_id in enumerate(teachers):
        db.add(CourseTeacher(course_id=course.id, teacher_id=teacher_id, position=position))
    db.flush()
    return course


def make_label(
    db: Session, name: str, code: str = "511002000000", kind: LabelKind = LabelKind.UNIT, **columns: Any
) -> Label:
    """A unit, or a campaign, on the list of the county."""
    label = Label(region_code=code, kind=kind, name=name, **{"search_keys": stored_keys(name), **columns})
    db.add(label)
    db.flush()
    return label


def make_session(
    db: Session,
    course: Course,
    day: date = TODAY,
    *,
    teachers: tuple[int, ...] = (),
    status: SessionStatus = SessionStatus.SCHEDULED,
    booked: bool = True,
    **columns: Any,
) -> ClassSession:
    """A class session of this course, with its bookings while its status holds a slot."""
    defaults = {
        "title": course.title,
        "category_code": course.category_code,
        "summary": course.summary,
        "venue_id": course.venue_id,
        "starts": course.starts,
        "ends": course.ends,
        "published_at": None if status == SessionStatus.DRAFT else NOW.instant,
        "changed_at": NOW.instant,
    }
    if status in (SessionStatus.CANCELLED, SessionStatus.POSTPONED):
        defaults["reason"] = "weather"
    class_session = ClassSession(
        course_id=course.id, region_code=course.region_code, day=day, status=status, **{**defaults, **columns}
    )
    db.add(class_session)
    db.flush()
    for position, teacher_id in enumerate(teachers):
        db.add(
            ClassSessionTeacher(class_session_id=class_session.id, teacher_id=teacher_id, position=position)
        )
    holds = status not in (SessionStatus.CANCELLED, SessionStatus.POSTPONED)
    held = [("teacher", teacher_id) for teacher_id in teachers]
    if class_session.venue_id is not None:
        held.append(("venue", class_session.venue_id))
    for kind, resource_id in held if booked and holds else []:
        db.add(
            Booking(
                resource_kind=kind,
                resource_id=resource_id,
                day=day,
                starts=class_session.starts,
                ends=class_session.ends,
                class_session_id=class_session.id,
            )
        )
    db.flush()
    return class_session


def make_change(db: Session, class_session: ClassSession, **columns: Any) -> ChangeSet:
    """A change of this class session that can be taken back: its place and teachers."""
    before = picture(db, [class_session])
    class_session.summary = "换了"
    db.flush()
    entry = {"id": class_session.id, "public_id": class_session.public_id, "revision": class_session.revision}
    defaults = {
        "what": "edit",
        "made_at": NOW.instant,
        "before": {"changed": [{**before[0], **entry}], "made": []},
    }
    change = ChangeSet(region_code=class_session.region_code, **{**defaults, **columns})
    db.add(change)
    db.flush()
    return change


def make_register(
    db: Session,
    class_session: ClassSession,
    account_id: int,
    *,
    present: tuple[int, ...] = (),
    total: int | None = None,
    unnamed_guests: int = 0,
) -> Submission:
    """A register as saved: one submission, its marks and its headcount."""
    import uuid

    submission = Submission(
        id=uuid.uuid4(),
        class_session_id=class_session.id,
        account_id=account_id,
        taken_at=NOW.instant,
        received_at=NOW.instant,
        arrival=register_version(db, class_session.id) + 1,
        fingerprint="0" * 64,
    )
    db.add(submission)
    db.flush()
    for learner_id in present:
        db.add(
            Mark(
                class_session_id=class_session.id,
                learner_id=learner_id,
                status="present",
                submission_id=submission.id,
            )
        )
    db.add(
        Headcount(
            class_session_id=class_session.id,
            submission_id=submission.id,
            total=total,
            unnamed_guests=unnamed_guests,
        )
    )
    class_session.status = SessionStatus.HELD
    class_session.recorded_after = (NOW.day - class_session.day).days
    db.flush()
    return submission


def make_waiting_sheet(db: Session, class_session: ClassSession, submission: Submission) -> WaitingSheet:
    """A sheet of this class session that was put aside."""
    waiting = WaitingSheet(
        region_code=class_session.region_code,
        class_session_id=class_session.id,
        submission_id=submission.id,
        why="outranked",
        content=write_sheet(Sheet(headcount=7)),
        put_at=NOW.instant,
    )
    db.add(waiting)
    db.flush()
    return waiting


def make_errand(db: Session, kind: str, account_id: int | None = None, **columns: Any) -> Errand:
    """Something that was asked for an hour ago, and waits."""
    defaults = {
        "language": "zh",
        "due_at": NOW.instant,
        "made_at": NOW.instant - timedelta(hours=1),
        "changed_at": NOW.instant - timedelta(hours=1),
    }
    errand = Errand(kind=kind, account_id=account_id, **{**defaults, **columns})
    db.add(errand)
    db.flush()
    return errand


def make_export(db: Session, region_code: str, account_id: int, **columns: Any) -> Errand:
    """A table of a region's year that has been made an hour ago."""
    asked = {"first": "2026-01-01", "last": "2026-12-31"}
    made = {"region_code": region_code, "asked": asked, "state": "done", "content": b"PK"}
    return make_errand(db, "classes", account_id, **{**made, **columns})


def make_upload(db: Session, account_id: int, **columns: Any) -> RegionImport:
    """A list of regions somebody uploaded an hour ago."""
    defaults = {
        "file_name": "名单.csv",
        "content": f"code,name\n{SHIWAN},狮湾村村委会\n".encode(),
        "as_of": date(2023, 6, 30),
        "end_missing": False,
        "made_at": NOW.instant - timedelta(hours=1),
    }
    upload = RegionImport(account_id=account_id, **{**defaults, **columns})
    db.add(upload)
    db.flush()
    return upload


def make_people_list(db: Session, account_id: int, region: str = SHIWAN, **columns: Any) -> PeopleList:
    """A table of people that came an hour ago and has lost its content."""
    row = PeopleList(
        **{
            "region_code": region,
            "kind": "learner",
            "account_id": account_id,
            "made_at": NOW.instant - timedelta(hours=1),
            **columns,
        }
    )
    db.add(row)
    db.flush()
    return row


def make_cast(db: Session) -> Cast:
    make_places(db)
    venue = make_venue(db)
    other_venue = make_venue(db, JIANLI)
    make_school(db, usual_venue_id=venue.id)
    make_school(
        db, JIANLI, contact_name="罗支书", contact_phone="0832-5550202", usual_venue_id=other_venue.id
    )
    teacher = make_teacher(db)
    chen = make_account(db, "cjs", "陈书记", Role.COORDINATOR, SHIWAN)
    luo = make_account(db, "lzs", "罗支书", Role.COORDINATOR, JIANLI)
    township = make_account(db, "qaz", "全安镇督导", Role.SUPERVISOR, "511002105000")
    county = make_account(db, "szq", "市中区督导", Role.SUPERVISOR, "511002000000")
    region = make_account(db, "szqgl", "市中区管理员", Role.REGION_ADMINISTRATOR, "511002000000")
    system = make_account(db, "admin", "管理员", Role.SYSTEM_ADMINISTRATOR, None)
    return Cast(
        chen=chen.id,
        chen_actor=actor(chen, Role.COORDINATOR, SHIWAN),
        luo=luo.id,
        luo_actor=actor(luo, Role.COORDINATOR, JIANLI),
        township_supervisor=township.id,
        county_supervisor=county.id,
        region_administrator=region.id,
        region_administrator_actor=actor(region, Role.REGION_ADMINISTRATOR, "511002000000"),
        system_administrator=system.id,
        teacher=teacher.id,
        venue=venue.id,
        other_venue=other_venue.id,
    )
