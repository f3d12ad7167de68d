"""What villages answer when they are asked back about a room in which many more came than can sit."""

from alembic import op

revision = "0023"
down_revision = "0022"

_FIRST, _LAST = ("same_names", "same_count", "late", "far_teacher", "full"), ("quiet", "same_photo")


def upgrade() -> None:
    _know_kinds(*_FIRST, "crowded", *_LAST)


def downgrade() -> None:
    """What was answered about it is lost."""
    op.execute("DELETE FROM asked_back_answer WHERE kind = 'crowded'")
    _know_kinds(*_FIRST, *_LAST)


def _know_kinds(*kinds: str) -> None:
    name = op.f("ck_asked_back_answer_kind_known")
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("asked_back_answer") as batch:
        batch.drop_constraint(name, type_="check")
        batch.create_check_constraint(name, f"kind IN ({listed})")
