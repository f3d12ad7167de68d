"""The classes a village held from a day to a day, each with all that ledger and teaching record say of it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from nightschool.models.attendance import Headcount, SheetPhoto, Submission
from nightschool.models.places import Region, Venue
from nightschool.models.planning import Question
from nightschool.models.teaching import Category, ClassSession, Course, SessionStatus
from nightschool.models.trust import Account
from nightschool.queries.courses.labels import borne_text, names_borne
from nightschool.queries.courses.sessions import category_word, teachers_of
from nightschool.queries.figures import attendances, people_of
from nightschool.queries.records import shaped
from nightschool.queries.shared_venues import venue_name
from nightschool.rules.courses.labels import Labels
from nightschool.rules.courses.modes import mode_of


@dataclass(frozen=True, slots=True)
class RecordedClass:
    """One class that was held. Counts are None where nobody counted."""

    village: str
    day: date
    starts: int  # minutes after midnight
    ends: int
    number: int  # the how manieth held of its course
    title: str
    category: str
    summary: str
    teachers: tuple[tuple[str, str], ...]  # the name as villagers may read it, and the unit
    mode: str
    venue: str
    labels: Labels[str]
    expected: int | None
    attendances: int | None  # 人次
    women: int | None
    over_60: int | None
    on_paper: int | None  # signatures on the sign-in sheet
    has_photo: bool
    recorder: str  # who saved the register that counts
    questions: tuple[tuple[str, str], ...]  # what was asked, and the answer; none yet: ""

    @property
    def minutes(self) -> int:
        return self.ends - self.starts


@dataclass(frozen=True, slots=True)
class RecordedClasses:
    """Those of one village in the order of their days, and how many people (人数) of its roster came."""

    lines: tuple[RecordedClass, ...]
    people: int


def held_classes(db: Session, village: str, first: date, last: date) -> RecordedClasses:
    """What was held from this day to that, both included. Cost: 4 queries; 2 where nothing was held."""
    here = and_(ClassSession.region_code == village, ClassSession.day.between(first, last))
    rows = db.execute(_HELD.add_columns(category_word()).where(here)).all()
    teachers = teachers_of(db, [row.id for row in rows])
    asked: dict[int, list[tuple[str, str]]] = defaultdict(list)
    if rows:
        wanted = select(Question.class_session_id, Question.text, Question.answer).join(ClassSession)
        for question in db.execute(wanted.where(here).order_by(Question.id)):
            asked[question.class_session_id].append((question.text, question.answer))
    lines = tuple(
        shaped(
            RecordedClass,
            row,
            teachers=tuple((one.public_name, one.unit) for one in teachers[row.id]),
            mode=mode_of(row.delivery_mode, row.venue_kind),
            labels=names_borne(row.borne),
            questions=tuple(asked[row.id]),
        )
        for row in rows
    )
    return RecordedClasses(lines, people_of(db, here))


def _statement() -> Any:
    earlier = aliased(ClassSession)
    number = select(func.count()).where(
        earlier.course_id == ClassSession.course_id,
        earlier.status == SessionStatus.HELD,
        or_(
            earlier.day < ClassSession.day,
            and_(earlier.day == ClassSession.day, earlier.starts <= ClassSession.starts),
        ),
    )
    photo = select(SheetPhoto.class_session_id).where(SheetPhoto.class_session_id == ClassSession.id)
    return (
        select(
            ClassSession.id,
            Region.name.label("village"),
            ClassSession.day,
            ClassSession.starts,
            ClassSession.ends,
            number.correlate(ClassSession).scalar_subquery().label("number"),
            ClassSession.title,
            ClassSession.summary,
            ClassSession.delivery_mode,
            Venue.kind.label("venue_kind"),
            func.coalesce(venue_name(ClassSession.region_code), "").label("venue"),
            borne_text(),
            Course.expected,
            attendances().label("attendances"),
            Headcount.women,
            Headcount.over_60,
            Headcount.on_paper,
            photo.exists().label("has_photo"),
            func.coalesce(Account.display_name, "").label("recorder"),
        )
        .join(Region, Region.code == ClassSession.region_code)
        .join(Course, Course.id == ClassSession.course_id)
        .join(Category, Category.code == ClassSession.category_code)
        .outerjoin(Venue, Venue.id == ClassSession.venue_id)
        .outerjoin(
            Headcount, (Headcount.class_session_id == ClassSession.id) & Headcount.superseded_by.is_(None)
        )
        .outerjoin(Submission, Submission.id == Headcount.submission_id)
        .outerjoin(Account, Account.id == Submission.account_id)
        .where(ClassSession.status == SessionStatus.HELD)
        .order_by(ClassSession.day, ClassSession.starts, ClassSession.id)
    )


_HELD = _statement()
