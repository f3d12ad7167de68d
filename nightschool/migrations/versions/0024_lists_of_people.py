"""Lists of learners and teachers out of tables: looked through first, and for a day taken back whole."""

import sqlalchemy as sa
from alembic import op

from nightschool.migrations.tables import check, named, refers

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.create_table(
        "people_list",
        *named("people_list"),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("added", sa.JSON(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        check("people_list", "kind_known", "kind IN ('learner', 'teacher')"),
        refers("people_list", "region_code", "region.code"),
        refers("people_list", "account_id", "account.id"),
    )
    op.create_index(op.f("ix_people_list_region_code"), "people_list", ["region_code"])
    op.create_index(op.f("ix_people_list_account_id"), "people_list", ["account_id"])


def downgrade() -> None:
    """Who was taken in stays; only that it came from a list is forgotten."""
    op.drop_table("people_list")
