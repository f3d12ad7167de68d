"""Planning: plans of months, what villagers were told, when who cannot, what was asked and wished for."""

from datetime import date
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column

from nightschool.models.base import (
    AccountRef,
    Addressed,
    Base,
    Code,
    ErrandRef,
    InRegion,
    Instant,
    LineText,
    LongText,
    Minutes,
    RegionRef,
    ShortText,
    VenueRef,
    Versioned,
    one_of,
)
from nightschool.models.teaching import SLOT_IS_SOUND
from nightschool.rules.courses.reasons import REASONS
from nightschool.rules.dispatch.dispatches import DECLINE_REASONS, DispatchStatus, Party
from nightschool.rules.dispatch.wishes import UNMET_REASONS, WishStatus
from nightschool.rules.notices.told import Channel
from nightschool.rules.oversight.inspections import VisitOutcome
from nightschool.rules.oversight.plans import PlanStatus
from nightschool.rules.resources import ResourceKind


class SessionRevision(Base):
    """One row is what villagers could read of one public class session from one of its revisions on; never changed.

    It goes when the change that made it is taken back within its minutes, so that the changelog never tells of it.
    """

    class_session_id: Mapped[int] = mapped_column(
        ForeignKey("class_session.id", ondelete="CASCADE"), primary_key=True
    )
    revision: Mapped[int] = mapped_column(primary_key=True)
    region_code: Mapped[RegionRef]
    made_at: Mapped[Instant]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)  # rules.notices.revisions.Facts

    __table_args__ = (Index("ix_session_revision_region_code_made_at", "region_code", "made_at"),)


class ToldNotice(Base):
    """One row is one revision of a class session that villagers were told of in one place, and when that was first."""

    class_session_id: Mapped[int] = mapped_column(
        ForeignKey("class_session.id", ondelete="CASCADE"), primary_key=True
    )
    channel: Mapped[Code] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)  # of SessionRevision
    told_at: Mapped[Instant]

    __table_args__ = (one_of("channel", Channel),)


class FeedIdentity(Base):
    """The only row holds the address by which feeds and their events are known, wherever they are served from now."""

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[LineText]

    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)


class MonthPlan(Addressed, Versioned, Base):
    """One row is the plan (开课计划) of a village's school for one month. Its lines are the month's class sessions."""

    region_code: Mapped[RegionRef]
    month: Mapped[date]  # its first day
    status: Mapped[Code] = mapped_column(default=PlanStatus.DRAFT)
    note: Mapped[LineText] = mapped_column(default="")
    return_reason: Mapped[LineText] = mapped_column(default="")
    submitted_at: Mapped[Instant | None]
    decided_at: Mapped[Instant | None]
    decided_by: Mapped[AccountRef | None]
    announced_at: Mapped[Instant | None]  # when villagers were told last

    __table_args__ = (
        one_of("status", PlanStatus),
        CheckConstraint("status <> 'returned' OR return_reason <> ''", name="returned_with_reason"),
        CheckConstraint("status <> 'announced' OR announced_at IS NOT NULL", name="announced_when"),
        UniqueConstraint("region_code", "month"),
        Index("ix_month_plan_month_region_code", "month", "region_code"),
    )


class ClosedTime(Addressed, Base):
    """One row is a time at which a teacher does not teach or a venue is not open.

    Between two days (open to either side), on some weekdays (none: on all), from a time of day to another.
    """

    resource_kind: Mapped[Code]
    resource_id: Mapped[int]
    region_code: Mapped[InRegion]  # where the teacher or venue is kept
    first: Mapped[date | None]
    last: Mapped[date | None]
    weekdays: Mapped[list[int]] = mapped_column(JSON, default=list)  # 0 is Monday
    starts: Mapped[Minutes] = mapped_column(default=0)
    ends: Mapped[Minutes] = mapped_column(default=1440)
    note: Mapped[LineText] = mapped_column(default="")
    made_at: Mapped[Instant | None]  # nothing: before this was noted
    is_own_word: Mapped[bool | None]  # the teacher said so themself, of one class, by their own address

    __table_args__ = (
        one_of("resource_kind", ResourceKind),
        CheckConstraint("first IS NULL OR last IS NULL OR first <= last", name="days_in_order"),
        CheckConstraint("0 <= starts AND starts < ends AND ends <= 1440", name="times_in_order"),
        Index("ix_closed_time_resource", "resource_kind", "resource_id"),
    )


