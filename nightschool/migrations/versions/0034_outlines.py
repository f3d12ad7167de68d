"""The map that a region brings along: the outline of each of its parts."""

import sqlalchemy as sa
from alembic import op

from nightschool.migrations.tables import refers

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    op.create_table(
        "region_outlines",
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("paths", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        refers("region_outlines", "region_code", "region.code"),
        sa.PrimaryKeyConstraint("region_code", name=op.f("pk_region_outlines")),
    )


def downgrade() -> None:
    """Maps are of tiles again; whoever brought one has its file."""
    op.drop_table("region_outlines")
