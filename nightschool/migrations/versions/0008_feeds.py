"""What feeds are known by, how often a class session was shown otherwise, and markets on days of the month.

The column is added in place: rebuilding a table, as Alembic does on SQLite, loses its guards. `market_rule` has none.
"""

import sqlalchemy as sa
from alembic import op

from nightschool.migrations.tables import check, know, numbered

revision = "0008"
down_revision = "0007"

KINDS = ("lunar", "solar", "weekday", "daily", "lunar_day", "solar_day")


def upgrade() -> None:
    op.execute("ALTER TABLE class_session ADD COLUMN shown_otherwise INTEGER DEFAULT 0 NOT NULL")
    op.create_table(
        "feed_identity",
        *numbered("feed_identity"),
        sa.Column("address", sa.String(length=200), nullable=False),
        check("feed_identity", "only_one", "id = 1"),
    )
    # Where classes were served already, their feeds are known by the address they have: the next start says which.
    op.execute(
        "INSERT INTO feed_identity (id, address) SELECT 1, 'http://nightschool'"
        " WHERE NOT EXISTS (SELECT 1 FROM class_session)"
    )
    know("market_rule", "kind", *KINDS)


def downgrade() -> None:
    # Without a day's own kind its market has no days that the older schema could say.
    op.execute("DELETE FROM market_rule WHERE kind IN ('lunar_day', 'solar_day')")
    know("market_rule", "kind", *KINDS[:4])
    op.drop_table("feed_identity")
    op.execute("ALTER TABLE class_session DROP COLUMN shown_otherwise")
