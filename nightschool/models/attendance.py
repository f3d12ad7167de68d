"""Attendance: what was handed in, what it said, and what counts now.

Every arrival of marks is a Submission. Mark events only ever grow; a Mark is the value that counts now. Guests and
headcounts stay too when a later submission supersedes them.
"""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from nightschool.models.base import (
    AccountRef,
    Addressed,
    Base,
    Code,
    Digest,
    InRegion,
    Instant,
    LineText,
    LongText,
    Numbered,
    ShortText,
    one_of,
)
from nightschool.rules.registers.asked_back import AskedBackKind
from nightschool.rules.registers.attendance import STATUS_WORDS
from nightschool.rules.registers.evaluations import Aspect


class SubmissionKind(StrEnum):
    SHEET = "sheet"
    VOID = "void"  # takes a whole register back, with a reason


AtClassSession = Annotated[
    int, mapped_column(ForeignKey("class_session.id", ondelete="RESTRICT"), index=True)
]
SubmissionRef = Annotated[UUID, mapped_column(ForeignKey("submission.id", ondelete="RESTRICT"))]

CURRENT = text("superseded_by IS NULL")


class Submission(Base):
    """One row is one arrival of a sheet; its id is made where the sheet was filled in, so that a repeat is known."""

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    class_session_id: Mapped[AtClassSession]
    account_id: Mapped[AccountRef]
    kind: Mapped[Code] = mapped_column(default=SubmissionKind.SHEET)
    device: Mapped[LineText] = mapped_column(default="")
    taken_at: Mapped[Instant]  # as the device says
    received_at: Mapped[Instant]  # as we saw
    fingerprint: Mapped[Digest]
    reason: Mapped[LineText] = mapped_column(default="")  # why a correction or voiding, when given
    difference_note: Mapped[LineText] = mapped_column(
        default=""
    )  # why names and headcount differ, when given
    arrival: Mapped[int]  # the how manieth of its class session it is: the register's version with it
    # Of a sheet written without signal: how many seconds its device's clock was behind ours when both last met, and
    # the sheets of the same device, ids parted by blanks, that it was written instead of.
    clock_offset: Mapped[int | None]
    replaces: Mapped[LongText | None]

    __table_args__ = (one_of("kind", SubmissionKind),)


class WaitingSheet(Addressed, Base):
    """One row is one sheet that does not count, because another one does or a rule says no, until somebody looks."""

    region_code: Mapped[InRegion]
    class_session_id: Mapped[AtClassSession]
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.id", ondelete="RESTRICT"), unique=True)
    why: Mapped[Code]
    content: Mapped[str] = mapped_column(Text())  # the sheet, as `rules.registers.waiting` writes it
    put_at: Mapped[Instant]
    settled_at: Mapped[Instant | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="RESTRICT"))
    is_taken: Mapped[bool | None]  # its content was saved; False: it was looked at, and left


class MarkEvent(Numbered, Base):
    """One row is one change of one learner's mark; never updated, never deleted. No status: the mark was taken back."""

    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.id", ondelete="RESTRICT"), index=True)
    class_session_id: Mapped[AtClassSession]
    learner_id: Mapped[int] = mapped_column(ForeignKey("learner.id", ondelete="RESTRICT"), index=True)
    status: Mapped[Code | None]
    before: Mapped[Code | None]
    came_instead: Mapped[ShortText] = mapped_column(default="")  # of a substitute: who of the family came

    __table_args__ = (one_of("status", STATUS_WORDS), one_of("before", STATUS_WORDS))


class Mark(Base):
    """One row is one learner's mark at one class session, as it counts now: at most one."""

    class_session_id: Mapped[int] = mapped_column(
        ForeignKey("class_session.id", ondelete="RESTRICT"), primary_key=True
    )
    learner_id: Mapped[int] = mapped_column(
        ForeignKey("learner.id", ondelete="RESTRICT"), primary_key=True, index=True
    )
    status: Mapped[Code]
    came_instead: Mapped[ShortText] = mapped_column(default="")  # of a substitute: who of the family came
    submission_id: Mapped[SubmissionRef]

    __table_args__ = (
        one_of("status", STATUS_WORDS),
        CheckConstraint("status = 'substitute' OR came_instead = ''", name="only_a_substitute_came_instead"),
    )


class Guest(Numbered, Base):
    """One row is one walk-in written down by name at one class session."""

    class_session_id: Mapped[AtClassSession]
    submission_id: Mapped[SubmissionRef]
    superseded_by: Mapped[SubmissionRef | None]
    name: Mapped[ShortText]
    home: Mapped[ShortText] = mapped_column(default="")  # the village they came from, when said


