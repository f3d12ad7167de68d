"""Learners who are erased, with a mark that outlives a restored backup; what was wrong about one before it was put
right; and which notice they were told.
"""

import sqlalchemy as sa
from alembic import op

from nightschool.migrations import guards
from nightschool.migrations.tables import numbered, refers

revision = "0051"
down_revision = "0045"


def upgrade() -> None:
    with op.batch_alter_table("learner") as batch:
        batch.add_column(sa.Column("told_version", sa.String(60), nullable=True))
        batch.add_column(sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "former_value",
        *numbered("former_value"),
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(60), nullable=False),
        sa.Column("sealed", sa.String(400), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        refers("former_value", "learner_id", "learner.id", ondelete="CASCADE"),
        refers("former_value", "account_id", "account.id"),
    )
    op.create_index(op.f("ix_former_value_learner_id"), "former_value", ["learner_id"])
    op.create_table(
        "erased_mark",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_erased_mark")),
    )
    guards.put_up()


def downgrade() -> None:
    """Who is erased stays so; that they were, and the marks of it, are gone."""
    op.drop_table("erased_mark")
    op.drop_table("former_value")
    with op.batch_alter_table("learner") as batch:
        batch.drop_column("erased_at")
        batch.drop_column("told_version")
    guards.put_up(may_erase=False)
