"""Retired and merged records, cohorts, uploaded lists of regions, changes that can be taken back, backups made.

Columns are added in place where that can be: rebuilding a table, as Alembic does on SQLite, loses its guards. A foreign
key with a name cannot be added in place there; the two tables that get one have no guards.
"""

import sqlalchemy as sa
from alembic import op

from nightschool.migrations.columns import drop_columns
from nightschool.migrations.tables import named, numbered, refers

revision = "0002"
down_revision = "0001"

INSTANT = "{instant}"  # the type has another name on each database
KEYS = "search_keys VARCHAR(400) DEFAULT '' NOT NULL"
RETIRED = f"retired_at {INSTANT}"

ADDED = {
    "course": (
        "capacity INTEGER CONSTRAINT ck_course_capacity_sensible CHECK (capacity IS NULL OR capacity BETWEEN 1 AND 20000)",
        "graduation_basis VARCHAR(32) DEFAULT 'sessions' NOT NULL"
        " CONSTRAINT ck_course_graduation_basis_known CHECK (graduation_basis IN ('sessions', 'hours'))",
        "graduation_percent INTEGER DEFAULT 75 NOT NULL"
        " CONSTRAINT ck_course_graduation_percent_sensible CHECK (graduation_percent BETWEEN 1 AND 100)",
        KEYS,
        RETIRED,
    ),
    "teacher": (KEYS,),
    "venue": (
        KEYS,
        "area_m2 INTEGER CONSTRAINT ck_venue_area_sensible CHECK (area_m2 IS NULL OR area_m2 BETWEEN 1 AND 100000)",
        RETIRED,
    ),
    "mark": (
        "came_instead VARCHAR(60) DEFAULT '' NOT NULL CONSTRAINT ck_mark_only_a_substitute_came_instead"
        " CHECK (status = 'substitute' OR came_instead = '')",
    ),
    "mark_event": ("came_instead VARCHAR(60) DEFAULT '' NOT NULL",),
    "night_school": ("equipment JSON DEFAULT '{{}}' NOT NULL",),
}
MERGED = ("learner", "teacher")
# What a search looks into: the table, and the column whose sound it takes.
SOUNDING = {"course": "title", "teacher": "name", "venue": "name"}


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    instant = "DATETIME" if is_sqlite else "TIMESTAMP WITH TIME ZONE"
    for table, columns in ADDED.items():
        for column in columns:
            op.execute(f"ALTER TABLE {table} ADD COLUMN {column.format(instant=instant)}")
    for table in MERGED:
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("retired_at", sa.DateTime(timezone=True)))
            batch.add_column(sa.Column("merged_into_id", sa.Integer()))
            batch.create_foreign_key(
                f"fk_{table}_merged_into_id", table, ["merged_into_id"], ["id"], ondelete="RESTRICT"
            )
            batch.create_check_constraint(
                op.f(f"ck_{table}_not_merged_into_itself"), "merged_into_id IS NULL OR merged_into_id <> id"
            )
            batch.create_check_constraint(
                op.f(f"ck_{table}_merged_is_retired"), "merged_into_id IS NULL OR retired_at IS NOT NULL"
            )
        op.create_index(f"ix_{table}_merged_into_id", table, ["merged_into_id"])
    _new_tables()
    for table, column in SOUNDING.items():
        _fill_keys(table, column)


def _new_tables() -> None:
    op.create_table(
        "backup_made",
        *numbered("backup_made"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_backup_made_at", "backup_made", ["at"])
    op.create_table(
        "change_set",
        *named("change_set"),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("before", sa.JSON(), nullable=False),
        refers("change_set", "account_id", "account.id"),
        refers("change_set", "region_code", "region.code"),
    )
    op.create_index("ix_change_set_region_code", "change_set", ["region_code"])
    op.create_table(
        "person_merge",
        *named("person_merge"),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("merged_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.CheckConstraint("kind IN ('learner', 'teacher')", name="ck_person_merge_kind_known"),
        refers("person_merge", "account_id", "account.id"),
    )
    op.create_index("ix_person_merge_kept_id", "person_merge", ["kept_id"])
    op.create_index("ix_person_merge_merged_id", "person_merge", ["merged_id"])
    op.create_table(
        "region_import",
        *named("region_import"),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("end_missing", sa.Boolean(), nullable=False),
        sa.Column("skip_bad", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("steps_done", sa.Integer(), nullable=False),
        sa.Column("steps_all", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('previewed', 'applying', 'done', 'failed')", name="ck_region_import_state_known"
        ),
        refers("region_import", "account_id", "account.id"),
    )
    op.create_index("ix_region_import_account_id", "region_import", ["account_id"])
    op.create_table(
        "enrolment",
        *numbered("enrolment"),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("proxy_name", sa.String(length=60), nullable=False),
        sa.Column("enrolled_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(status = 'left') = (left_on IS NOT NULL)", name="ck_enrolment_left_has_its_day"),
        sa.CheckConstraint("source IN ('self', 'proxy', 'walk_in')", name="ck_enrolment_source_known"),
        sa.CheckConstraint("status IN ('enrolled', 'waiting', 'left')", name="ck_enrolment_status_known"),
        sa.CheckConstraint("left_on IS NULL OR left_on >= enrolled_on", name="ck_enrolment_days_in_order"),
        refers("enrolment", "course_id", "course.id"),
        refers("enrolment", "learner_id", "learner.id"),
        sa.UniqueConstraint("course_id", "learner_id", name="uq_enrolment_course_id_learner_id"),
    )
    op.create_index("ix_enrolment_learner_id", "enrolment", ["learner_id"])


def _fill_keys(table: str, column: str) -> None:
    """Records of before can be found by their sound too."""
    from nightschool.rules.names import stored_keys

    connection = op.get_bind()
    named = sa.table(table, sa.column("id"), sa.column(column), sa.column("search_keys"))
    rows = connection.execute(sa.select(named.c.id, named.c[column])).all()
    keys = [{"of": key, "keys": stored_keys(text)} for key, text in rows]
    if keys:
        connection.execute(
            sa.update(named).where(named.c.id == sa.bindparam("of")).values(search_keys=sa.bindparam("keys")),
            keys,
        )


def downgrade() -> None:
    for table in ("enrolment", "region_import", "person_merge", "change_set", "backup_made"):
        op.drop_table(table)
    for table in MERGED:
        op.drop_index(f"ix_{table}_merged_into_id", table_name=table)
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(op.f(f"ck_{table}_not_merged_into_itself"), type_="check")
            batch.drop_constraint(op.f(f"ck_{table}_merged_is_retired"), type_="check")
            batch.drop_constraint(f"fk_{table}_merged_into_id", type_="foreignkey")
            batch.drop_column("merged_into_id")
            batch.drop_column("retired_at")
    for table, columns in ADDED.items():
        drop_columns(table, tuple(column.split()[0] for column in columns))
