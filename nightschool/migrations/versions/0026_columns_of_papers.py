"""What a region calls the columns of a paper, in which order they stand, and which are not shown."""

import sqlalchemy as sa
from alembic import op

from nightschool.migrations.tables import numbered, refers

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.create_table(
        "paper_columns",
        *numbered("paper_columns"),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("paper", sa.String(32), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        refers("paper_columns", "region_code", "region.code"),
        sa.UniqueConstraint("region_code", "paper", name=op.f("uq_paper_columns_region_code_paper")),
    )


def downgrade() -> None:
    """Papers have their own columns again; what was printed is printed."""
    op.drop_table("paper_columns")
