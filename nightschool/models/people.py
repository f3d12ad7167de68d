"""People: the teachers a region can call on, and the learners of a village."""

from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from nightschool.models.base import (
    AccountRef,
    Addressed,
    Base,
    Code,
    Digest,
    ErrandRef,
    InRegion,
    Instant,
    LineText,
    Numbered,
    RegionRef,
    Sealed,
    SearchKeys,
    ShortText,
    Versioned,
    one_of,
)
from nightschool.rules.people.people import SEXES


class TeacherKind(StrEnum):
    OFFICIAL = "official"
    TECHNICIAN = "technician"
    ACADEMIC = "academic"
    DOCTOR = "doctor"
    LAWYER = "lawyer"
    LOCAL_EXPERT = "local_expert"
    RESIDENT_CADRE = "resident_cadre"
    VOLUNTEER = "volunteer"


class PersonKind(StrEnum):
    LEARNER = "learner"
    TEACHER = "teacher"


class Teacher(Addressed, Versioned, Base):
    """One row is one teacher, kept at the village, township or county that calls on them; villages below see them."""

    region_code: Mapped[InRegion]
    name: Mapped[ShortText]
    name_key: Mapped[LineText]  # pinyin for sorting
    search_keys: Mapped[SearchKeys]  # pinyin and initials, one space between
    unit: Mapped[LineText] = mapped_column(default="")
    kind: Mapped[Code] = mapped_column(default=TeacherKind.LOCAL_EXPERT)
    specialities: Mapped[LineText] = mapped_column(default="")
    languages: Mapped[LineText] = mapped_column(default="")
    phone: Mapped[Sealed | None]  # sealed about "teacher.phone:<public_id>"
    name_is_public: Mapped[bool] = mapped_column(default=True)
    weekly_limit: Mapped[int | None]  # so many class sessions a week at most; None: no limit told
    retired_at: Mapped[Instant | None]  # offered no more; what was taught stays
    merged_into_id: Mapped[int | None] = mapped_column(
        ForeignKey("teacher.id", ondelete="RESTRICT"), index=True
    )

    __table_args__ = (
        one_of("kind", TeacherKind),
        CheckConstraint(
            "weekly_limit IS NULL OR weekly_limit BETWEEN 1 AND 50", name="weekly_limit_sensible"
        ),
        CheckConstraint("merged_into_id IS NULL OR merged_into_id <> id", name="not_merged_into_itself"),
        CheckConstraint("merged_into_id IS NULL OR retired_at IS NOT NULL", name="merged_is_retired"),
    )


class TeacherLink(Addressed, Base):
    """One row is one address by which a teacher sees their own classes without an account, until it is revoked.

    Its public id names it to who keeps it, and is not the secret in the address.
    """

    teacher_id: Mapped[int] = mapped_column(ForeignKey("teacher.id", ondelete="RESTRICT"), index=True)
    region_code: Mapped[InRegion]  # where it was made
    digest: Mapped[Digest] = mapped_column(unique=True)  # SHA-256 of the secret, which is kept nowhere
    account_id: Mapped[AccountRef | None]
    made_at: Mapped[Instant]
    revoked_at: Mapped[Instant | None]


