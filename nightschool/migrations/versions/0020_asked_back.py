"""What villages answer when they are asked back about a register."""

import sqlalchemy as sa
from alembic import op

from nightschool.migrations.tables import check, refers

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "asked_back_answer",
        sa.Column("class_session_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("text", sa.String(200), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        check(
            "asked_back_answer",
            "kind_known",
            "kind IN ('same_names', 'same_count', 'late', 'far_teacher', 'full', 'quiet')",
        ),
        refers("asked_back_answer", "class_session_id", "class_session.id"),
        refers("asked_back_answer", "account_id", "account.id"),
        sa.PrimaryKeyConstraint("class_session_id", "kind", name=op.f("pk_asked_back_answer")),
    )


def downgrade() -> None:
    """What was answered is lost."""
    op.drop_table("asked_back_answer")
