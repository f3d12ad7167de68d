"""What evaluation slips say about a class session, counted."""

import sqlalchemy as sa
from alembic import op

from nightschool.migrations.tables import check, refers

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.create_table(
        "evaluation",
        sa.Column("class_session_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("on_paper", "online", "waiting")),
        *(
            sa.Column(name, sa.JSON(), nullable=False)
            for name in ("words", "paper_words", "waiting_words", "sent")
        ),
        refers("evaluation", "class_session_id", "class_session.id"),
        sa.PrimaryKeyConstraint("class_session_id", name=op.f("pk_evaluation")),
    )
    op.create_table(
        "evaluation_count",
        sa.Column("class_session_id", sa.Integer(), nullable=False),
        sa.Column("aspect", sa.String(32), nullable=False),
        sa.Column("choice", sa.SmallInteger(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("on_paper", "online", "waiting")),
        check(
            "evaluation_count", "aspect_known", "aspect IN ('method', 'content', 'attitude', 'understood')"
        ),
        check("evaluation_count", "choice_known", "choice BETWEEN 1 AND 5"),
        refers("evaluation_count", "class_session_id", "class_session.id"),
        sa.PrimaryKeyConstraint("class_session_id", "aspect", "choice", name=op.f("pk_evaluation_count")),
    )


def downgrade() -> None:
    """What was answered is lost."""
    op.drop_table("evaluation_count")
    op.drop_table("evaluation")
