"""Times in which the school is only looked at, after something has happened."""

import sqlalchemy as sa
from alembic import op

from nightschool.migrations.tables import numbered

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    op.create_table(
        "frozen_time",
        *numbered("frozen_time"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.String(200), nullable=False),
        sa.Column("thawed_at", sa.DateTime(timezone=True), nullable=True),
    )


def downgrade() -> None:
    """That it was frozen stands on the trail."""
    op.drop_table("frozen_time")
