"""Teaching: categories, courses, class sessions, and the bookings that hold their slots."""

from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from nightschool.models.base import (
    AccountRef,
    Addressed,
    Base,
    Code,
    InRegion,
    Instant,
    LineText,
    Minutes,
    Numbered,
    RegionCode,
    RegionRef,
    SearchKeys,
    ShortText,
    VenueRef,
    Versioned,
    one_of,
)
from nightschool.models.people import Teacher
from nightschool.models.places import Venue
from nightschool.rules.courses.labels import LabelKind, LabelRole
from nightschool.rules.courses.modes import MODES
from nightschool.rules.courses.reasons import REASONS
from nightschool.rules.registers.cohorts import SOURCES, CourseKind
from nightschool.rules.registers.graduation import Basis
from nightschool.rules.resources import ResourceKind


class EnrolmentStatus(StrEnum):
    ENROLLED = "enrolled"
    WAITING = "waiting"
    LEFT = "left"


class SessionStatus(StrEnum):
    DRAFT = "draft"
    SCHEDULED = "scheduled"
    HELD = "held"
    CANCELLED = "cancelled"
    POSTPONED = "postponed"


# The rule I4 in SQL: whole minutes of one day, ten minutes to eight hours, never past midnight.
SLOT_IS_SOUND = "starts >= 0 AND ends <= 1440 AND ends - starts BETWEEN 10 AND 480"


class Category(Base):
    """One row is one course category of the directory in use; the provincial five are shipped."""

    code: Mapped[Code] = mapped_column(primary_key=True)
    name: Mapped[ShortText]
    name_en: Mapped[ShortText]
    position: Mapped[int]


class Course(Addressed, Versioned, Base):
    """One row is one topic taught in a village over one or more class sessions. It gives defaults; sessions decide."""

    region_code: Mapped[InRegion]
    kind: Mapped[Code] = mapped_column(default=CourseKind.OPEN_LECTURE)
    title: Mapped[ShortText]
    category_code: Mapped[Code] = mapped_column(ForeignKey("category.code", ondelete="RESTRICT"))
    summary: Mapped[LineText] = mapped_column(default="")
    audience: Mapped[LineText] = mapped_column(default="")  # for whom: 果农, 全体村民
    expected: Mapped[int | None]  # so many people are expected each time
    delivery_mode: Mapped[Code | None]  # None: as is usual at its venue, rules.courses.modes.mode_of
    venue_id: Mapped[VenueRef | None]
    starts: Mapped[Minutes]
    ends: Mapped[Minutes]
    recurrence: Mapped[dict[str, Any]] = mapped_column(JSON)  # rules.courses.recurrence.Recurrence
    skipped_dates: Mapped[list[str]] = mapped_column(JSON, default=list)  # ISO days left out of it
    capacity: Mapped[int | None]  # of a cohort; soft: who enrols beyond it waits until somebody lets them in
    graduation_basis: Mapped[Code] = mapped_column(default=Basis.SESSIONS)
    graduation_percent: Mapped[int] = mapped_column(default=75)
    search_keys: Mapped[SearchKeys]  # pinyin of the title, one space between
    retired_at: Mapped[Instant | None]  # put away: in no list unless asked for
    published_at: Mapped[Instant | None]
    created_at: Mapped[Instant]

    teachers: Mapped[list[Teacher]] = relationship(
        secondary="course_teacher", order_by="CourseTeacher.position", lazy="raise_on_sql", viewonly=True
    )

    __table_args__ = (
        one_of("kind", CourseKind),
        one_of("delivery_mode", MODES),
        one_of("graduation_basis", Basis),
        CheckConstraint("graduation_percent BETWEEN 1 AND 100", name="graduation_percent_sensible"),
        CheckConstraint("expected IS NULL OR expected BETWEEN 1 AND 20000", name="expected_sensible"),
        CheckConstraint("capacity IS NULL OR capacity BETWEEN 1 AND 20000", name="capacity_sensible"),
        CheckConstraint(SLOT_IS_SOUND, name="slot_sound"),
    )


