"""Exports: large tables that are made after the answer, and kept a day to be fetched."""

from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from nightschool.models.base import Addressed, Base, Code, InRegion, Instant, one_of
from nightschool.rules.oversight.exports import ExportKind


class ExportState(StrEnum):
    """What is stored of where an export stands."""

    MAKING = "making"
    READY = "ready"
    FAILED = "failed"


class Export(Addressed, Base):
    """One row is one table of a region's class sessions that somebody asked for, and how far it is."""

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="RESTRICT"), index=True)
    region_code: Mapped[InRegion]
    kind: Mapped[Code] = mapped_column(default=ExportKind.CLASSES, server_default=ExportKind.CLASSES)
    first_day: Mapped[date]
    last_day: Mapped[date]
    state: Mapped[Code] = mapped_column(default=ExportState.MAKING)
    steps_done: Mapped[int] = mapped_column(default=0)
    steps_all: Mapped[int] = mapped_column(default=1)
    made_at: Mapped[Instant]
    changed_at: Mapped[Instant]
    content: Mapped[bytes | None] = mapped_column(
        LargeBinary
    )  # the file; None until it is ready, and after a day

    __table_args__ = (one_of("state", ExportState), one_of("kind", ExportKind))