class Question(Addressed, Versioned, Base):
    """One row is something villagers asked in class (群众提问), open until it has its answer. Who asked is not kept."""

    region_code: Mapped[InRegion]
    class_session_id: Mapped[int | None] = mapped_column(
        ForeignKey("class_session.id", ondelete="SET NULL"), index=True
    )
    text: Mapped[LineText]
    asked_on: Mapped[date]
    answer: Mapped[LongText] = mapped_column(default="")
    answered_on: Mapped[date | None]
    answered_by: Mapped[
        ShortText | None
    ]  # the teacher who answered by their own address, as they were called

    __table_args__ = (
        CheckConstraint("(answer = '') = (answered_on IS NULL)", name="answered_when"),
        CheckConstraint("answered_on IS NULL OR asked_on <= answered_on", name="days_in_order"),
    )


class Wish(Addressed, Versioned, Base):
    """One row is something households of a village want to learn (点单). Who they are is not kept.

    A course that was scheduled for it stands here; that it was held is said by that course's class sessions.
    """

    region_code: Mapped[InRegion]
    topic: Mapped[ShortText]
    category_code: Mapped[Code | None] = mapped_column(ForeignKey("category.code", ondelete="RESTRICT"))
    households: Mapped[int] = mapped_column(default=1)
    groups: Mapped[ShortText] = mapped_column(default="")  # of the village, that asked: 一组、三组
    months: Mapped[list[int]] = mapped_column(JSON, default=list)  # that suit; none: all
    times: Mapped[list[str]] = mapped_column(JSON, default=list)  # rules.dispatch.wishes.TIMES; none: all
    wished_on: Mapped[date]
    status: Mapped[Code] = mapped_column(default=WishStatus.APPROVED)
    reason: Mapped[Code | None]
    reason_text: Mapped[LineText] = mapped_column(default="")
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("wish.id", ondelete="RESTRICT"), index=True)
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id", ondelete="SET NULL"), index=True)

    __table_args__ = (
        one_of("status", WishStatus),
        one_of("reason", UNMET_REASONS),
        CheckConstraint("households BETWEEN 1 AND 9999", name="households_sensible"),
        CheckConstraint("(status = 'merged') = (merged_into_id IS NOT NULL)", name="merged_into_one"),
        CheckConstraint("status <> 'unmet' OR reason IS NOT NULL", name="unmet_with_reason"),
    )


class Dispatch(Addressed, Versioned, Base):
    """One row is one offer (派单): a teacher asked to teach in a village at a time, and what became of it.

    With a class session it is asked for that one, and its village has said yes by asking.
    """

    region_code: Mapped[InRegion]
    wish_id: Mapped[int | None] = mapped_column(ForeignKey("wish.id", ondelete="SET NULL"), index=True)
    class_session_id: Mapped[int | None] = mapped_column(
        ForeignKey("class_session.id", ondelete="CASCADE"), index=True
    )
    teacher_id: Mapped[int] = mapped_column(ForeignKey("teacher.id", ondelete="RESTRICT"), index=True)
    # Whom they would stand in for, where somebody taught that class session.
    instead_of_id: Mapped[int | None] = mapped_column(ForeignKey("teacher.id", ondelete="RESTRICT"))
    topic: Mapped[ShortText]
    category_code: Mapped[Code] = mapped_column(ForeignKey("category.code", ondelete="RESTRICT"))
    expected: Mapped[int | None]
    day: Mapped[date]
    starts: Mapped[Minutes]
    ends: Mapped[Minutes]
    venue_id: Mapped[VenueRef | None]
    note: Mapped[LineText] = mapped_column(default="")  # who fetches the teacher, what to bring
    office_code: Mapped[RegionRef]  # the region whose officer, or village, asks
    account_id: Mapped[AccountRef | None]
    offered_at: Mapped[Instant]
    status: Mapped[Code] = mapped_column(default=DispatchStatus.OFFERED)
    village_yes_at: Mapped[Instant | None]
    teacher_yes_at: Mapped[Instant | None]
    declined_by: Mapped[Code | None]
    reason: Mapped[Code | None]
    reason_text: Mapped[LineText] = mapped_column(default="")  # in words; or what came between
    settled_at: Mapped[Instant | None]
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id", ondelete="SET NULL"), index=True)
    trip: Mapped[Code | None] = mapped_column(index=True)  # the same for all that one trip leads to

    __table_args__ = (
        one_of("status", DispatchStatus),
        one_of("declined_by", Party),
        one_of("reason", DECLINE_REASONS),
        CheckConstraint(SLOT_IS_SOUND, name="slot_sound"),
        CheckConstraint(
            "(status = 'declined') = (declined_by IS NOT NULL AND reason IS NOT NULL)",
            name="declined_with_reason",
        ),
        CheckConstraint("(status = 'offered') = (settled_at IS NULL)", name="settled_when"),
    )


