"""What evaluation slips say about a class session, counted."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "evaluation",
        sa.Column("class_session_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("on_paper", "online", "waiting")),
        *(
            sa.Column(name, sa.JSON(), nullable=False)
            for name in ("words", "paper_words", "waiting_words", "sent")
        ),
        sa.ForeignKeyConstraint(
            ["class_session_id"],
            ["class_session.id"],
            name=op.f("fk_evaluation_class_session_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("class_session_id", name=op.f("pk_evaluation")),
    )
    op.create_table(
        "evaluation_count",
        sa.Column("class_session_id", sa.Integer(), nullable=False),
        sa.Column("aspect", sa.String(32), nullable=False),
        sa.Column("choice", sa.SmallInteger(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("on_paper", "online", "waiting")),
        sa.CheckConstraint(
            "aspect IN ('method', 'content', 'attitude', 'understood')",
            name=op.f("ck_evaluation_count_aspect_known"),
        ),
        sa.CheckConstraint("choice BETWEEN 1 AND 5", name=op.f("ck_evaluation_count_choice_known")),
        sa.ForeignKeyConstraint(
            ["class_session_id"],
            ["class_session.id"],
            name=op.f("fk_evaluation_count_class_session_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("class_session_id", "aspect", "choice", name=op.f("pk_evaluation_count")),
    )


def downgrade() -> None:
    """What was answered is lost."""
    op.drop_table("evaluation_count")
    op.drop_table("evaluation")
