"""Who called a class session off from above, when its village agreed to what is closed, and when that was noted."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    # Columns that may be empty are added in place: class_session is not rebuilt, and its guards stay.
    op.add_column("class_session", sa.Column("called_off_by", sa.String(12), nullable=True))
    op.add_column("class_session", sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("closed_time", sa.Column("made_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("closed_time", "made_at")
    op.drop_column("class_session", "agreed_at")
    op.drop_column("class_session", "called_off_by")
