"""What names are compared and searched by: of regions, of accounts, and of people with blanks or dots in theirs.

And the lists of regions that were taken in, of which the last can be withdrawn.

Told by the rules of this version, so that what is stored already is found as what comes after it.
"""

from collections.abc import Callable, Sequence

import sqlalchemy as sa
from alembic import op

from nightschool.migrations.tables import numbered, refers

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    from nightschool.rules.names import compared, found_by, sort_key

    op.execute("ALTER TABLE region_name ADD COLUMN compared VARCHAR(60) DEFAULT '' NOT NULL")
    op.execute("ALTER TABLE account ADD COLUMN search_keys VARCHAR(400) DEFAULT '' NOT NULL")
    _fill(
        "region_name", ("region_code", "official_name"), "name", "compared", lambda name: compared(name)[:60]
    )
    _fill("account", ("id",), "display_name", "search_keys", found_by)
    for table in ("learner", "teacher"):
        _fill(table, ("id",), "name", "name_key", lambda name: sort_key(name)[:200])
    op.create_table(
        "taken_list",
        *numbered("taken_list"),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("added", sa.JSON(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        refers("taken_list", "account_id", "account.id"),
    )


def downgrade() -> None:
    op.drop_table("taken_list")
    op.drop_column("account", "search_keys")
    op.drop_column("region_name", "compared")


def _fill(table: str, keys: Sequence[str], named: str, column: str, make: Callable[[str], str]) -> None:
    connection = op.get_bind()
    rows = sa.table(table, *map(sa.column, (*keys, named, column)))
    wanted = [
        {**{f"of_{key}": row._mapping[key] for key in keys}, "wanted": made}
        for row in connection.execute(sa.select(rows))
        if (made := make(row._mapping[named])) != row._mapping[column]
    ]
    if wanted:
        its = (rows.c[key] == sa.bindparam(f"of_{key}") for key in keys)
        connection.execute(sa.update(rows).where(*its).values({column: sa.bindparam("wanted")}), wanted)