class Headcount(Numbered, Base):
    """One row is what one submission counted without names: the whole room, and walk-ins known only by number."""

    class_session_id: Mapped[int] = mapped_column(ForeignKey("class_session.id", ondelete="RESTRICT"))
    submission_id: Mapped[SubmissionRef]
    superseded_by: Mapped[SubmissionRef | None]
    total: Mapped[int | None]  # None: nobody counted the room
    women: Mapped[int | None]
    over_60: Mapped[int | None]
    on_paper: Mapped[int | None]  # signatures and thumb-prints on the sign-in sheet
    unnamed_guests: Mapped[int] = mapped_column(default=0)

    __table_args__ = (
        CheckConstraint("total IS NULL OR total BETWEEN 0 AND 20000", name="total_sensible"),
        CheckConstraint("women IS NULL OR women BETWEEN 0 AND 20000", name="women_sensible"),
        CheckConstraint("on_paper IS NULL OR on_paper BETWEEN 0 AND 20000", name="on_paper_sensible"),
        CheckConstraint("over_60 IS NULL OR over_60 BETWEEN 0 AND 20000", name="over_60_sensible"),
        CheckConstraint("unnamed_guests BETWEEN 0 AND 20000", name="unnamed_guests_sensible"),
        Index(
            "uq_headcount_current",
            "class_session_id",
            unique=True,
            sqlite_where=CURRENT,
            postgresql_where=CURRENT,
        ),
    )


class AskedBackAnswer(Base):
    """One row is what a village answered when it was asked back about one of its registers; nobody else reads it."""

    class_session_id: Mapped[int] = mapped_column(
        ForeignKey("class_session.id", ondelete="RESTRICT"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    text: Mapped[LineText]
    account_id: Mapped[AccountRef]
    answered_at: Mapped[Instant]

    __table_args__ = (one_of("kind", AskedBackKind),)


class SheetPhoto(Base):
    """One row is the photograph of the signed sheet of one class session, a JPEG with nothing in it but the picture."""

    class_session_id: Mapped[int] = mapped_column(
        ForeignKey("class_session.id", ondelete="RESTRICT"), primary_key=True
    )
    image: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[Digest] = mapped_column(index=True)  # SHA-256 of it
    account_id: Mapped[AccountRef]
    kept_at: Mapped[Instant]


class Evaluation(Base):
    """One row is how many slips there are about one class session, and what was written on them.

    Nothing says who wrote, when, in which order, or what else the same person answered.
    """

    class_session_id: Mapped[int] = mapped_column(
        ForeignKey("class_session.id", ondelete="RESTRICT"), primary_key=True
    )
    on_paper: Mapped[int] = mapped_column(default=0)
    online: Mapped[int] = mapped_column(default=0)  # answers by the slip's address that are shown
    waiting: Mapped[int] = mapped_column(
        default=0
    )  # such answers until there are enough to be shown together
    words: Mapped[list[str]] = mapped_column(JSON, default=list)  # shown; sorted, as all of these
    paper_words: Mapped[list[str]] = mapped_column(JSON, default=list)
    waiting_words: Mapped[list[str]] = mapped_column(JSON, default=list)
    sent: Mapped[list[str]] = mapped_column(JSON, default=list)  # one-time ids of forms that have arrived


class EvaluationCount(Base):
    """One row is how often one thing was answered to one question about one class session."""

    class_session_id: Mapped[int] = mapped_column(
        ForeignKey("class_session.id", ondelete="RESTRICT"), primary_key=True
    )
    aspect: Mapped[str] = mapped_column(String(32), primary_key=True)
    choice: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    on_paper: Mapped[int] = mapped_column(default=0)
    online: Mapped[int] = mapped_column(default=0)
    waiting: Mapped[int] = mapped_column(default=0)

    __table_args__ = (
        one_of("aspect", Aspect),
        CheckConstraint("choice BETWEEN 1 AND 5", name="choice_known"),
    )


class SignInSheet(Base):
    """One row is what the row numbers mean on every sign-in sheet that was printed of one class session."""

    class_session_id: Mapped[int] = mapped_column(
        ForeignKey("class_session.id", ondelete="CASCADE"), primary_key=True
    )
    rows: Mapped[list[int | None]] = mapped_column(
        JSON
    )  # learners' ids; rules.registers.sign_in_sheets.SignInRows
