"""What households of a village want to learn."""

import sqlalchemy as sa
from alembic import op

from nightschool.migrations.tables import check, named, refers

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    op.create_table(
        "wish",
        *named("wish"),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("topic", sa.String(60), nullable=False),
        sa.Column("category_code", sa.String(32), nullable=True),
        sa.Column("households", sa.Integer(), nullable=False),
        sa.Column("groups", sa.String(60), nullable=False),
        sa.Column("months", sa.JSON(), nullable=False),
        sa.Column("times", sa.JSON(), nullable=False),
        sa.Column("wished_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(32), nullable=True),
        sa.Column("reason_text", sa.String(200), nullable=False),
        sa.Column("merged_into_id", sa.Integer(), nullable=True),
        sa.Column("course_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        check("wish", "status_known", "status IN ('submitted', 'approved', 'merged', 'unmet', 'withdrawn')"),
        check(
            "wish",
            "reason_known",
            "reason IN ('no_teacher', 'season', 'no_place', 'few', 'elsewhere', 'other')",
        ),
        check("wish", "households_sensible", "households BETWEEN 1 AND 9999"),
        check("wish", "merged_into_one", "(status = 'merged') = (merged_into_id IS NOT NULL)"),
        check("wish", "unmet_with_reason", "status <> 'unmet' OR reason IS NOT NULL"),
        refers("wish", "region_code", "region.code"),
        refers("wish", "category_code", "category.code"),
        refers("wish", "merged_into_id", "wish.id"),
        refers("wish", "course_id", "course.id", ondelete="SET NULL"),
    )
    for column in ("region_code", "merged_into_id", "course_id"):
        op.create_index(op.f(f"ix_wish_{column}"), "wish", [column])


def downgrade() -> None:
    """What was wished for is lost; the courses stay."""
    op.drop_table("wish")
