"""How many villages and night schools each township has; evaluation slips and labels among what is added up."""

import sqlalchemy as sa
from alembic import op

from nightschool.migrations.columns import drop_columns

revision = "0036"
down_revision = "0043"


EVALUATED = (
    *("slips", "method", "method_points", "content", "content_points"),
    *("attitude", "attitude_points", "understood", "understood_points"),
)


def upgrade() -> None:
    for table in ("counted_session", "region_tally"):  # the next start counts them anew
        op.execute(f"DELETE FROM {table}")
        with op.batch_alter_table(table) as batch:
            for name in EVALUATED:
                batch.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
        with op.batch_alter_table(table) as batch:
            for name in EVALUATED:
                batch.alter_column(name, server_default=None, existing_type=sa.Integer())
    op.create_table(
        "township_tally",
        sa.Column("region_code", sa.String(12), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("villages", "village_schools", "community_schools", "ending_schools")
        ),
        sa.PrimaryKeyConstraint("region_code", name=op.f("pk_township_tally")),
    )
    op.execute(
        """
        INSERT INTO township_tally
        SELECT region.parent_code,
            count(CASE WHEN valid_to IS NULL THEN 1 END),
            count(CASE WHEN valid_to IS NULL AND substr(code, 10, 1) >= '2' THEN night_school.id END),
            count(CASE WHEN valid_to IS NULL AND substr(code, 10, 1) < '2' THEN night_school.id END),
            count(CASE WHEN valid_to IS NOT NULL THEN night_school.id END)
        FROM region LEFT JOIN night_school ON night_school.region_code = region.code
        WHERE region.level = 'village'
        GROUP BY region.parent_code
        """
    )
    labelled, ending = sa.text("label <> ''"), sa.text("valid_to IS NOT NULL")
    op.create_index(
        "ix_region_tally_borne",
        "region_tally",
        ["level", "span", "region_code"],
        sqlite_where=labelled,
        postgresql_where=labelled,
    )
    op.create_index(
        "ix_region_valid_to", "region", ["valid_to"], sqlite_where=ending, postgresql_where=ending
    )


def downgrade() -> None:
    """Whoever looks counts again."""
    op.drop_index("ix_region_valid_to", "region")
    op.drop_index("ix_region_tally_borne", "region_tally")
    op.drop_table("township_tally")
    for table in ("counted_session", "region_tally"):
        drop_columns(table, EVALUATED)
