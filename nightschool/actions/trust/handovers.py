"""A village handed over: the old coordinators end the day before, the new one begins, nothing of the school moves."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.actions.notices.feeds import show_otherwise, told_contact
from nightschool.actions.records import note
from nightschool.actions.touching import touch_villages
from nightschool.actions.trust import accounts
from nightschool.actions.trust.accounts import Slip
from nightschool.errors import NotAllowed, NotFound, Refused, told_together
from nightschool.models.places import NightSchool
from nightschool.models.teaching import ClassSession
from nightschool.models.trust import Account
from nightschool.queries.trust import handovers as queries
from nightschool.queries.trust import trust
from nightschool.rules.access import Actor, Role, require
from nightschool.rules.slots import Now
from nightschool.rules.trust.handovers import SLIP_WORTH_PRINTING, Handover, check_handover
from nightschool.sealing import Digester


@dataclass(frozen=True)
class HandedOver:
    """Who comes, and the slip to print now where they cannot log in yet."""

    account: str  # public id
    display_name: str
    slip: Slip | None
    needs_slip_later: bool  # the posting begins too far ahead for a slip of today


def hand_over(
    db: Session,
    *,
    village: str,
    handover: Handover,
    digester: Digester,
    by: Actor,
    now: Now,
) -> HandedOver:
    """The old postings end the day before, the new one begins, and the school's contact is who was told.

    Raises Refused with the field it belongs to, or what `accounts` raises; then nothing of it stands.
    """
    require(by, accounts.MANAGE, village)
    from_day = check(db, village=village, handover=handover, by=by, now=now)
    school = db.scalars(
        select(NightSchool).where(NightSchool.region_code == village).with_for_update()
    ).one_or_none()
    if school is None:
        raise Refused("no_school")
    held = {line.account: line for line in queries.coordinators(db, village, today=now.day)}
    if not set(handover.leaving) <= set(held):
        raise Refused("no_longer_coordinator", field="leaving")
    for leaving in handover.leaving:
        for posting_id in held[leaving].postings:
            _end(db, leaving, posting_id, held[leaving].display_name, from_day, by=by, now=now)
    account = _begin(db, village, handover, from_day, set(held), by=by, now=now)
    former = told_contact(school)
    fields = _new_contact(school, handover, account.display_name)
    db.flush()
    if told_contact(school) != former:
        show_otherwise(db, ClassSession.region_code == village, now=now)
    begins, gone = from_day.isoformat(), len(handover.leaving)
    note(db, school, "school.hand_over", by=by, now=now, from_day=begins, leaving=gone, fields=fields)
    touch_villages(db, [village], now=now)
    needs_slip, is_soon = account.password_hash is None, from_day - now.day <= SLIP_WORTH_PRINTING
    slip = None
    if needs_slip and is_soon:
        slip = accounts.make_slip(db, account=account.public_id, digester=digester, by=by, now=now)
    return HandedOver(account.public_id, account.display_name, slip, needs_slip and not is_soon)


def check(db: Session, *, village: str, handover: Handover, by: Actor, now: Now) -> date:
    """The day from which it holds. Raises Refused as `check_handover` and `accounts.check_namesakes` do, together."""
    is_told_apart = handover.is_another or bool(handover.account)
    told_together(
        lambda: check_handover(handover, today=now.day),
        lambda: accounts.check_namesakes(
            db, handover.display_name, village, is_another=is_told_apart, by=by, now=now
        ),
    )
    return check_handover(handover, today=now.day)


def _end(
    db: Session,
    account: str,
    posting_id: int,
    name: str,
    from_day: date,
    *,
    by: Actor,
    now: Now,
) -> None:
    """It ends the day before, unless it ends earlier by itself."""
    try:
        accounts.end_posting(
            db,
            account=account,
            posting_id=posting_id,
            last_day=from_day - timedelta(days=1),
            by=by,
            now=now,
        )
    except NotAllowed:
        raise Refused("held_elsewhere", field="leaving", name=name) from None
    except Refused as refused:
        if refused.code != "posting_ends_earlier":
            raise Refused(refused.code, field="leaving", **refused.details) from None


def _begin(
    db: Session,
    village: str,
    handover: Handover,
    from_day: date,
    held: set[str],
    *,
    by: Actor,
    now: Now,
) -> Account:
    """The account that comes, with its posting."""
    if handover.display_name and not handover.account:
        return accounts.create_account(
            db,
            login_name="",
            display_name=handover.display_name,
            role=Role.COORDINATOR,
            region_code=village,
            title=handover.title,
            from_day=from_day,
            is_another=handover.is_another,
            by=by,
            now=now,
        )
    field = "who" if handover.account else "login_name"
    called = handover.account or trust.account_called(db, handover.login_name)
    if called is None:
        called = accounts.named_account(db, handover.login_name, village, by=by, now=now)
    account = db.scalars(select(Account).where(Account.public_id == called)).one()
    if called in held:
        raise Refused("comes_and_leaves", field=field, name=account.display_name)
    try:
        accounts.give_posting(
            db,
            account=called,
            role=Role.COORDINATOR,
            region_code=village,
            title=handover.title,
            from_day=from_day,
            by=by,
            now=now,
        )
    except (NotFound, NotAllowed):
        raise Refused("no_account", field=field) from None
    except Refused as refused:
        raise Refused(refused.code, field=field, **refused.details) from None
    return account


def _new_contact(school: NightSchool, handover: Handover, name: str) -> list[str]:
    """The fields of the school that change: the public contact, where that was asked for."""
    if not handover.becomes_contact:
        return []
    school.contact_name, school.contact_phone = name, handover.contact_phone
    return ["contact_name", "contact_phone"]
