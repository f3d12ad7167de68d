"""Trust: accounts, the postings that give them rights, how they log in, and the trail they leave."""

from datetime import date
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String
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
    Numbered,
    RegionCode,
    Sealed,
    ShortText,
    Versioned,
    as_searched,
    one_of,
)
from nightschool.rules.access import Role


class Account(Addressed, Versioned, Base):
    """One row is one person who can log in. Rights are not here: postings give them."""

    login_name: Mapped[ShortText] = mapped_column(unique=True)  # as compared: trimmed, NFKC, lower case
    display_name: Mapped[ShortText]
    search_keys: Mapped[str] = mapped_column(String(400), default=as_searched("display_name"))
    password_hash: Mapped[str | None] = mapped_column(String(200))  # None: only a login slip lets in
    disabled_at: Mapped[Instant | None]
    created_at: Mapped[Instant]
    mail_address: Mapped[Sealed | None]  # where the weekly digest goes, for officers who asked for it
    mailed_through: Mapped[date | None]  # the last day of the week that was mailed last


class Posting(Numbered, Base):
    """One row gives one account one role in one region from a day to a day (both included)."""

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="RESTRICT"), index=True)
    role: Mapped[Code]
    region_code: Mapped[InRegion | None]  # None: everywhere, for the system administrator alone
    title: Mapped[ShortText] = mapped_column(default="")  # 第一书记, 村文书, ...
    from_day: Mapped[date]
    to_day: Mapped[date | None]

    __table_args__ = (
        one_of("role", Role),
        CheckConstraint("(region_code IS NULL) = (role = 'system_administrator')", name="region_by_role"),
        CheckConstraint("to_day IS NULL OR to_day >= from_day", name="days_in_order"),
    )


class LoginSession(Numbered, Base):
    """One row is one device somebody has logged in on. The cookie holds the token, this row only its digest."""

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="RESTRICT"), index=True)
    token_digest: Mapped[Digest] = mapped_column(unique=True)
    device: Mapped[LineText]
    is_own_phone: Mapped[bool]
    village_code: Mapped[RegionCode | None]  # the village last worked on, for those who serve two
    created_at: Mapped[Instant]
    last_seen_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    revoked_at: Mapped[Instant | None]
    # Of a device that keeps registers without signal: when it last brought some, and how many it still kept then.
    pocket_at: Mapped[Instant | None]
    pocket_waits: Mapped[int | None]


class LoginAttempt(Numbered, Base):
    """One row is one password that was not right; names and networks only as keyed digests."""

    name_digest: Mapped[Digest]  # of the name and of whom the try is counted among
    address_digest: Mapped[Digest]
    at: Mapped[Instant]

    __table_args__ = (
        Index("ix_login_attempt_name_digest_at", "name_digest", "at"),
        Index("ix_login_attempt_address_digest_at", "address_digest", "at"),
    )


class LoginSlip(Numbered, Base):
    """One row is one printed one-time code that lets its account set a password."""

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="RESTRICT"), index=True)
    code_digest: Mapped[Digest]
    made_by: Mapped[AccountRef | None]
    made_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    used_at: Mapped[Instant | None]


class SecondFactor(Base):
    """One row is the app on a phone whose codes an account is asked for after its password, or one being set up."""

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="RESTRICT"), primary_key=True)
    secret: Mapped[Sealed]  # queries.trust.second_factor says for what
    begun_at: Mapped[Instant]
    set_up_at: Mapped[Instant | None]  # None: no code of it has come yet, and none is asked for
    last_step: Mapped[int | None]  # whose code was used last: it lets nobody in again
    wrong_codes: Mapped[int] = mapped_column(default=0)  # in a row, behind the right password


class RecoveryCode(Numbered, Base):
    """One row is one line of an account's recovery slip: it does for a code of the app, once."""

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="RESTRICT"), index=True)
    digest: Mapped[Digest]
    used_at: Mapped[Instant | None]


class KeptInput(Addressed, Base):
    """One row is one form that arrived after its login had ended, sealed until the same account logs in again."""

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="RESTRICT"), index=True)
    path: Mapped[str] = mapped_column(String(500))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    kept_at: Mapped[Instant]


class AnsweredForm(Base):
    """One row is one form that was acted on: sent again, it gets the same answer and nothing is done."""

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="RESTRICT"), primary_key=True)
    once: Mapped[str] = mapped_column(String(22), primary_key=True)  # made where the form was shown
    fingerprint: Mapped[Digest]
    answer: Mapped[bytes | None] = mapped_column(LargeBinary)  # sealed; None until it has gone out
    at: Mapped[Instant] = mapped_column(index=True)


class SecretPage(Addressed, Base):
    """One row is one page with a secret on it, sealed: who made it may look at it again for an hour."""

    account_id: Mapped[AccountRef]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[Instant] = mapped_column(index=True)


class AuditEvent(Numbered, Base):
    """One row says who did what to which record when; written with the change itself, never updated, never deleted."""

    at: Mapped[Instant]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="RESTRICT"), index=True)
    action: Mapped[str] = mapped_column(String(60))
    region_code: Mapped[RegionCode | None]
    record: Mapped[str] = mapped_column(String(60))  # table name and key, "class_session 12"
    details: Mapped[dict[str, Any]] = mapped_column(
        JSON, default=dict
    )  # field names; values never of personal fields

    __table_args__ = (
        Index("ix_audit_event_record", "record"),
        Index("ix_audit_event_region_code_at", "region_code", "at"),
    )


class TrailLink(Base):
    """One row is one line of the trail in the chain: its digest holds those of all before it, whatever their order."""

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # from 1 on, without a gap
    audit_event_id: Mapped[int] = mapped_column(
        ForeignKey("audit_event.id", ondelete="RESTRICT"), unique=True
    )
    digest: Mapped[Digest]


class FrozenTime(Numbered, Base):
    """One row is one time in which nothing was taken in and nobody let in, after something had happened."""

    at: Mapped[Instant]
    why: Mapped[LineText]
    thawed_at: Mapped[Instant | None]


class KeyMark(Numbered, Base):
    """The one row says by which keys personal fields are sealed and digests made: a start with others is refused."""

    sealed: Mapped[Sealed]  # sealed about "key_mark.sealed"
    digest: Mapped[Digest]


class ErasedMark(Base):
    """One row is a learner who was erased: a keyed digest, by which a restored database finds them once more."""

    digest: Mapped[Digest] = mapped_column(primary_key=True)
    at: Mapped[Instant]


class BackupMade(Numbered, Base):
    """One row is one backup that was written whole: what /healthz and `doctor` tell the age of."""

    at: Mapped[Instant] = mapped_column(index=True)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
