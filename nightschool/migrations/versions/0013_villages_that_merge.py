"""What one village took over from another, or handed on, is remembered for a day to be put back."""

import sqlalchemy as sa
from alembic import op

from nightschool.migrations.tables import named, refers

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "takeover",
        *named("takeover"),
        sa.Column("from_code", sa.String(length=12), nullable=False),
        sa.Column("to_code", sa.String(length=12), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moved", sa.JSON(), nullable=False),
        refers("takeover", "from_code", "region.code"),
        refers("takeover", "to_code", "region.code"),
        refers("takeover", "account_id", "account.id"),
    )
    op.create_index(op.f("ix_takeover_from_code"), "takeover", ["from_code"])
    op.create_index(op.f("ix_takeover_to_code"), "takeover", ["to_code"])
    op.create_index(op.f("ix_region_successor_code"), "region", ["successor_code"])


def downgrade() -> None:
    op.drop_index(op.f("ix_region_successor_code"), table_name="region")
    op.drop_table("takeover")
