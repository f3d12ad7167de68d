"""Of which kind a learner's household is, sealed and without a name; and for what a region has that noted."""

import sqlalchemy as sa
from alembic import op

from nightschool.migrations.tables import named

revision = "0037"
down_revision = "0038"


def upgrade() -> None:
    op.create_table(
        "household_status",
        *named("household_status"),
        sa.Column("holder", sa.String(64), nullable=False),
        sa.Column("sealed", sa.String(400), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index(op.f("ix_household_status_holder"), "household_status", ["holder"])
    op.add_column("region_settings", sa.Column("household_purpose", sa.String(200), nullable=True))


def downgrade() -> None:
    """What was noted for a purpose goes with it."""
    op.drop_column("region_settings", "household_purpose")
    op.drop_table("household_status")
