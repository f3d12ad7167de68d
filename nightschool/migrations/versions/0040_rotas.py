"""Rotas: who could go to which village on which evening, found for the open wishes of a region."""

import sqlalchemy as sa
from alembic import op

from nightschool.migrations.tables import check, named, refers

revision = "0040"
down_revision = "0037"


def upgrade() -> None:
    op.create_table(
        "rota",
        *named("rota"),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("starts", sa.SmallInteger(), nullable=False),
        sa.Column("ends", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("steps_done", sa.Integer(), nullable=False),
        sa.Column("steps_all", sa.Integer(), nullable=False),
        sa.Column("knows_ways", sa.Boolean(), nullable=False),
        sa.Column("gap_permille", sa.Integer(), nullable=True),
        sa.Column("greedy_met", sa.Integer(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        check("rota", "state_known", "state IN ('making', 'stopping', 'ready', 'failed')"),
        check("rota", "days_in_order", "first_day <= last_day"),
        check("rota", "slot_sound", "starts >= 0 AND ends <= 1440 AND ends - starts BETWEEN 10 AND 480"),
        refers("rota", "region_code", "region.code"),
        refers("rota", "account_id", "account.id"),
    )
    op.create_index(op.f("ix_rota_region_code"), "rota", ["region_code"])


def downgrade() -> None:
    """Rotas are found again from the wishes; what was asked of them stays."""
    op.drop_table("rota")
