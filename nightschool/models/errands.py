"""Errands: what was asked for on a page and is done after the answer, with what came of it."""

from typing import Any

from sqlalchemy import JSON, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from nightschool.models.base import AccountRef, Addressed, Base, Code, Instant, RegionRef, one_of
from nightschool.rules.errands import ErrandKind, ErrandState

IS_GOING_ON = text("state IN ('open', 'stopping')")


class Errand(Addressed, Base):
    """One row is one errand: who asked for what, who may be at it, how far it is, and what came of it."""

    kind: Mapped[Code]
    account_id: Mapped[AccountRef | None]
    region_code: Mapped[RegionRef | None]
    asked: Mapped[dict[str, Any]] = mapped_column(
        JSON, default=dict
    )  # what its work has to know; nobody's data
    language: Mapped[Code]  # of whoever asked
    state: Mapped[Code] = mapped_column(default=ErrandState.OPEN)
    turns: Mapped[int] = mapped_column(
        default=0
    )  # so often taken up; who took it up last alone writes for it
    due_at: Mapped[Instant]  # nobody takes it up before
    steps_done: Mapped[int] = mapped_column(default=0)
    steps_all: Mapped[int] = mapped_column(default=1)
    made_at: Mapped[Instant]
    changed_at: Mapped[Instant]
    content: Mapped[bytes | None] = mapped_column(LargeBinary)  # a file that was made; None after a day

    __table_args__ = (
        one_of("kind", ErrandKind),
        one_of("state", ErrandState),
        Index("ix_errand_due_at", "due_at", sqlite_where=IS_GOING_ON, postgresql_where=IS_GOING_ON),
    )
