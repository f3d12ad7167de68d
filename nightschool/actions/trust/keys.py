"""Which keys a database belongs to is written down once, and anew when they are lost for good; what an older key sealed
is sealed anew with the newest.
"""

from itertools import islice

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from nightschool.actions.records import note
from nightschool.models.trust import KeyMark
from nightschool.queries.trust.keys import MARK, SealedColumn, key_digest, sealed_values
from nightschool.rules.access import Actor, require
from nightschool.rules.slots import Now
from nightschool.sealing import Digester, Sealer

_AT_ONCE = 500


def take_keys(db: Session, *, digester: Digester, by: Actor, now: Now) -> None:
    """The database belongs to these keys from now on. What others have sealed cannot be read with them."""
    require(by, "keep_regions", None)
    replaced = db.scalars(delete(KeyMark).returning(KeyMark.digest)).all()
    db.add(KeyMark(sealed=db.info["sealer"].seal("night school", about=MARK), digest=key_digest(digester)))
    db.flush()
    if replaced:
        note(db, "key_mark", "keys.replaced", by=by, now=now)


def seal_anew(db: Session, of: SealedColumn) -> int:
    """Some values of this column are sealed with the newest key; how many, none when all are.

    Nothing else is remembered of how far it is: who is interrupted begins again and finds what is left. A value that
    somebody changed meanwhile stays as they left it. One that no key opens stays as it is: nothing is lost by it.
    """
    sealer: Sealer = db.info["sealer"]
    old = (
        value
        for value in sealed_values(db, of, but=sealer.newest)
        if sealer.can_renew(value.sealed, about=value.about)
    )
    some = list(islice(old, _AT_ONCE))
    keys = tuple(of.table.primary_key.columns)
    for value in some:
        whole = value.stored.decode() if isinstance(value.stored, bytes) else value.stored
        head = whole[: len(whole) - len(value.sealed)]
        fresh = head + sealer.seal(sealer.open(value.sealed, about=value.about), about=value.about)
        same_row = [key == part for key, part in zip(keys, value.key, strict=True)]
        column = of.table.c[of.column.key]
        stored = fresh.encode() if isinstance(value.stored, bytes) else fresh
        db.execute(update(of.table).where(*same_row, column == value.stored).values({column.name: stored}))
    return len(some)


def note_rotated(db: Session, *, action: str, values: int, by: Actor, now: Now) -> None:
    """That so much is sealed with the newest key, that another signs, or that older ones are gone, is on the trail."""
    require(by, "keep_regions", None)
    note(db, "key_mark", action, by=by, now=now, values=values)