class Rota(Addressed, Base):
    """One row is one rota (派课表) found for a region's open wishes: a proposal, from which offers are made."""

    region_code: Mapped[InRegion]
    account_id: Mapped[AccountRef | None]
    first_day: Mapped[date]
    last_day: Mapped[date]
    starts: Mapped[Minutes]
    ends: Mapped[Minutes]
    errand_id: Mapped[ErrandRef | None]  # by which it was found last
    is_whole: Mapped[bool] = mapped_column(
        default=True, server_default=true()
    )  # nobody stopped it before all was tried
    knows_ways: Mapped[bool] = mapped_column(default=True)  # where all villages and teachers lie
    gap_permille: Mapped[int | None]  # so much below what no rota can be worth more than; None: not known
    greedy_met: Mapped[int] = mapped_column(default=0)  # so many wishes the simplest rota would meet
    rows: Mapped[list[dict[str, Any]]] = mapped_column(
        JSON, default=list
    )  # rules.dispatch.rota_drafts.RotaRow
    made_at: Mapped[Instant]

    __table_args__ = (
        CheckConstraint("first_day <= last_day", name="days_in_order"),
        CheckConstraint(SLOT_IS_SOUND, name="slot_sound"),
    )


class Inspection(Addressed, Base):
    """One row is one draw: which classes an office means to see, by which seed, out of which ones."""

    region_code: Mapped[InRegion]  # of the office
    account_id: Mapped[AccountRef | None]
    place_code: Mapped[RegionRef]  # from where one sets out
    minutes: Mapped[Minutes]
    first_day: Mapped[date]
    last_day: Mapped[date]
    seed: Mapped[Code]
    frame: Mapped[list[str]] = mapped_column(JSON)  # the public ids of all that could have been drawn
    by_township: Mapped[bool] = mapped_column(default=False)  # nobody knows where the place lies
    unplaced: Mapped[int] = mapped_column(default=0)  # villages left out, for nobody knows where they lie
    made_at: Mapped[Instant]

    __table_args__ = (
        CheckConstraint("first_day <= last_day", name="days_in_order"),
        CheckConstraint("minutes BETWEEN 5 AND 480", name="minutes_sensible"),
    )


class InspectionVisit(Addressed, Base):
    """One row is one class that was drawn, and what was found there. Its village sees it once that is noted."""

    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id", ondelete="CASCADE"), index=True)
    class_session_id: Mapped[int] = mapped_column(
        ForeignKey("class_session.id", ondelete="CASCADE"), index=True
    )
    region_code: Mapped[InRegion]  # of the village
    # As it was drawn, whatever becomes of it.
    day: Mapped[date]
    starts: Mapped[Minutes]
    ends: Mapped[Minutes]
    outcome: Mapped[Code | None]
    reason: Mapped[Code | None]
    reason_text: Mapped[LineText] = mapped_column(default="")
    noted_at: Mapped[Instant | None]

    __table_args__ = (
        UniqueConstraint("inspection_id", "class_session_id"),
        one_of("outcome", VisitOutcome),
        one_of("reason", REASONS),
        CheckConstraint("(outcome IS NULL) = (noted_at IS NULL)", name="noted_when"),
        CheckConstraint(SLOT_IS_SOUND, name="slot_sound"),
    )
