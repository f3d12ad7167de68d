"""How many signatures stand on the paper beside a register."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    with op.batch_alter_table("headcount") as batch:
        batch.add_column(sa.Column("on_paper", sa.Integer(), nullable=True))
        batch.create_check_constraint(
            op.f("ck_headcount_on_paper_sensible"), "on_paper IS NULL OR on_paper BETWEEN 0 AND 20000"
        )


def downgrade() -> None:
    """Names and headcounts stay."""
    with op.batch_alter_table("headcount") as batch:
        batch.drop_constraint(op.f("ck_headcount_on_paper_sensible"), type_="check")
        batch.drop_column("on_paper")
