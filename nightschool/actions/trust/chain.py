"""The lines of the trail are linked into their chain, a little after they are written: no writer waits for another."""

from sqlalchemy import text

from nightschool.database import Database
from nightschool.models.trust import TrailLink
from nightschool.queries.trust.chain import chain_end, digest_after, unlinked_lines

_ALONE = 0x747261696C  # any constant of this project's own, for pg_advisory_xact_lock


def link_trail(database: Database) -> int:
    """Every line that was committed before is in the chain; how many were added. Also with several servers."""
    linked = 0
    while _are_any(database):
        with database.writing() as db:
            if not database.is_sqlite:
                db.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ALONE})
            number, digest = (head := chain_end(db)).number, head.digest
            for line in unlinked_lines(db):
                number, digest = number + 1, digest_after(digest, line)
                db.add(TrailLink(number=number, audit_event_id=line.id, digest=digest))
            linked += number - head.number
    return linked


def _are_any(database: Database) -> bool:
    with database.reading() as db:
        return bool(unlinked_lines(db, most=1))
