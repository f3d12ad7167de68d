"""Where a record belongs: the one gateway from a name in an address to the region that decides who may see it."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, select
from sqlalchemy.orm import Session

from nightschool.models.attendance import WaitingSheet
from nightschool.models.errands import Errand
from nightschool.models.people import Learner, Teacher, TeacherLink
from nightschool.models.places import Region, Venue
from nightschool.models.planning import Dispatch, Inspection, Question, Rota, Wish
from nightschool.models.teaching import ChangeSet, ClassSession, Course, Label
from nightschool.models.trust import Account, Posting
from nightschool.rules.regions import Level, code_range, is_inside

_OF_REGION = select(Region.code).where(Region.code == bindparam("key"))

# Address parameter -> which region the record it names belongs to.
_REGION_OF: dict[str, Select[Any]] = {
    "region": _OF_REGION,
    "village": _OF_REGION.where(Region.level == Level.VILLAGE),
    **{
        parameter: select(table.region_code).where(table.public_id == bindparam("key"))
        for parameter, table in (
            ("change", ChangeSet),
            ("class_session", ClassSession),
            ("course", Course),
            ("dispatch", Dispatch),
            ("export", Errand),
            ("inspection", Inspection),
            ("label", Label),
            ("learner", Learner),
            ("rota", Rota),
            ("question", Question),
            ("teacher", Teacher),
            ("teacher_link", TeacherLink),
            ("venue", Venue),
            ("waiting_sheet", WaitingSheet),
            ("wish", Wish),
        )
    },
}


NAMED = frozenset({*_REGION_OF, "account"})  # the address parameters that name something with a home


def inside(column: Any, code: str, heirs: Mapping[str, str] = MappingProxyType({})) -> ColumnElement[bool]:
    """The condition that the region this column names is the one given, or lies in it.

    `heirs`: former villages, each with the one that stands for it: there it is looked for, too.
    """
    low, high = code_range(code)
    condition: ColumnElement[bool] = (column >= low) & (column < high)
    if gone := [one for one, heir in heirs.items() if is_inside(one, code) and not is_inside(heir, code)]:
        condition &= column.not_in(gone)
    if come := [one for one, heir in heirs.items() if is_inside(heir, code) and not is_inside(one, code)]:
        condition |= column.in_(come)
    return condition


def region_of(db: Session, kind: str, key: str) -> str | None:
    """The region a record belongs to; None when there is no such record. `kind`: the name of the address parameter."""
    return db.execute(_REGION_OF[kind], {"key": key}).scalar_one_or_none()


def account_regions(db: Session, key: str, *, today: date) -> tuple[str | None, ...]:
    """The regions of an account's postings, those to come included; None stands for everywhere.

    When all have ended, those that ended last, so that somebody can still mend it. Empty: no such account. Who manages
    an account must hold all of them.
    """
    rows = db.execute(
        select(Posting.id, Posting.region_code, Posting.to_day)
        .select_from(Account)
        .outerjoin(Posting, Posting.account_id == Account.id)
        .where(Account.public_id == key)
    ).all()
    if rows and rows[0].id is None:
        return (None,)  # an account without any posting belongs to nobody below the whole
    last = max((row.to_day or date.max for row in rows), default=date.max)
    since = min(last, today)
    return tuple({row.region_code: None for row in rows if (row.to_day or date.max) >= since})
