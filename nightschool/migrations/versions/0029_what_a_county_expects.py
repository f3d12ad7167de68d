"""How many classes a county expects of each of its schools, by week, month, quarter or year."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"

_RULES = {
    "target_per_known": "target_per IN ('week', 'month', 'quarter', 'year')",
    "target_has_its_span": "(target_per IS NULL) = (village_target IS NULL AND community_target IS NULL)",
    "village_target_sensible": "village_target IS NULL OR village_target BETWEEN 1 AND 100",
    "community_target_sensible": "community_target IS NULL OR community_target BETWEEN 1 AND 100",
}


def upgrade() -> None:
    with op.batch_alter_table("region_settings") as table:
        table.add_column(sa.Column("target_per", sa.String(32), nullable=True))
        table.add_column(sa.Column("village_target", sa.Integer(), nullable=True))
        table.add_column(sa.Column("community_target", sa.Integer(), nullable=True))
        for name, rule in _RULES.items():
            table.create_check_constraint(op.f(f"ck_region_settings_{name}"), rule)


def downgrade() -> None:
    """Nothing is expected of anybody again."""
    with op.batch_alter_table("region_settings") as table:
        for name in _RULES:
            table.drop_constraint(op.f(f"ck_region_settings_{name}"), type_="check")
        for name in ("community_target", "village_target", "target_per"):
            table.drop_column(name)
