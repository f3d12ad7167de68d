"""What households of a village want to learn."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wish",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(22), nullable=False),
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
        sa.CheckConstraint(
            "status IN ('submitted', 'approved', 'merged', 'unmet', 'withdrawn')",
            name=op.f("ck_wish_status_known"),
        ),
        sa.CheckConstraint(
            "reason IN ('no_teacher', 'season', 'no_place', 'few', 'elsewhere', 'other')",
            name=op.f("ck_wish_reason_known"),
        ),
        sa.CheckConstraint("households BETWEEN 1 AND 9999", name=op.f("ck_wish_households_sensible")),
        sa.CheckConstraint(
            "(status = 'merged') = (merged_into_id IS NOT NULL)", name=op.f("ck_wish_merged_into_one")
        ),
        sa.CheckConstraint("status <> 'unmet' OR reason IS NOT NULL", name=op.f("ck_wish_unmet_with_reason")),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("fk_wish_region_code"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["category_code"], ["category.code"], name=op.f("fk_wish_category_code"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["wish.id"], name=op.f("fk_wish_merged_into_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_wish_course_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wish")),
        sa.UniqueConstraint("public_id", name=op.f("uq_wish_public_id")),
    )
    for column in ("region_code", "merged_into_id", "course_id"):
        op.create_index(op.f(f"ix_wish_{column}"), "wish", [column])


def downgrade() -> None:
    """What was wished for is lost; the courses stay."""
    op.drop_table("wish")
