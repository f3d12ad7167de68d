"""How many night schools of a township opened on which day."""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0059"


def upgrade() -> None:
    op.create_table(
        "township_opening",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("village_schools", sa.Integer(), nullable=False),
        sa.Column("community_schools", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "region_code", name=op.f("pk_township_opening")),
    )
    op.execute(
        """
        INSERT INTO township_opening
        SELECT night_school.opened_on, region.parent_code,
            sum(CASE WHEN substr(region.code, 10, 1) >= '2' THEN 1 ELSE 0 END),
            sum(CASE WHEN substr(region.code, 10, 1) < '2' THEN 1 ELSE 0 END)
        FROM night_school JOIN region ON region.code = night_school.region_code
        WHERE region.valid_to IS NULL
        GROUP BY night_school.opened_on, region.parent_code
        """
    )


def downgrade() -> None:
    """Whoever looks counts the schools of today."""
    op.drop_table("township_opening")
