"""Who holds what in a region: its accounts by place, searched by name, login name, village or pinyin, page by page."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, or_, select
from sqlalchemy.orm import Session

from nightschool.models.places import RegionKey, RegionName
from nightschool.models.trust import Account, Posting
from nightschool.queries.scope import account_regions, inside
from nightschool.queries.trust.trust import AccountLine, account_lines, not_over
from nightschool.rules.access import Actor, Role, may
from nightschool.rules.names import LONGEST_KEY, compared, normalised
from nightschool.rules.regions import ancestors_of
from nightschool.rules.slots import Now
from nightschool.rules.typed import LONGEST_LINE

ACCOUNTS_A_PAGE = 30
_MOST_NAMESAKES = 20


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

    A number past the last page gives the last. Cost: 3 queries.
    """
    posted = posted_in(code, show, now.day).subquery()
    conditions = [*_shown(show), *_answering(query)]
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
    return AccountList(accounts, total, number, pages)


def namesakes(db: Session, called: str, region: str, *, by: Actor, now: Now) -> tuple[AccountLine, ...]:
    """The accounts of people called so who are, or were, posted in the county of this region, as far as the actor may
    know of them: whoever is managed by somebody else as well is left out, and so are they themselves.

    Cost: 2 queries, and one for each.
    """
    name = compared(called) if len(called) <= LONGEST_LINE else ""  # nobody is called so
    posted = select(Posting.account_id).where(
        inside(Posting.region_code, (*ancestors_of(region), region)[:3][-1])
    )
    conditions = [
        Account.id.in_(posted),
        Account.id != (by.account_id or 0),
        Account.search_keys.contains(name, autoescape=True),
    ]
    lines = account_lines(db, conditions, now=now, limit=_MOST_NAMESAKES) if name else ()
    return tuple(
        line
        for line in lines
        if compared(line.display_name) == name
        and all(
            may(by, "manage_accounts", place) for place in account_regions(db, line.public_id, today=now.day)
        )
    )


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


def _answering(query: str) -> list[ColumnElement[bool]]:
    """The condition that an account answers to what was typed: by its names, by its village's, or by their sound."""
    plain = compared(query)
    if not plain:
        return [false()] if query.strip() else []
    villages: Any = select(RegionName.region_code).where(RegionName.compared.contains(plain, autoescape=True))
    if plain.isascii() and plain.isalnum():
        last = plain.ljust(LONGEST_KEY, "z")
        villages = villages.union(select(RegionKey.region_code).where(RegionKey.key.between(plain, last)))
    return [
        or_(
            Account.login_name.contains(normalised(query), autoescape=True),
            func.lower(Account.display_name).contains(normalised(query), autoescape=True),
            Account.search_keys.contains(f" {plain}" if plain.isascii() else plain, autoescape=True),
            Account.id.in_(select(Posting.account_id).where(Posting.region_code.in_(villages))),
        )
    ]
