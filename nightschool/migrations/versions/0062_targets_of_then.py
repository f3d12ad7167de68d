"""What a region expected before, and until which day."""

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"


def upgrade() -> None:
    op.add_column("region_settings", sa.Column("former_targets", sa.JSON(), nullable=True))


def downgrade() -> None:
    """What is expected today is expected of any time."""
    op.drop_column("region_settings", "former_targets")
