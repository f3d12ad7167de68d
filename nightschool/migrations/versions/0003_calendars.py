"""Market days, farm windows, announced holidays, positions."""

import sqlalchemy as sa
from alembic import op

from nightschool.migrations.tables import named, numbered, refers

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "market_rule",
        *named("market_rule"),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("place", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sa.Column("missing_thirtieth", sa.String(length=32), nullable=False),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('lunar', 'solar', 'weekday', 'daily')", name="ck_market_rule_kind_known"
        ),
        sa.CheckConstraint(
            "missing_thirtieth IN ('skipped', 'day_before', 'day_after')",
            name="ck_market_rule_missing_thirtieth_known",
        ),
        refers("market_rule", "region_code", "region.code"),
    )
    op.create_index("ix_market_rule_region_code", "market_rule", ["region_code"])
    op.create_table(
        "special_day",
        *numbered("special_day"),
        sa.Column("region_code", sa.String(length=12), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.CheckConstraint("kind IN ('market', 'holiday')", name="ck_special_day_kind_known"),
        sa.CheckConstraint(
            "kind = 'holiday' OR region_code IS NOT NULL", name="ck_special_day_markets_are_somewhere"
        ),
        refers("special_day", "region_code", "region.code"),
        sa.UniqueConstraint("region_code", "kind", "day", name="uq_special_day_region_code_kind_day"),
    )
    op.create_index("ix_special_day_day", "special_day", ["day"])
    op.create_table(
        "holiday_year",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name="pk_holiday_year"),
    )
    op.create_table(
        "farm_season",
        *named("farm_season"),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.CheckConstraint("first <= last", name="ck_farm_season_days_in_order"),
        refers("farm_season", "region_code", "region.code"),
    )
    op.create_index("ix_farm_season_region_code", "farm_season", ["region_code"])
    op.create_table(
        "region_position",
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=False),
        sa.Column("longitude", sa.Float(), nullable=False),
        sa.CheckConstraint("latitude BETWEEN -90 AND 90", name="ck_region_position_latitude_sensible"),
        sa.CheckConstraint("longitude BETWEEN -180 AND 180", name="ck_region_position_longitude_sensible"),
        refers("region_position", "region_code", "region.code"),
        sa.PrimaryKeyConstraint("region_code", name="pk_region_position"),
    )


def downgrade() -> None:
    for table in ("region_position", "farm_season", "holiday_year", "special_day", "market_rule"):
        op.drop_table(table)
