"""Plans of a month, what villagers were told of a class session, closed times, teachers' links, questions, settings.

Columns are added in place: rebuilding a table, as Alembic does on SQLite, loses its guards.
"""

import sqlalchemy as sa
from alembic import op

from nightschool.migrations.columns import drop_columns
from nightschool.migrations.tables import named, refers

revision = "0004"
down_revision = "0003"

ADDED = {
    "class_session": (
        "announced_revision INTEGER",
        "told_day DATE",
        "told_starts SMALLINT",
        "differs VARCHAR(60) DEFAULT '' NOT NULL",
    ),
    "course": (
        "audience VARCHAR(200) DEFAULT '' NOT NULL",
        "expected INTEGER CONSTRAINT ck_course_expected_sensible CHECK (expected IS NULL OR expected BETWEEN 1 AND 20000)",
    ),
    "teacher": (
        "weekly_limit INTEGER CONSTRAINT ck_teacher_weekly_limit_sensible"
        " CHECK (weekly_limit IS NULL OR weekly_limit BETWEEN 1 AND 50)",
    ),
}
MADE = ("closed_time", "month_plan", "region_settings", "teacher_link", "question", "session_revision")


def upgrade() -> None:
    for table, columns in ADDED.items():
        for column in columns:
            op.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
    _new_tables()


def _new_tables() -> None:
    op.create_table(
        "closed_time",
        *named("closed_time"),
        sa.Column("resource_kind", sa.String(length=32), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("first", sa.Date(), nullable=True),
        sa.Column("last", sa.Date(), nullable=True),
        sa.Column("weekdays", sa.JSON(), nullable=False),
        sa.Column("starts", sa.SmallInteger(), nullable=False),
        sa.Column("ends", sa.SmallInteger(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "resource_kind IN ('teacher', 'venue')", name="ck_closed_time_resource_kind_known"
        ),
        sa.CheckConstraint(
            "0 <= starts AND starts < ends AND ends <= 1440", name="ck_closed_time_times_in_order"
        ),
        sa.CheckConstraint(
            "first IS NULL OR last IS NULL OR first <= last", name="ck_closed_time_days_in_order"
        ),
        refers("closed_time", "region_code", "region.code"),
    )
    op.create_index("ix_closed_time_region_code", "closed_time", ["region_code"])
    op.create_index("ix_closed_time_resource", "closed_time", ["resource_kind", "resource_id"])

    op.create_table(
        "month_plan",
        *named("month_plan"),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("return_reason", sa.String(length=200), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status <> 'announced' OR announced_at IS NOT NULL", name="ck_month_plan_announced_when"
        ),
        sa.CheckConstraint(
            "status <> 'returned' OR return_reason <> ''", name="ck_month_plan_returned_with_reason"
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'submitted', 'approved', 'returned', 'announced')",
            name="ck_month_plan_status_known",
        ),
        refers("month_plan", "decided_by", "account.id"),
        refers("month_plan", "region_code", "region.code"),
        sa.UniqueConstraint("region_code", "month", name="uq_month_plan_region_code_month"),
    )
    op.create_index("ix_month_plan_month_region_code", "month_plan", ["month", "region_code"])

    op.create_table(
        "region_settings",
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("approves_plans", sa.Boolean(), nullable=False),
        sa.Column("travel_kmh", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "travel_kmh IS NULL OR travel_kmh BETWEEN 3 AND 120",
            name="ck_region_settings_travel_kmh_sensible",
        ),
        refers("region_settings", "region_code", "region.code"),
        sa.PrimaryKeyConstraint("region_code", name="pk_region_settings"),
    )
    op.create_table(
        "teacher_link",
        *named("teacher_link"),
        sa.Column("teacher_id", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        refers("teacher_link", "account_id", "account.id"),
        refers("teacher_link", "region_code", "region.code"),
        refers("teacher_link", "teacher_id", "teacher.id"),
        sa.UniqueConstraint("digest", name="uq_teacher_link_digest"),
    )
    op.create_index("ix_teacher_link_region_code", "teacher_link", ["region_code"])
    op.create_index("ix_teacher_link_teacher_id", "teacher_link", ["teacher_id"])

    op.create_table(
        "question",
        *named("question"),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("class_session_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("answer", sa.String(length=2000), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(answer = '') = (answered_on IS NULL)", name="ck_question_answered_when"),
        sa.CheckConstraint(
            "answered_on IS NULL OR asked_on <= answered_on", name="ck_question_days_in_order"
        ),
        refers("question", "class_session_id", "class_session.id", ondelete="SET NULL"),
        refers("question", "region_code", "region.code"),
    )
    op.create_index("ix_question_class_session_id", "question", ["class_session_id"])
    op.create_index("ix_question_region_code", "question", ["region_code"])

    op.create_table(
        "session_revision",
        sa.Column("class_session_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        refers("session_revision", "class_session_id", "class_session.id", ondelete="CASCADE"),
        refers("session_revision", "region_code", "region.code"),
        sa.PrimaryKeyConstraint("class_session_id", "revision", name="pk_session_revision"),
    )
    op.create_index("ix_session_revision_region_code_made_at", "session_revision", ["region_code", "made_at"])


def downgrade() -> None:
    for table in reversed(MADE):
        op.drop_table(table)
    for table, columns in ADDED.items():
        drop_columns(table, tuple(column.split()[0] for column in columns))
