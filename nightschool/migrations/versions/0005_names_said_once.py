"""CHECK constraints of 0002 to 0004 whose names said their table twice, as in `ck_question_ck_question_days_in_order`.

SQLite renames a constraint only by rebuilding its table; none of these has guards, and the rows come along.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

RULES = {
    "closed_time": ("days_in_order", "resource_kind_known", "times_in_order"),
    "enrolment": ("days_in_order", "left_has_its_day", "source_known", "status_known"),
    "farm_season": ("days_in_order",),
    "market_rule": ("kind_known", "missing_thirtieth_known"),
    "month_plan": ("announced_when", "returned_with_reason", "status_known"),
    "person_merge": ("kind_known",),
    "question": ("answered_when", "days_in_order"),
    "region_import": ("state_known",),
    "region_position": ("latitude_sensible", "longitude_sensible"),
    "region_settings": ("travel_kmh_sensible",),
    "special_day": ("kind_known", "markets_are_somewhere"),
}


def upgrade() -> None:
    for table, rules in RULES.items():
        _rename(table, {f"ck_{table}_ck_{table}_{rule}": f"ck_{table}_{rule}" for rule in rules})


def downgrade() -> None:
    for table, rules in RULES.items():
        _rename(table, {f"ck_{table}_{rule}": f"ck_{table}_ck_{table}_{rule}" for rule in rules})


def _rename(table: str, names: dict[str, str]) -> None:
    if op.get_bind().dialect.name != "sqlite":
        for old, new in names.items():
            op.execute(f"ALTER TABLE {table} RENAME CONSTRAINT {old} TO {new}")
        return
    checks = {str(it["name"]): it["sqltext"] for it in sa.inspect(op.get_bind()).get_check_constraints(table)}
    with op.batch_alter_table(table) as batch:
        for old, new in names.items():
            batch.drop_constraint(op.f(old), type_="check")
            batch.create_check_constraint(op.f(new), sa.text(checks[old]))
