"""What class sessions come to, added up for regions and times; the next start counts what there is."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.create_table(
        "counted_session",
        sa.Column("class_session_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("category_code", sa.String(32), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("labels", sa.String(2000), nullable=False),
        sa.Column("on_time", sa.Integer(), nullable=False),
        sa.Column("attendances", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("women", sa.Integer(), nullable=True),
        sa.Column("over_60", sa.Integer(), nullable=True),
        sa.Column("by_guests", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("class_session_id", name=op.f("pk_counted_session")),
    )
    op.create_index("ix_counted_session_region_code_day", "counted_session", ["region_code", "day"])
    keys = {
        "level": 32,
        "span": 10,
        "label": 20,
        "region_code": 12,
        "category_code": 32,
        "status": 32,
        "reason": 32,
    }
    sums = ("sessions", "on_time", "attendances", "minutes", "person_minutes", "women", "women_counted")
    op.create_table(
        "region_tally",
        *(sa.Column(name, sa.String(length), nullable=False) for name, length in keys.items()),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in (*sums, "over_60", "over_60_counted", "by_guests")
        ),
        sa.PrimaryKeyConstraint(*keys, name=op.f("pk_region_tally")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Whoever looks counts again."""
    op.drop_table("region_tally")
    op.drop_table("counted_session")
