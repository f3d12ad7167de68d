"""Places: regions with their official names, the night school of a village, and its venues."""

from datetime import date
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
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
    Numbered,
    RegionCode,
    RegionRef,
    Sealed,
    SearchKeys,
    ShortText,
    Versioned,
    as_compared,
    digits,
    one_of,
)
from nightschool.rules.notices.own_texts import OWN_FORMS
from nightschool.rules.oversight.targets import TARGET_PERIODS
from nightschool.rules.places.schools import MOST_IN_A_VILLAGE
from nightschool.rules.places.supporters import SUPPORTERS
from nightschool.rules.places.venues import ONLINE, VENUE_KINDS
from nightschool.rules.regions import Level

ENDING = text("valid_to IS NOT NULL")


class Region(Base):
    """One row is one unit of the national statistical division codes, living or former.

    Rows are deleted only with a list that is withdrawn, and nobody uses yet.
    """

    code: Mapped[RegionCode] = mapped_column(primary_key=True)
    level: Mapped[Code]
    parent_code: Mapped[RegionRef | None]
    name: Mapped[ShortText]  # for display, made from the newest official name
    official_name: Mapped[LineText]
    valid_from: Mapped[date | None]  # None: older than the first list we have
    valid_to: Mapped[date | None]  # last day known or assumed; None: still there
    successor_code: Mapped[RegionRef | None]
    successor_day: Mapped[date | None]
    revision: Mapped[int] = mapped_column(default=1)  # bumped by every change a public page shows
    changed_at: Mapped[Instant]

    __table_args__ = (
        CheckConstraint(digits("code", 12), name="code_digits"),
        CheckConstraint("successor_code IS NULL OR successor_code <> code", name="not_own_successor"),
        CheckConstraint(
            "valid_from IS NULL OR valid_to IS NULL OR valid_from <= valid_to", name="dates_in_order"
        ),
        one_of("level", Level),
        Index("ix_region_parent_code", "parent_code"),
        Index("ix_region_valid_to", "valid_to", sqlite_where=ENDING, postgresql_where=ENDING),
        Index("ix_region_successor_code", "successor_code"),
    )


class RegionName(Base):
    """One row is one official name a region has borne in some list, newest `as_of` wins for display."""

    region_code: Mapped[RegionCode] = mapped_column(
        ForeignKey("region.code", ondelete="CASCADE"), primary_key=True
    )
    official_name: Mapped[LineText] = mapped_column(primary_key=True)
    name: Mapped[ShortText]
    compared: Mapped[ShortText] = mapped_column(default=as_compared("name"))  # searched, never shown
    as_of: Mapped[date]  # the newest list that has it


class RegionKey(Base):
    """One row is one way to find a region by typing pinyin: whole syllables or initials, of any of its names."""

    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    region_code: Mapped[RegionCode] = mapped_column(
        ForeignKey("region.code", ondelete="CASCADE"), primary_key=True
    )
    is_usual: Mapped[bool] = mapped_column(default=True)  # False: a character read in one of its rarer ways

    __table_args__ = (Index("ix_region_key_region_code", "region_code"),)


class RegionImport(Addressed, Base):
    """One row is one list of regions somebody uploaded: and its content until it is applied."""

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="RESTRICT"), index=True)
    file_name: Mapped[LineText]
    content: Mapped[bytes | None] = mapped_column(LargeBinary)  # the file as it came; None once applied
    as_of: Mapped[date]
    end_missing: Mapped[bool]
    errand_id: Mapped[ErrandRef | None]  # by which it is taken in
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # new, changed, unchanged, ended, ...
    made_at: Mapped[Instant]


class TakenList(Numbered, Base):
    """One row is one list of regions that was taken in; of the last one also what was before, to withdraw it."""

    account_id: Mapped[AccountRef | None]
    as_of: Mapped[date]
    taken_at: Mapped[Instant]
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # new, changed, ended
    added: Mapped[list[str]] = mapped_column(JSON, default=list)  # codes that it was the first to name
    before: Mapped[dict[str, Any]] = mapped_column(
        JSON, default=dict
    )  # code -> rules.places.region_lists.as_json
    withdrawn_at: Mapped[Instant | None]
    going_on: Mapped[bool] = mapped_column(default=False)  # it is not in to its end; begun again it goes on


class RegionSettings(Versioned, Base):
    """One row is what a region has settled for itself: whether it approves plans, how fast its roads are."""

    region_code: Mapped[RegionRef] = mapped_column(primary_key=True)
    approves_plans: Mapped[bool] = mapped_column(default=False)  # of a township: plans wait for its word
    travel_kmh: Mapped[int | None]  # None: that of the region above, else rules.places.travel.USUAL_KMH
    # After so many days a saved register is changed with a reason. None: as above, else registers.attendance.OPEN_DAYS
    register_days: Mapped[int | None]
    # So many classes are expected of each school in a week, a month …; none of the three: as in the region above.
    target_per: Mapped[Code | None]
    village_target: Mapped[int | None]
    community_target: Mapped[int | None]
    # What those three were before, each time with the last day they held; None: never otherwise.
    former_targets: Mapped[list[list[Any]] | None] = mapped_column(JSON(none_as_null=True))
    # For what its villages note kinds of households; None: as in the region above, and where none says so, not at all.
    household_purpose: Mapped[LineText | None]

    __table_args__ = (
        one_of("target_per", TARGET_PERIODS),
        CheckConstraint(
            "(target_per IS NULL) = (village_target IS NULL AND community_target IS NULL)",
            name="target_has_its_span",
        ),
        CheckConstraint(
            "village_target IS NULL OR village_target BETWEEN 1 AND 100", name="village_target_sensible"
        ),
        CheckConstraint(
            "community_target IS NULL OR community_target BETWEEN 1 AND 100", name="community_target_sensible"
        ),
        CheckConstraint(
            "register_days IS NULL OR register_days BETWEEN 0 AND 400", name="register_days_sensible"
        ),
        CheckConstraint("travel_kmh IS NULL OR travel_kmh BETWEEN 3 AND 120", name="travel_kmh_sensible"),
    )