class CourseTeacher(Base):
    """One row is one teacher a course names by default."""

    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), primary_key=True)
    teacher_id: Mapped[int] = mapped_column(
        ForeignKey("teacher.id", ondelete="RESTRICT"), primary_key=True, index=True
    )
    position: Mapped[int] = mapped_column(default=0)


class Label(Addressed, Versioned, Base):
    """One row is a name that classes can bear, on a list of a region: a unit that organises, or a campaign."""

    region_code: Mapped[InRegion]
    kind: Mapped[Code]
    name: Mapped[ShortText]
    search_keys: Mapped[SearchKeys]  # pinyin and initials, one space between
    retired_at: Mapped[Instant | None]  # offered no more; what bore it bears it still

    __table_args__ = (one_of("kind", LabelKind), UniqueConstraint("region_code", "kind", "name"))


class CourseLabel(Base):
    """One row is one label that the class sessions of a course bear by default."""

    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), primary_key=True)
    label_id: Mapped[int] = mapped_column(
        ForeignKey("label.id", ondelete="RESTRICT"), primary_key=True, index=True
    )
    role: Mapped[Code]
    position: Mapped[int] = mapped_column(default=0)

    __table_args__ = (one_of("role", LabelRole),)


class Enrolment(Numbered, Versioned, Base):
    """One row is one learner's place in one cohort, from the day of enrolling; leaving keeps the row."""

    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="RESTRICT"))
    learner_id: Mapped[int] = mapped_column(ForeignKey("learner.id", ondelete="RESTRICT"), index=True)
    status: Mapped[Code] = mapped_column(default=EnrolmentStatus.ENROLLED)
    source: Mapped[Code] = mapped_column(default="self")
    proxy_name: Mapped[ShortText] = mapped_column(default="")  # who enrolled them, when somebody else did
    enrolled_on: Mapped[date]
    left_on: Mapped[date | None]
    asked_at: Mapped[Instant]  # who asked first is let in first

    __table_args__ = (
        one_of("status", EnrolmentStatus),
        one_of("source", SOURCES),
        CheckConstraint("(status = 'left') = (left_on IS NOT NULL)", name="left_has_its_day"),
        CheckConstraint("left_on IS NULL OR left_on >= enrolled_on", name="days_in_order"),
        UniqueConstraint("course_id", "learner_id"),
    )


class ChangeSet(Addressed, Base):
    """One row is one change of class sessions that can be taken back for a while: what they were before it."""

    region_code: Mapped[InRegion]
    account_id: Mapped[AccountRef | None]
    what: Mapped[Code]
    made_at: Mapped[Instant]
    undone_at: Mapped[Instant | None]
    before: Mapped[dict[str, Any]] = mapped_column(JSON)  # actions.courses.changing says what stands here


