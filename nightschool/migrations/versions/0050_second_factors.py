"""Second factors: an app's sealed secret, and the codes of recovery slips."""

import sqlalchemy as sa
from alembic import op

from nightschool.migrations.tables import numbered, refers

revision = "0050"
down_revision = "0054"


def upgrade() -> None:
    op.create_table(
        "second_factor",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.String(400), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=True),
        sa.Column("wrong_codes", sa.Integer(), nullable=False),
        refers("second_factor", "account_id", "account.id"),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_second_factor")),
    )
    op.create_table(
        "recovery_code",
        *numbered("recovery_code"),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        refers("recovery_code", "account_id", "account.id"),
    )
    op.create_index(op.f("ix_recovery_code_account_id"), "recovery_code", ["account_id"])


def downgrade() -> None:
    """The password alone lets in again; who had a second factor sets it up anew."""
    op.drop_table("recovery_code")
    op.drop_table("second_factor")
