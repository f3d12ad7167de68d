"""What every migration makes new tables of, under names that say table and column."""

import sqlalchemy as sa
from alembic import op


def numbered(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    """Rows of this table are known by a number."""
    return sa.Column("id", sa.Integer(), nullable=False), sa.PrimaryKeyConstraint(
        "id", name=op.f(f"pk_{table}")
    )


def named(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    """Rows of this table are known by a number, and outside by a random name."""
    return (
        *numbered(table),
        sa.Column("public_id", sa.String(22), nullable=False),
        sa.UniqueConstraint("public_id", name=op.f(f"uq_{table}_public_id")),
    )


def refers(table: str, column: str, to: str, *, ondelete: str = "RESTRICT") -> sa.ForeignKeyConstraint:
    """The column of this table refers `to` a column of another, as `region.code`."""
    return sa.ForeignKeyConstraint([column], [to], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete)


def check(table: str, name: str, holds: str) -> sa.CheckConstraint:
    """What `holds` of every row of this table, in SQL."""
    return sa.CheckConstraint(holds, name=op.f(f"ck_{table}_{name}"))


def know(table: str, column: str, *codes: str) -> None:
    """These are the codes that this column knows from now on; its check has been there."""
    name, listed = op.f(f"ck_{table}_{column}_known"), ", ".join(f"'{code}'" for code in codes)
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(name, type_="check")
        batch.create_check_constraint(name, f"{column} IN ({listed})")