class ClassSession(Addressed, Base):
    """One row is one meeting of a course (课次), with its own title, category, place and teachers.

    `revision` rises with every change of the row; with `shown_otherwise` it is the SEQUENCE of the calendar feed.
    """

    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="RESTRICT"), index=True)
    # Where and when it was counts after it is changed: actions.tallies.
    region_code: Mapped[RegionRef] = mapped_column(active_history=True)
    title: Mapped[ShortText]
    category_code: Mapped[Code] = mapped_column(ForeignKey("category.code", ondelete="RESTRICT"))
    summary: Mapped[LineText] = mapped_column(default="")
    delivery_mode: Mapped[Code | None]  # None: as is usual at its venue, rules.courses.modes.mode_of
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venue.id", ondelete="RESTRICT"), index=True)
    day: Mapped[date] = mapped_column(active_history=True)
    starts: Mapped[Minutes]
    ends: Mapped[Minutes]
    status: Mapped[Code] = mapped_column(default=SessionStatus.DRAFT, active_history=True)
    published_at: Mapped[Instant | None]  # None: no villager has ever seen it
    reason: Mapped[Code | None]
    reason_text: Mapped[LineText] = mapped_column(default="")
    # How many days after its day (before: less than none) it first had a register, or a reason why there was none.
    recorded_after: Mapped[int | None] = mapped_column(SmallInteger)
    called_off_by: Mapped[RegionCode | None]  # from above; called off by its own village: nothing here
    agreed_at: Mapped[
        Instant | None
    ]  # when its village said that it meets all the same, whatever was closed then
    successor_id: Mapped[int | None] = mapped_column(
        ForeignKey("class_session.id", ondelete="RESTRICT"), unique=True
    )
    # What the last notice of its month said of it, and in what it differs from that now.
    announced_revision: Mapped[int | None]
    told_day: Mapped[date | None]
    told_starts: Mapped[Minutes | None]
    differs: Mapped[ShortText] = mapped_column(
        default=""
    )  # rules.notices.revisions.Difference, a comma between
    revision: Mapped[int] = mapped_column()
    # So many times feeds said something else of it, whom to phone or a name, though nobody changed it.
    shown_otherwise: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[Instant]

    venue: Mapped[Venue | None] = relationship(lazy="raise_on_sql")
    course: Mapped[Course] = relationship(lazy="raise_on_sql")
    teachers: Mapped[list[Teacher]] = relationship(
        secondary="class_session_teacher",
        order_by="ClassSessionTeacher.position",
        lazy="raise_on_sql",
        viewonly=True,
    )

    __table_args__ = (
        one_of("status", SessionStatus),
        one_of("reason", REASONS),
        one_of("delivery_mode", MODES),
        CheckConstraint(SLOT_IS_SOUND, name="slot_sound"),
        CheckConstraint(
            "status NOT IN ('cancelled', 'postponed') OR reason IS NOT NULL", name="reason_given"
        ),
        CheckConstraint(
            "(status = 'postponed') = (successor_id IS NOT NULL)", name="successor_when_postponed"
        ),
        CheckConstraint("successor_id IS NULL OR successor_id <> id", name="not_own_successor"),
        CheckConstraint("status <> 'draft' OR published_at IS NULL", name="draft_unpublished"),
        Index("ix_class_session_region_code_day", "region_code", "day", "starts"),
        Index("ix_class_session_day_region_code", "day", "region_code"),
    )
    __mapper_args__ = {"version_id_col": revision}


class ClassSessionTeacher(Base):
    """One row is one teacher of one class session."""

    class_session_id: Mapped[int] = mapped_column(
        ForeignKey("class_session.id", ondelete="CASCADE"), primary_key=True
    )
    teacher_id: Mapped[int] = mapped_column(
        ForeignKey("teacher.id", ondelete="RESTRICT"), primary_key=True, index=True
    )
    position: Mapped[int] = mapped_column(default=0)


class ClassSessionLabel(Base):
    """One row is one label that one class session bears."""

    class_session_id: Mapped[int] = mapped_column(
        ForeignKey("class_session.id", ondelete="CASCADE"), primary_key=True
    )
    label_id: Mapped[int] = mapped_column(
        ForeignKey("label.id", ondelete="RESTRICT"), primary_key=True, index=True
    )
    role: Mapped[Code]
    position: Mapped[int] = mapped_column(default=0)

    __table_args__ = (one_of("role", LabelRole),)


class Booking(Numbered, Base):
    """One row is one resource held for one slot by one class session: the only table with an overlap guard.

    Rows are inserted and deleted, never moved. The guard is the trigger `booking_overlap` on SQLite and the exclusion
    constraint `booking_overlap` on PostgreSQL; both are made by the migrations (`migrations/guards.py`).
    """

    resource_kind: Mapped[Code]
    resource_id: Mapped[int]
    day: Mapped[date]
    starts: Mapped[Minutes]
    ends: Mapped[Minutes]
    class_session_id: Mapped[int] = mapped_column(
        ForeignKey("class_session.id", ondelete="CASCADE"), index=True
    )

    __table_args__ = (
        one_of("resource_kind", ResourceKind),
        CheckConstraint(SLOT_IS_SOUND, name="slot_sound"),
        UniqueConstraint("class_session_id", "resource_kind", "resource_id"),
        Index("ix_booking_resource_day", "resource_kind", "resource_id", "day", "starts"),
    )
