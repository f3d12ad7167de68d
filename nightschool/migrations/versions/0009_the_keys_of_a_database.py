"""The keys that belong to a database are known to it."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "key_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.String(length=400), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_mark")),
    )


def downgrade() -> None:
    op.drop_table("key_mark")
