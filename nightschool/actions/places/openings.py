"""Many night schools opened at once, and slips made anew for coordinators who have never got in."""

from collections.abc import Sequence
from functools import partial

from sqlalchemy.orm import Session

from nightschool.actions.trust import accounts
from nightschool.actions.trust.accounts import Slip
from nightschool.errors import NotFound, Refused, refuse_all, told_together
from nightschool.queries.places import openings as queries
from nightschool.queries.trust import trust
from nightschool.rules.access import Actor, require
from nightschool.rules.names import compared
from nightschool.rules.places.openings import Opening
from nightschool.rules.slots import Now
from nightschool.sealing import Digester

MOST_AT_ONCE = 120  # more than any township has villages


def open_schools(
    db: Session, *, openings: Sequence[Opening], digester: Digester, by: Actor, now: Now
) -> tuple[Slip | None, ...]:
    """Every one of these villages has a night school and a coordinator, each with a slip to be printed, in the order
    given; who has an account already gets none.

    All or nothing: raises all that `accounts.open_school` raises, Refused with the village code as `row` in details;
    then the caller's transaction must not be kept. Refused("nothing_chosen") or ("too_many_at_once").
    """
    if not openings:
        raise Refused("nothing_chosen")
    if len(openings) > MOST_AT_ONCE:
        raise Refused("too_many_at_once", n=MOST_AT_ONCE)
    slips: list[Slip | None] = []
    coordinators: dict[str, str] = {}  # name -> account, of those that are open by now

    def open_one(one: Opening) -> None:
        name = compared(one.display_name)
        account = coordinators.get(name, "") if one.is_of_above else one.account
        slip = _open(db, one, account, digester=digester, by=by, now=now)
        coordinators[name] = slip.account if slip else account
        slips.append(slip)

    told_together(*(partial(open_one, one) for one in openings))
    return tuple(slips)


def renew_slips(
    db: Session,
    *,
    region_code: str,
    chosen: Sequence[str],
    digester: Digester,
    by: Actor,
    now: Now,
) -> tuple[tuple[str, Slip], ...]:
    """The name of the village and a new slip of each chosen coordinator of the region who has never logged in.

    Their older slips are void. Whoever has logged in meanwhile is left out. Raises Refused("nothing_chosen"), and
    ("nobody_waits") when nobody of those chosen is without a login any more.
    """
    require(by, accounts.MANAGE, region_code)
    if not chosen:
        raise Refused("nothing_chosen")
    waiting = queries.never_logged_in(db, region_code, now=now)
    slips = [
        (
            line.village,
            accounts.make_slip(db, account=line.account, digester=digester, by=by, now=now),
        )
        for line in waiting
        if line.account in set(chosen)
    ]
    if not slips:
        raise Refused("nobody_waits")
    return tuple(slips)


def _open(db: Session, one: Opening, account: str, *, digester: Digester, by: Actor, now: Now) -> Slip | None:
    try:
        return accounts.open_school(
            db,
            village_code=one.village_code,
            display_name=one.display_name,
            login_name="" if one.names_a_person else trust.free_login_name(db, one.village),
            title=one.title,
            contact_name=None if one.names_a_person else "",
            contact_phone=one.contact_phone,
            account=account,
            is_another=one.is_another or not one.names_a_person,
            digester=digester,
            by=by,
            now=now,
        )
    except Refused as refused:
        refuse_all(
            Refused(told.code, field=told.field, row=one.village_code, **told.details)
            for told in (refused, *refused.others)
        )
        raise
    except NotFound:
        raise Refused("no_village", row=one.village_code) from None
