"""Large tables that are made after the answer, and kept a day to be fetched."""

import sqlalchemy as sa
from alembic import op

from nightschool.migrations.tables import check, named, refers

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_table(
        "export",
        *named("export"),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("steps_done", sa.Integer(), nullable=False),
        sa.Column("steps_all", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        check("export", "state_known", "state IN ('making', 'ready', 'failed')"),
        refers("export", "account_id", "account.id"),
        refers("export", "region_code", "region.code"),
    )
    op.create_index(op.f("ix_export_account_id"), "export", ["account_id"])
    op.create_index(op.f("ix_export_region_code"), "export", ["region_code"])


def downgrade() -> None:
    """What was made is lost; it can be made again."""
    op.drop_table("export")