class Learner(Addressed, Versioned, Base):
    """One row is one villager on the roster. Only a name and a group are needed; no ID number, no poverty status."""

    region_code: Mapped[RegionRef]
    name: Mapped[ShortText]
    name_key: Mapped[LineText]  # pinyin for sorting
    search_keys: Mapped[SearchKeys]  # pinyin and initials, one space between
    group_name: Mapped[ShortText]  # 村民小组, as the village says it: 三组
    group_number: Mapped[int] = mapped_column(default=0)  # read from the name, for sorting; 0: none
    household: Mapped[ShortText] = mapped_column(default="")
    sex: Mapped[Code | None]
    birth_year: Mapped[int | None]
    phone: Mapped[Sealed | None]  # sealed about "learner.phone:<public_id>"
    came_on: Mapped[
        date | None
    ]  # first day in this group of this village; None: before anybody wrote it down
    left_on: Mapped[date | None]  # first day on the roster no more
    retired_at: Mapped[Instant | None]  # when that was entered: on no new register; what was attended stays
    merged_into_id: Mapped[int | None] = mapped_column(
        ForeignKey("learner.id", ondelete="RESTRICT"), index=True
    )
    told_version: Mapped[ShortText | None]  # of the notice that was read to them; rules.people.notices
    erased_at: Mapped[Instant | None]  # nobody any more: what stands here says no more who it was

    __table_args__ = (
        CheckConstraint("merged_into_id IS NULL OR merged_into_id <> id", name="not_merged_into_itself"),
        CheckConstraint("merged_into_id IS NULL OR retired_at IS NOT NULL", name="merged_is_retired"),
        one_of("sex", SEXES),
        CheckConstraint("birth_year IS NULL OR birth_year BETWEEN 1900 AND 2100", name="birth_year_sensible"),
        Index("ix_learner_region_code_name_key", "region_code", "group_number", "name_key"),
    )


class FormerStay(Numbered, Base):
    """One row is one time a learner was on a roster, or in a group, where they are no more; the present one is theirs.

    No two rows of a learner overlap, nor does the learner's own.
    """

    learner_id: Mapped[int] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"), index=True)
    region_code: Mapped[InRegion]
    group_name: Mapped[ShortText]
    group_number: Mapped[int] = mapped_column(default=0)
    came_on: Mapped[date | None]
    left_on: Mapped[date]  # first day there no more

    __table_args__ = (CheckConstraint("came_on IS NULL OR came_on < left_on", name="days_in_order"),)


class FormerValue(Numbered, Base):
    """One row is what stood in a field of a learner before it was put right. Sealed: it was wrong, or is over."""

    learner_id: Mapped[int] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"), index=True)
    field: Mapped[ShortText]
    sealed: Mapped[Sealed]  # queries.former_values says for what
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="RESTRICT"))
    at: Mapped[Instant]


class HouseholdStatus(Addressed, Versioned, Base):
    """One row is of which kind a learner's household is, from a day to a day. It shows neither whose it is nor what."""

    holder: Mapped[Digest] = mapped_column(index=True)  # the learner's public id, marked with the sealing key
    sealed: Mapped[Sealed]  # queries.household_status says what stands here


class PersonMerge(Addressed, Base):
    """One row is one time two records turned out to be one person: what was moved, so that it can be moved back."""

    kind: Mapped[Code]
    kept_id: Mapped[int] = mapped_column(index=True)  # of a learner or a teacher, as the kind says
    merged_id: Mapped[int] = mapped_column(index=True)
    account_id: Mapped[AccountRef | None]
    merged_at: Mapped[Instant]
    undone_at: Mapped[Instant | None]
    moved: Mapped[dict[str, Any]] = mapped_column(JSON)  # actions.people.merges says what stands here

    __table_args__ = (one_of("kind", PersonKind),)


class ListKind(StrEnum):
    """Of what a table that came in is a list."""

    LEARNER = "learner"
    TEACHER = "teacher"
    REGISTER = "register"  # of past classes


class PeopleList(Addressed, Base):
    """One row is one table of people or registers that somebody handed in: looked through, then taken in, or not."""

    region_code: Mapped[InRegion]
    kind: Mapped[Code]
    account_id: Mapped[AccountRef] = mapped_column(index=True)
    content: Mapped[bytes | None] = mapped_column(LargeBinary)  # sealed; None after a day
    choices: Mapped[dict[str, Any]] = mapped_column(
        JSON, default=dict
    )  # actions.people.lists says what stands here
    added: Mapped[list[str]] = mapped_column(JSON, default=list)  # public ids of people, or of classes
    counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)  # once taken in: new, there, left
    errand_id: Mapped[ErrandRef | None]  # by which a large one is taken in
    made_at: Mapped[Instant]
    taken_at: Mapped[Instant | None]
    undone_at: Mapped[Instant | None]

    __table_args__ = (one_of("kind", ListKind),)
