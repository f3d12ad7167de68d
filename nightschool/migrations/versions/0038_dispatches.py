"""Teachers who are asked to teach in a village at a time, and what the village and they say to it."""

import sqlalchemy as sa
from alembic import op

from nightschool.migrations.tables import check, named, refers

revision = "0038"
down_revision = "0036"


def upgrade() -> None:
    op.create_table(
        "dispatch",
        *named("dispatch"),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("wish_id", sa.Integer(), nullable=True),
        sa.Column("class_session_id", sa.Integer(), nullable=True),
        sa.Column("teacher_id", sa.Integer(), nullable=False),
        sa.Column("instead_of_id", sa.Integer(), nullable=True),
        sa.Column("topic", sa.String(60), nullable=False),
        sa.Column("category_code", sa.String(32), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("starts", sa.SmallInteger(), nullable=False),
        sa.Column("ends", sa.SmallInteger(), nullable=False),
        sa.Column("venue_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("office_code", sa.String(12), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("village_yes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("teacher_yes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("declined_by", sa.String(32), nullable=True),
        sa.Column("reason", sa.String(32), nullable=True),
        sa.Column("reason_text", sa.String(200), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("course_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        check(
            "dispatch",
            "status_known",
            "status IN ('offered', 'declined', 'withdrawn', 'overtaken', 'scheduled')",
        ),
        check("dispatch", "declined_by_known", "declined_by IN ('village', 'teacher')"),
        check("dispatch", "reason_known", "reason IN ('other_day', 'season', 'topic', 'far', 'other')"),
        check("dispatch", "slot_sound", "starts >= 0 AND ends <= 1440 AND ends - starts BETWEEN 10 AND 480"),
        check(
            "dispatch",
            "declined_with_reason",
            "(status = 'declined') = (declined_by IS NOT NULL AND reason IS NOT NULL)",
        ),
        check("dispatch", "settled_when", "(status = 'offered') = (settled_at IS NULL)"),
        refers("dispatch", "region_code", "region.code"),
        refers("dispatch", "wish_id", "wish.id", ondelete="SET NULL"),
        refers("dispatch", "class_session_id", "class_session.id", ondelete="CASCADE"),
        refers("dispatch", "teacher_id", "teacher.id"),
        refers("dispatch", "instead_of_id", "teacher.id"),
        refers("dispatch", "category_code", "category.code"),
        refers("dispatch", "venue_id", "venue.id"),
        refers("dispatch", "office_code", "region.code"),
        refers("dispatch", "account_id", "account.id"),
        refers("dispatch", "course_id", "course.id", ondelete="SET NULL"),
    )
    for column in ("region_code", "wish_id", "class_session_id", "teacher_id", "course_id"):
        op.create_index(op.f(f"ix_dispatch_{column}"), "dispatch", [column])


def downgrade() -> None:
    """Who was asked, and what was answered, is lost; the courses that came of it stay."""
    op.drop_table("dispatch")
