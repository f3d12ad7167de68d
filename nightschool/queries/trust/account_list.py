"""Who holds what in a region: its accounts by place, searched by name, login name, village or pinyin, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, func, or_, select
from sqlalchemy.orm import Session

from nightschool.models.places import Region, RegionKey
from nightschool.models.trust import Account, Posting
from nightschool.queries.scope import inside
from nightschool.queries.trust.trust import AccountLine, account_lines, not_over
from nightschool.rules.access import Role
from nightschool.rules.names import LONGEST_KEY, finder, normalised, search_keys
from nightschool.rules.slots import Now

ACCOUNTS_A_PAGE = 30
MOST_SOUNDED = 2000  # accounts whose names are read aloud for one search


class Show(StrEnum):
    """Which of the accounts to list."""

    EVERY = ""
    COORDINATOR = Role.COORDINATOR.value
    SUPERVISOR = Role.SUPERVISOR.value
    REGION_ADMINISTRATOR = Role.REGION_ADMINISTRATOR.value
    NEVER = "never"  # has not logged in yet
    DISABLED = "disabled"
    ENDED = "ended"  # every posting has ended


@dataclass(frozen=True, slots=True)
class AccountList:
    """One page of a region's accounts, in the order of their places."""

    accounts: tuple[AccountLine, ...]
    total: int
    number: int
    pages: int
    is_all_sounded: bool = True  # False: of so many only the first names were searched by their sound


def account_list(
    db: Session,
    code: str,
    *,
    query: str = "",
    show: Show = Show.EVERY,
    number: int = 1,
    now: Now,
) -> AccountList:
    """The accounts posted in a region now or later, or, with Show.ENDED, until a day gone by.

    A number past the last page gives the last. Cost: 3 queries, 1 more for a search in Latin letters.
    """
    posted = posted_in(code, show, now.day).subquery()
    sounding, is_all_sounded = _sounding(db, query, posted)
    conditions = [*_shown(show), *_answering(query, sounding)]
    total = db.execute(
        select(func.count())
        .select_from(Account)
        .join(posted, posted.c.account_id == Account.id)
        .where(*conditions)
    ).scalar_one()
    pages = max(1, -(-total // ACCOUNTS_A_PAGE))
    number = min(max(number, 1), pages)
    accounts = account_lines(
        db,
        [Account.id == posted.c.account_id, *conditions],
        now=now,
        order=(posted.c.code, Account.id),
        limit=ACCOUNTS_A_PAGE,
        offset=(number - 1) * ACCOUNTS_A_PAGE,
    )
    return AccountList(accounts, total, number, pages, is_all_sounded)


def posted_in(code: str, show: Show, today: date) -> Select[*tuple[Any, ...]]:
    """(account_id, code): who is posted in the region, and the first of the places."""
    rows = select(Posting.account_id, func.min(Posting.region_code).label("code"))
    rows = rows.where(inside(Posting.region_code, code))
    if show is Show.ENDED:
        rows = rows.where(Posting.account_id.not_in(select(Posting.account_id).where(not_over(today))))
    else:
        rows = rows.where(not_over(today))
    if show in (Show.COORDINATOR, Show.SUPERVISOR, Show.REGION_ADMINISTRATOR):
        rows = rows.where(Posting.role == show.value)
    return rows.group_by(Posting.account_id)


def _shown(show: Show) -> list[ColumnElement[bool]]:
    if show is Show.NEVER:
        return [Account.password_hash.is_(None), Account.disabled_at.is_(None)]
    if show is Show.DISABLED:
        return [Account.disabled_at.is_not(None)]
    return []


def _answering(query: str, sounding: Sequence[int]) -> list[ColumnElement[bool]]:
    """The condition that an account answers to what was typed: by its names, by its village's, or by their sound."""
    plain = normalised(query)
    if not plain:
        return []
    villages = [Region.name.contains(plain, autoescape=True)]
    if sound := _sound(query):
        last = sound.ljust(LONGEST_KEY, "z")
        keyed = select(RegionKey.region_code).where(RegionKey.key.between(sound, last))
        villages.append(Region.code.in_(keyed))
    named = select(Posting.account_id).join(Region, Region.code == Posting.region_code).where(or_(*villages))
    return [
        or_(
            Account.login_name.contains(plain, autoescape=True),
            func.lower(Account.display_name).contains(plain, autoescape=True),
            Account.id.in_(sounding),
            Account.id.in_(named),
        )
    ]


def _sound(query: str) -> str:
    """The query as pinyin; empty when it cannot be any."""
    sound = normalised(query).replace("'", "").replace(" ", "")
    return sound if sound.isascii() and sound.isalnum() else ""


def _sounding(db: Session, query: str, posted: Subquery) -> tuple[list[int], bool]:
    """The accounts whose names begin so in pinyin; False when there were too many to read all."""
    sound = _sound(query)
    if not sound:
        return [], True
    rows = db.execute(
        select(Account.id, Account.display_name)
        .join(posted, posted.c.account_id == Account.id)
        .order_by(Account.id)
        .limit(MOST_SOUNDED + 1)
    ).all()
    read = rows[:MOST_SOUNDED]
    fits = finder(sound)
    found = [row.id for row in read if fits(row.display_name, " ".join(search_keys(row.display_name)))]
    return found, len(rows) <= MOST_SOUNDED
