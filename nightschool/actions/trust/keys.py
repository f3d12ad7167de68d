"""Which keys a database belongs to is written down once, and anew when they are lost for good."""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from nightschool.actions.records import note
from nightschool.models.trust import KeyMark
from nightschool.queries.trust.keys import MARK, key_digest
from nightschool.rules.access import Actor, require
from nightschool.rules.slots import Now
from nightschool.sealing import Digester


def take_keys(db: Session, *, digester: Digester, by: Actor, now: Now) -> None:
    """The database belongs to these keys from now on. What others have sealed cannot be read with them."""
    require(by, "keep_regions", None)
    replaced = db.scalars(delete(KeyMark).returning(KeyMark.digest)).all()
    db.add(KeyMark(sealed=db.info["sealer"].seal("night school", about=MARK), digest=key_digest(digester)))
    db.flush()
    if replaced:
        note(db, "key_mark", "keys.replaced", by=by, now=now)
