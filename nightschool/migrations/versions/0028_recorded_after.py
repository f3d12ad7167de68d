"""How many days after its day a class first had a register, or a reason why there was none."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

# Days of China's clock, which has been the villages' so far.
_DAYS = {
    "sqlite": "CAST(julianday(date({when}, '+8 hours')) - julianday(day) AS INTEGER)",
    "postgresql": "({when} AT TIME ZONE 'Asia/Shanghai')::date - day",
}
_FIRST = (
    "(SELECT min(received_at) FROM submission WHERE class_session_id = class_session.id AND kind = 'sheet')"
)


def upgrade() -> None:
    op.add_column("class_session", sa.Column("recorded_after", sa.SmallInteger(), nullable=True))
    days = _DAYS[op.get_bind().dialect.name]
    for status, when in (("held", _FIRST), ("cancelled", "changed_at")):
        op.execute(
            f"UPDATE class_session SET recorded_after = {days.format(when=when)} WHERE status = '{status}'"
        )


def downgrade() -> None:
    with op.batch_alter_table("class_session") as table:
        table.drop_column("recorded_after")
