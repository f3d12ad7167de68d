"""Learners come and go by days, groups are renamed by day, and an old register is changed with a reason.

The first day of everybody of before stays unknown. Who had been put away is gone from that day on; days are China's.
"""

import sqlalchemy as sa
from alembic import op

from nightschool.migrations.tables import check, refers

revision = "0007"
down_revision = "0006"

_DAY_GONE = {
    "sqlite": "date(retired_at, '+8 hours')",
    "postgresql": "(retired_at AT TIME ZONE 'Asia/Shanghai')::date",
}


def upgrade() -> None:
    op.add_column("learner", sa.Column("came_on", sa.Date(), nullable=True))
    op.add_column("learner", sa.Column("left_on", sa.Date(), nullable=True))
    gone = _DAY_GONE[op.get_bind().dialect.name]
    op.execute(f"UPDATE learner SET left_on = {gone} WHERE retired_at IS NOT NULL")
    op.create_table(
        "former_stay",
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("group_name", sa.String(length=60), nullable=False),
        sa.Column("group_number", sa.Integer(), nullable=False),
        sa.Column("came_on", sa.Date(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        check("former_stay", "days_in_order", "came_on IS NULL OR came_on < left_on"),
        refers("former_stay", "learner_id", "learner.id", ondelete="CASCADE"),
        refers("former_stay", "region_code", "region.code"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_stay")),
    )
    op.create_index(op.f("ix_former_stay_learner_id"), "former_stay", ["learner_id"])
    op.create_index(op.f("ix_former_stay_region_code"), "former_stay", ["region_code"])
    with op.batch_alter_table("region_settings") as batch:
        batch.add_column(sa.Column("register_days", sa.Integer(), nullable=True))
        batch.create_check_constraint(
            op.f("ck_region_settings_register_days_sensible"),
            "register_days IS NULL OR register_days BETWEEN 0 AND 400",
        )


def downgrade() -> None:
    with op.batch_alter_table("region_settings") as batch:
        batch.drop_constraint(op.f("ck_region_settings_register_days_sensible"), type_="check")
        batch.drop_column("register_days")
    op.drop_table("former_stay")
    op.drop_column("learner", "left_on")
    op.drop_column("learner", "came_on")
