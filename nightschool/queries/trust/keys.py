"""Whether the keys of this installation are those of its database, and what of it can no longer be read."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.errors import Unreadable
from nightschool.models.people import FormerValue, HouseholdStatus, Learner, PeopleList, Teacher
from nightschool.models.places import Supporter, Venue
from nightschool.models.trust import Account, KeptInput, KeyMark, SecondFactor
from nightschool.queries.former_values import former_sealed_for
from nightschool.queries.household_status import status_sealed_for
from nightschool.queries.phones import COLUMNS, sealed_for
from nightschool.queries.trust.second_factor import sealed_secret_for
from nightschool.sealing import Digester, Sealer

MARK = "key_mark.sealed"
_WITH_PHONES: dict[str, Any] = {
    "learner": Learner,
    "teacher": Teacher,
    "venue": Venue,
    "supporter": Supporter,
    "account": Account,
}


def key_digest(digester: Digester) -> str:
    """Tells one signing key from another, and nothing about it."""
    return digester("key mark")


def has_mark(db: Session) -> bool:
    """True when the database knows which keys are its own."""
    return db.scalar(select(KeyMark.id)) is not None


def keys_fit(db: Session, digester: Digester) -> bool:
    """True when the database is of these keys, or knows of none yet and what stands in it opens with them."""
    mark = db.scalar(select(KeyMark))
    if mark is not None and mark.digest != key_digest(digester):
        return False
    if mark is not None and _opens(db, mark.sealed, MARK):
        return True
    # No mark yet, or a damaged one: anything that opens says that the key is the right one.
    tried = [_opens(db, sealed, about) for _kind, sealed, about in _sealed(db)]
    return any(tried) or (mark is None and not tried)


def unreadable(db: Session) -> dict[str, int]:
    """How many stored values of each kind no longer open. Cost: 10 queries and a few microseconds a value."""
    found: dict[str, int] = {}
    for kind, sealed, about in _sealed(db):
        if not _opens(db, sealed, about):
            found[kind] = found.get(kind, 0) + 1
    return found


def _sealed(db: Session) -> Iterator[tuple[str, str, str]]:
    for kind, model in _WITH_PHONES.items():
        column = getattr(model, COLUMNS[kind])
        for public_id, sealed in db.execute(select(model.public_id, column).where(column.is_not(None))):
            yield kind, sealed, sealed_for(kind, public_id)
    for row in db.execute(select(HouseholdStatus.holder, HouseholdStatus.public_id, HouseholdStatus.sealed)):
        yield "household_status", row.sealed, status_sealed_for(row.holder, row.public_id)
    for one in db.execute(select(FormerValue.learner_id, FormerValue.field, FormerValue.sealed)):
        yield "former_value", one.sealed, former_sealed_for(one.learner_id, one.field)
    for account_id, secret in db.execute(select(SecondFactor.account_id, SecondFactor.secret)):
        yield "second_factor", secret, sealed_secret_for(account_id)
    for public_id, body in db.execute(select(KeptInput.public_id, KeptInput.body)):
        yield "kept_input", body.decode(errors="replace"), f"kept_input.body:{public_id}"
    with_content = select(PeopleList.public_id, PeopleList.content).where(PeopleList.content.is_not(None))
    for public_id, content in db.execute(with_content):
        table = (content or b"").decode(errors="replace").rpartition("\n")[2]  # behind its name
        yield "people_list", table, f"people_list.content:{public_id}"


def _opens(db: Session, sealed: str, about: str) -> bool:
    sealer: Sealer = db.info["sealer"]
    try:
        sealer.open(sealed, about=about)
    except Unreadable:
        return False
    return True