class PaperColumns(Numbered, Versioned, Base):
    """One row is what a region chose for the columns of one paper; villages have those of the nearest region."""

    region_code: Mapped[RegionRef]
    paper: Mapped[Code]
    columns: Mapped[list[dict[str, Any]]] = mapped_column(JSON)  # rules.oversight.paper_columns.ChosenColumn

    __table_args__ = (UniqueConstraint("region_code", "paper"),)


class NoticeText(Numbered, Versioned, Base):
    """One row is the words that a region chose for one form of notice; villages have those of the nearest region."""

    region_code: Mapped[RegionRef]
    form: Mapped[Code]
    text: Mapped[LongText]

    __table_args__ = (one_of("form", OWN_FORMS), UniqueConstraint("region_code", "form"))


class RegionOutlines(Versioned, Base):
    """One row is the map that a region brought along: the outline of each of its parts, drawn from numbers."""

    region_code: Mapped[RegionRef] = mapped_column(primary_key=True)
    paths: Mapped[dict[str, str]] = mapped_column(JSON)  # code -> rules.oversight.outlines.read_outlines


class NightSchool(Numbered, Versioned, Base):
    """One row is the night school of one village (一村一校)."""

    region_code: Mapped[RegionRef] = mapped_column(unique=True)
    institution_name: Mapped[ShortText | None]  # None: 农民夜校
    principal: Mapped[ShortText] = mapped_column(default="")
    contact_name: Mapped[ShortText] = mapped_column(default="")
    contact_phone: Mapped[ShortText] = mapped_column(default="")  # the school's own, public by purpose
    usual_venue_id: Mapped[int | None] = mapped_column(ForeignKey("venue.id", ondelete="SET NULL"))
    opened_on: Mapped[date]
    households: Mapped[int | None]  # of the whole village, by its own list; None: not said
    equipment: Mapped[dict[str, bool]] = mapped_column(
        JSON, default=dict
    )  # ticked items of rules.places.checklist

    __table_args__ = (
        CheckConstraint(
            f"households IS NULL OR households BETWEEN 1 AND {MOST_IN_A_VILLAGE}", name="households_sensible"
        ),
    )


class Supporter(Addressed, Base):
    """One row is one of the five names of a village (五个一); it changes with the version of the school."""

    region_code: Mapped[RegionRef]
    part: Mapped[Code]
    name: Mapped[ShortText]
    phone: Mapped[Sealed | None]  # sealed about "supporter.phone:<public_id>"

    __table_args__ = (one_of("part", SUPPORTERS), UniqueConstraint("region_code", "part"))


class Venue(Addressed, Versioned, Base):
    """One row is one place where a village's school meets."""

    region_code: Mapped[InRegion]
    name: Mapped[ShortText]
    kind: Mapped[Code] = mapped_column(default="meeting_room")
    seats: Mapped[int | None]
    is_lit: Mapped[bool] = mapped_column(default=True)
    is_covered: Mapped[bool] = mapped_column(default=True)
    directions: Mapped[LongText] = mapped_column(default="")
    key_holder: Mapped[ShortText] = mapped_column(default="")
    key_holder_phone: Mapped[Sealed | None]  # sealed about "venue.key_holder_phone:<public_id>"
    allows_parallel: Mapped[bool] = mapped_column(default=False)
    for_township: Mapped[bool] = mapped_column(
        default=False, server_default=text("false")
    )  # other villages of the township may meet here, too
    search_keys: Mapped[SearchKeys]  # pinyin and initials, one space between
    area_m2: Mapped[int | None]
    retired_at: Mapped[Instant | None]  # offered no more; what took place there stays

    __table_args__ = (
        one_of("kind", VENUE_KINDS),
        CheckConstraint("seats IS NULL OR seats BETWEEN 1 AND 20000", name="seats_sensible"),
        CheckConstraint("area_m2 IS NULL OR area_m2 BETWEEN 1 AND 100000", name="area_sensible"),
    )

    @property
    def holds_slots(self) -> bool:
        """True when two sessions may not share it: neither online nor declared fit for parallel use."""
        return not self.allows_parallel and self.kind != ONLINE


class Takeover(Addressed, Base):
    """One row is one time a village took over what another had: what was moved, so that it can be moved back."""

    from_code: Mapped[InRegion]
    to_code: Mapped[InRegion]
    account_id: Mapped[AccountRef | None]
    made_at: Mapped[Instant]
    undone_at: Mapped[Instant | None]
    moved: Mapped[dict[str, Any]] = mapped_column(JSON)  # actions.places.takeovers says what stands here
