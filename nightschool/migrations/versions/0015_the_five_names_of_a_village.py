"""The five names of a village (五个一), each with a sealed telephone."""

import sqlalchemy as sa
from alembic import op

from nightschool.migrations.tables import check, named, refers

revision = "0015"
down_revision = "0014"

PARTS = "'contact_leader', 'helping_unit', 'village_team', 'first_secretary', 'agronomist'"


def upgrade() -> None:
    op.create_table(
        "supporter",
        *named("supporter"),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("part", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("phone", sa.String(length=400), nullable=True),
        check("supporter", "part_known", f"part IN ({PARTS})"),
        refers("supporter", "region_code", "region.code"),
        sa.UniqueConstraint("region_code", "part", name="uq_supporter_region_code_part"),
    )


def downgrade() -> None:
    op.drop_table("supporter")
