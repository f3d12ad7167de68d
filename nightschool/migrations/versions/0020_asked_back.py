"""What villages answer when they are asked back about a register."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "asked_back_answer",
        sa.Column("class_session_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("text", sa.String(200), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('same_names', 'same_count', 'late', 'far_teacher', 'full', 'quiet')",
            name=op.f("ck_asked_back_answer_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["class_session_id"],
            ["class_session.id"],
            name=op.f("fk_asked_back_answer_class_session_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_asked_back_answer_account_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("class_session_id", "kind", name=op.f("pk_asked_back_answer")),
    )


def downgrade() -> None:
    """What was answered is lost."""
    op.drop_table("asked_back_answer")
