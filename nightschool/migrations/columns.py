"""Columns that go again on the way down, whether the table was rebuilt since they were added or not."""

import re

import sqlalchemy as sa
from alembic import op


def drop_columns(table: str, columns: tuple[str, ...]) -> None:
    """The table has these columns no more, nor the CHECKs that speak of them.

    SQLite drops a column that no CHECK of the table speaks of. A CHECK added with its column is of that column until
    the table is rebuilt, and of the table afterwards; then only a further rebuilding takes both away.
    """
    checks = {
        str(one["name"]): str(one["sqltext"])
        for one in sa.inspect(op.get_bind()).get_check_constraints(table)
    }
    spoken_of = [name for name, sql in checks.items() if set(columns) & set(re.findall(r"\w+", sql))]
    if op.get_bind().dialect.name != "sqlite" or not spoken_of:
        for column in columns:
            op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        return
    with op.batch_alter_table(table) as batch:
        for name in spoken_of:
            batch.drop_constraint(op.f(name), type_="check")
        for column in columns:
            batch.drop_column(column)
