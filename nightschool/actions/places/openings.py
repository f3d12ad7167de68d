"""Many night schools opened at once, and slips made anew for coordinators who have never got in."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from nightschool.actions.trust import accounts
from nightschool.actions.trust.accounts import Slip
from nightschool.errors import NotFound, Refused
from nightschool.queries.places import openings as queries
from nightschool.queries.trust import trust
from nightschool.rules.access import Actor, require
from nightschool.rules.places.openings import Opening
from nightschool.rules.slots import Now
from nightschool.sealing import Digester

MOST_AT_ONCE = 120  # more than any township has villages


def open_schools(
    db: Session, *, openings: Sequence[Opening], digester: Digester, by: Actor, now: Now
) -> tuple[Slip, ...]:
    """Every one of these villages has a night school, a coordinator and a slip to be printed, in the order given.

    All or nothing: raises what `accounts.open_school` raises, Refused with the village's code as `row` in its details;
    then the caller's transaction must not be kept. Refused("nothing_chosen") or ("too_many_at_once").
    """
    if not openings:
        raise Refused("nothing_chosen")
    if len(openings) > MOST_AT_ONCE:
        raise Refused("too_many_at_once", n=MOST_AT_ONCE)
    return tuple(_open(db, one, digester=digester, by=by, now=now) for one in openings)


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


def _open(db: Session, one: Opening, *, digester: Digester, by: Actor, now: Now) -> Slip:
    try:
        return accounts.open_school(
            db,
            village_code=one.village_code,
            display_name=one.display_name,
            login_name="" if one.names_a_person else trust.free_login_name(db, one.village),
            title=one.title,
            contact_name=None if one.names_a_person else "",
            contact_phone=one.contact_phone,
            digester=digester,
            by=by,
            now=now,
        )
    except Refused as refused:
        raise Refused(refused.code, field=refused.field, row=one.village_code, **refused.details) from None
    except NotFound:
        raise Refused("no_village", row=one.village_code) from None
