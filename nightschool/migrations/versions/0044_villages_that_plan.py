"""In how many villages of a township there is a class in a month; the labels of a region are read from their index alone."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0050"

KEY = ["level", "span", "region_code"]


def upgrade() -> None:
    op.create_table(
        "planned_month",
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("villages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("month", "region_code", name=op.f("pk_planned_month")),
    )
    op.execute(
        """
        INSERT INTO planned_month
        SELECT substr(CAST(day AS VARCHAR(10)), 1, 7), substr(region_code, 1, 9) || '000', count(DISTINCT region_code)
        FROM class_session
        WHERE status NOT IN ('cancelled', 'postponed')
        GROUP BY substr(CAST(day AS VARCHAR(10)), 1, 7), substr(region_code, 1, 9) || '000'
        """
    )
    _read_labels_by([*KEY, "label", "status", "sessions", "attendances"])


def downgrade() -> None:
    """Whoever looks counts again."""
    _read_labels_by(KEY)
    op.drop_table("planned_month")


def _read_labels_by(columns: list[str]) -> None:
    labelled = sa.text("label <> ''")
    op.drop_index("ix_region_tally_borne", "region_tally")
    op.create_index(
        "ix_region_tally_borne", "region_tally", columns, sqlite_where=labelled, postgresql_where=labelled
    )
