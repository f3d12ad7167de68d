"""Which revision of a class villagers were told of, on which channel, and when."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "told_notice",
        sa.Column("class_session_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "channel IN ('chat', 'loudspeaker', 'short', 'board')",
            name=op.f("ck_told_notice_channel_known"),
        ),
        sa.ForeignKeyConstraint(
            ["class_session_id"],
            ["class_session.id"],
            name=op.f("fk_told_notice_class_session_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("class_session_id", "channel", "revision", name=op.f("pk_told_notice")),
    )


def downgrade() -> None:
    """Notices compare with that of the month alone again."""
    op.drop_table("told_notice")
