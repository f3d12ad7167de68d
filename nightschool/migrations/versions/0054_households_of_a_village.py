"""How many households a village has, so that a month's table can say what share of them was reached."""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0039"

_NAME, _RULE = "ck_night_school_households_sensible", "households IS NULL OR households BETWEEN 1 AND 20000"


def upgrade() -> None:
    with op.batch_alter_table("night_school") as table:
        table.add_column(sa.Column("households", sa.Integer(), nullable=True))
        table.create_check_constraint(op.f(_NAME), _RULE)


def downgrade() -> None:
    """No village says how many households it has."""
    with op.batch_alter_table("night_school") as table:
        table.drop_constraint(op.f(_NAME), type_="check")
        table.drop_column("households")
