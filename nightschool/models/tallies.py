"""Tallies: what class sessions come to, added up beside them; everything here can be made anew from the rest.

`rules.oversight.tallies` says what counts where, `actions.tallies` keeps it.
"""

from datetime import date

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from nightschool.models.base import Base, Code, LongText, RegionCode

# In the words of the index: a value that is handed over would not fit it.
BEARS_SOMETHING = text("label <> ''")


class SlipSums:
    """What evaluation slips come to (rules.registers.evaluations.EVALUATED)."""

    slips: Mapped[int]
    method: Mapped[int]
    method_points: Mapped[int]
    content: Mapped[int]
    content_points: Mapped[int]
    attitude: Mapped[int]
    attitude_points: Mapped[int]
    understood: Mapped[int]
    understood_points: Mapped[int]


class CountedSession(SlipSums, Base):
    """One row is what one class session adds to the tallies: exactly this is taken away when it comes to be otherwise.

    Nothing refers to the class session, because it may be gone before its row is.
    """

    class_session_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    region_code: Mapped[RegionCode]
    day: Mapped[date]
    category_code: Mapped[Code]
    status: Mapped[Code]
    reason: Mapped[Code]
    labels: Mapped[LongText]
    on_time: Mapped[int]
    attendances: Mapped[int]  # 人次
    minutes: Mapped[int]
    women: Mapped[int | None]
    over_60: Mapped[int | None]
    by_guests: Mapped[int]

    __table_args__ = (Index("ix_counted_session_region_code_day", "region_code", "day"),)


class RegionTally(SlipSums, Base):
    """One row is what all class sessions of one kind add up to in one region and one time."""

    level: Mapped[Code] = mapped_column(primary_key=True)
    span: Mapped[str] = mapped_column(String(10), primary_key=True)
    label: Mapped[str] = mapped_column(String(20), primary_key=True)
    region_code: Mapped[RegionCode] = mapped_column(primary_key=True)
    category_code: Mapped[Code] = mapped_column(primary_key=True)
    status: Mapped[Code] = mapped_column(primary_key=True)
    reason: Mapped[Code] = mapped_column(primary_key=True)
    sessions: Mapped[int]
    on_time: Mapped[int]
    attendances: Mapped[int]  # 人次
    minutes: Mapped[int]
    person_minutes: Mapped[int]
    women: Mapped[int]
    women_counted: Mapped[int]
    over_60: Mapped[int]
    over_60_counted: Mapped[int]
    by_guests: Mapped[int]

    __table_args__ = (
        # By its key are read the classes of one label, by this the labels of one region; all that is read of them, so
        # that SQLite, which knows no numbers of rows, takes it.
        Index(
            "ix_region_tally_borne",
            *("level", "span", "region_code", "label", "status", "sessions", "attendances"),
            sqlite_where=BEARS_SOMETHING,
            postgresql_where=BEARS_SOMETHING,
        ),
        {"sqlite_with_rowid": False},
    )


class TownshipTally(Base):
    """One row is how many villages and night schools there are in one township; those whose last day is known apart."""

    region_code: Mapped[RegionCode] = mapped_column(primary_key=True)
    villages: Mapped[int]
    village_schools: Mapped[int]
    community_schools: Mapped[int]
    ending_schools: Mapped[int]  # in villages that have ended, or will on a known day


class TownshipOpening(Base):
    """One row is how many night schools of a township opened on one day, of those whose last day is not known."""

    day: Mapped[date] = mapped_column(primary_key=True)
    region_code: Mapped[RegionCode] = mapped_column(primary_key=True)
    village_schools: Mapped[int]
    community_schools: Mapped[int]


class PlannedMonth(Base):
    """One row is in how many villages of a township there is a class in a month, drafts too, and none that is off."""

    month: Mapped[str] = mapped_column(String(7), primary_key=True)  # 2026-12
    region_code: Mapped[RegionCode] = mapped_column(primary_key=True)
    villages: Mapped[int]
