"""The keys that belong to a database are known to it."""

import sqlalchemy as sa
from alembic import op

from nightschool.migrations.tables import numbered

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "key_mark",
        *numbered("key_mark"),
        sa.Column("sealed", sa.String(length=400), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("key_mark")
