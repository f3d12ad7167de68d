"""Constraints of new tables as every migration writes them, under names that say table and column."""

import sqlalchemy as sa
from alembic import op


def refers(table: str, column: str, to: str, *, ondelete: str = "RESTRICT") -> sa.ForeignKeyConstraint:
    """The column of this table refers `to` a column of another, as `region.code`."""
    return sa.ForeignKeyConstraint([column], [to], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete)


def check(table: str, name: str, holds: str) -> sa.CheckConstraint:
    """What `holds` of every row of this table, in SQL."""
    return sa.CheckConstraint(holds, name=op.f(f"ck_{table}_{name}"))
