"""What teachers say by their own address: that they do not come to a class, and who answered a question."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("closed_time", sa.Column("is_own_word", sa.Boolean(), nullable=True))
    op.add_column("question", sa.Column("answered_by", sa.String(60), nullable=True))


def downgrade() -> None:
    """What a teacher has said stays, and reads as if the village had noted it."""
    op.drop_column("question", "answered_by")
    op.drop_column("closed_time", "is_own_word")
