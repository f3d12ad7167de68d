"""One photograph of the signed sheet beside a register, and what is answered where two have the same."""

import sqlalchemy as sa
from alembic import op

from nightschool.migrations.tables import know, refers

revision = "0022"
down_revision = "0021"

_BEFORE = ("same_names", "same_count", "late", "far_teacher", "full", "quiet")


def upgrade() -> None:
    op.create_table(
        "sheet_photo",
        sa.Column("class_session_id", sa.Integer(), nullable=False),
        sa.Column("image", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        refers("sheet_photo", "class_session_id", "class_session.id"),
        refers("sheet_photo", "account_id", "account.id"),
        sa.PrimaryKeyConstraint("class_session_id", name=op.f("pk_sheet_photo")),
    )
    op.create_index(op.f("ix_sheet_photo_digest"), "sheet_photo", ["digest"])
    know("asked_back_answer", "kind", *_BEFORE, "same_photo")


def downgrade() -> None:
    """Photographs are lost with what was answered about them; the sheets are in the binder."""
    op.execute("DELETE FROM asked_back_answer WHERE kind = 'same_photo'")
    know("asked_back_answer", "kind", *_BEFORE)
    op.drop_table("sheet_photo")
