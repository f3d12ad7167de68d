"""Which revision of a class villagers were told of, on which channel, and when."""

import sqlalchemy as sa
from alembic import op

from nightschool.migrations.tables import check, refers

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.create_table(
        "told_notice",
        sa.Column("class_session_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        check("told_notice", "channel_known", "channel IN ('chat', 'loudspeaker', 'short', 'board')"),
        refers("told_notice", "class_session_id", "class_session.id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("class_session_id", "channel", "revision", name=op.f("pk_told_notice")),
    )


def downgrade() -> None:
    """Notices compare with that of the month alone again."""
    op.drop_table("told_notice")
