"""Rotas: who could go to which village on which evening, found for the open wishes of a region."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rota",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(22), nullable=False),
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
        sa.CheckConstraint(
            "state IN ('making', 'stopping', 'ready', 'failed')", name=op.f("ck_rota_state_known")
        ),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_rota_days_in_order")),
        sa.CheckConstraint(
            "starts >= 0 AND ends <= 1440 AND ends - starts BETWEEN 10 AND 480",
            name=op.f("ck_rota_slot_sound"),
        ),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("fk_rota_region_code"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_rota_account_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rota")),
        sa.UniqueConstraint("public_id", name=op.f("uq_rota_public_id")),
    )
    op.create_index(op.f("ix_rota_region_code"), "rota", ["region_code"])


def downgrade() -> None:
    """Rotas are found again from the wishes; what was asked of them stays."""
    op.drop_table("rota")
