"""What villages answer when they are asked back about a room in which many more came than can sit."""

from alembic import op

from nightschool.migrations.tables import know

revision = "0023"
down_revision = "0022"

_FIRST, _LAST = ("same_names", "same_count", "late", "far_teacher", "full"), ("quiet", "same_photo")


def upgrade() -> None:
    know("asked_back_answer", "kind", *_FIRST, "crowded", *_LAST)


def downgrade() -> None:
    """What was answered about it is lost."""
    op.execute("DELETE FROM asked_back_answer WHERE kind = 'crowded'")
    know("asked_back_answer", "kind", *_FIRST, *_LAST)
