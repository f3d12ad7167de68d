"""The first tables."""

import sqlalchemy as sa
from alembic import op

from nightschool.migrations import guards

# The provincial directory of five; a school system with another directory changes these rows.
CATEGORIES = (
    ("policy", "时事政策", "Current affairs"),
    ("law", "法律法规", "Law"),
    ("skill", "技术技能", "Skills and farming"),
    ("civility", "文明新风", "Community life"),
    ("culture_science", "文化科普", "Culture, science and health"),
)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("login_name", sa.String(length=60), nullable=False),
        sa.Column("display_name", sa.String(length=60), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("login_name", name=op.f("uq_account_login_name")),
        sa.UniqueConstraint("public_id", name=op.f("uq_account_public_id")),
    )
    op.create_table(
        "category",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("name_en", sa.String(length=60), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_category")),
    )
    op.create_table(
        "login_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name_digest", sa.String(length=64), nullable=False),
        sa.Column("address_digest", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('password', 'slip')", name=op.f("ck_login_attempt_kind_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_attempt")),
    )
    with op.batch_alter_table("login_attempt", schema=None) as batch_op:
        batch_op.create_index("ix_login_attempt_address_digest_at", ["address_digest", "at"], unique=False)
        batch_op.create_index("ix_login_attempt_name_digest_at", ["name_digest", "at"], unique=False)

    op.create_table(
        "region",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("level", sa.String(length=32), nullable=False),
        sa.Column("parent_code", sa.String(length=12), nullable=True),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("official_name", sa.String(length=200), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("successor_code", sa.String(length=12), nullable=True),
        sa.Column("successor_day", sa.Date(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "length(code) = 12 AND ltrim(code, '0123456789') = ''", name=op.f("ck_region_code_digits")
        ),
        sa.CheckConstraint(
            "level IN ('province', 'city', 'county', 'township', 'village')",
            name=op.f("ck_region_level_known"),
        ),
        sa.CheckConstraint(
            "successor_code IS NULL OR successor_code <> code", name=op.f("ck_region_not_own_successor")
        ),
        sa.CheckConstraint(
            "valid_from IS NULL OR valid_to IS NULL OR valid_from <= valid_to",
            name=op.f("ck_region_dates_in_order"),
        ),
        sa.ForeignKeyConstraint(
            ["parent_code"], ["region.code"], name=op.f("fk_region_parent_code"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["successor_code"], ["region.code"], name=op.f("fk_region_successor_code"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_region")),
    )
    with op.batch_alter_table("region", schema=None) as batch_op:
        batch_op.create_index("ix_region_parent_code", ["parent_code"], unique=False)

    op.create_table(
        "audit_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=True),
        sa.Column("record", sa.String(length=60), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_audit_event_account_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_event_account_id"), ["account_id"], unique=False)
        batch_op.create_index("ix_audit_event_record", ["record"], unique=False)
        batch_op.create_index("ix_audit_event_region_code_at", ["region_code", "at"], unique=False)

    op.create_table(
        "kept_input",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(length=500), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_kept_input_account_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_input")),
        sa.UniqueConstraint("public_id", name=op.f("uq_kept_input_public_id")),
    )
    with op.batch_alter_table("kept_input", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kept_input_account_id"), ["account_id"], unique=False)

    op.create_table(
        "learner",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.Column("search_keys", sa.String(length=400), nullable=False),
        sa.Column("group_name", sa.String(length=60), nullable=False),
        sa.Column("group_number", sa.Integer(), nullable=False),
        sa.Column("household", sa.String(length=60), nullable=False),
        sa.Column("sex", sa.String(length=32), nullable=True),
        sa.Column("birth_year", sa.Integer(), nullable=True),
        sa.Column("phone", sa.String(length=400), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("sex IN ('female', 'male')", name=op.f("ck_learner_sex_known")),
        sa.CheckConstraint(
            "birth_year IS NULL OR birth_year BETWEEN 1900 AND 2100",
            name=op.f("ck_learner_birth_year_sensible"),
        ),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("fk_learner_region_code"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learner")),
        sa.UniqueConstraint("public_id", name=op.f("uq_learner_public_id")),
    )
    with op.batch_alter_table("learner", schema=None) as batch_op:
        batch_op.create_index(
            "ix_learner_region_code_name_key", ["region_code", "group_number", "name_key"], unique=False
        )

    op.create_table(
        "login_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=200), nullable=False),
        sa.Column("is_own_phone", sa.Boolean(), nullable=False),
        sa.Column("village_code", sa.String(length=12), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_login_session_account_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_session")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_login_session_token_digest")),
    )
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_login_session_account_id"), ["account_id"], unique=False)

    op.create_table(
        "login_slip",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("code_digest", sa.String(length=64), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_login_slip_account_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["account.id"], name=op.f("fk_login_slip_made_by"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_slip")),
    )
    with op.batch_alter_table("login_slip", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_login_slip_account_id"), ["account_id"], unique=False)

    op.create_table(
        "posting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=True),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("to_day", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(region_code IS NULL) = (role = 'system_administrator')", name=op.f("ck_posting_region_by_role")
        ),
        sa.CheckConstraint(
            "role IN ('coordinator', 'supervisor', 'region_administrator', 'system_administrator')",
            name=op.f("ck_posting_role_known"),
        ),
        sa.CheckConstraint("to_day IS NULL OR to_day >= from_day", name=op.f("ck_posting_days_in_order")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_posting_account_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("fk_posting_region_code"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting")),
    )
    with op.batch_alter_table("posting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_posting_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_posting_region_code"), ["region_code"], unique=False)

    op.create_table(
        "region_key",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("is_usual", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("fk_region_key_region_code"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", "region_code", name=op.f("pk_region_key")),
    )
    with op.batch_alter_table("region_key", schema=None) as batch_op:
        batch_op.create_index("ix_region_key_region_code", ["region_code"], unique=False)

    op.create_table(
        "region_name",
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("official_name", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("fk_region_name_region_code"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("region_code", "official_name", name=op.f("pk_region_name")),
    )
    op.create_table(
        "teacher",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.Column("unit", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("specialities", sa.String(length=200), nullable=False),
        sa.Column("languages", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=400), nullable=True),
        sa.Column("name_is_public", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('official', 'technician', 'academic', 'doctor', 'lawyer', 'local_expert', 'resident_cadre', 'volunteer')",
            name=op.f("ck_teacher_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("fk_teacher_region_code"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teacher")),
        sa.UniqueConstraint("public_id", name=op.f("uq_teacher_public_id")),
    )
    with op.batch_alter_table("teacher", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_teacher_region_code"), ["region_code"], unique=False)

    op.create_table(
        "venue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=True),
        sa.Column("is_lit", sa.Boolean(), nullable=False),
        sa.Column("is_covered", sa.Boolean(), nullable=False),
        sa.Column("directions", sa.String(length=2000), nullable=False),
        sa.Column("key_holder", sa.String(length=60), nullable=False),
        sa.Column("key_holder_phone", sa.String(length=400), nullable=True),
        sa.Column("allows_parallel", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('meeting_room', 'office', 'school', 'courtyard', 'bookroom', 'field', 'square', 'household', 'online')",
            name=op.f("ck_venue_kind_known"),
        ),
        sa.CheckConstraint(
            "seats IS NULL OR seats BETWEEN 1 AND 20000", name=op.f("ck_venue_seats_sensible")
        ),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("fk_venue_region_code"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venue")),
        sa.UniqueConstraint("public_id", name=op.f("uq_venue_public_id")),
    )
    with op.batch_alter_table("venue", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_venue_region_code"), ["region_code"], unique=False)

    op.create_table(
        "course",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("category_code", sa.String(length=32), nullable=False),
        sa.Column("summary", sa.String(length=200), nullable=False),
        sa.Column("organiser", sa.String(length=200), nullable=False),
        sa.Column("delivery_mode", sa.String(length=32), nullable=False),
        sa.Column("venue_id", sa.Integer(), nullable=True),
        sa.Column("starts", sa.SmallInteger(), nullable=False),
        sa.Column("ends", sa.SmallInteger(), nullable=False),
        sa.Column("recurrence", sa.JSON(), nullable=False),
        sa.Column("skipped_dates", sa.JSON(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "delivery_mode IN ('lecture', 'demo', 'field', 'courtyard', 'discussion', 'video', 'online', 'home')",
            name=op.f("ck_course_delivery_mode_known"),
        ),
        sa.CheckConstraint("kind IN ('open_lecture', 'cohort')", name=op.f("ck_course_kind_known")),
        sa.CheckConstraint(
            "starts >= 0 AND ends <= 1440 AND ends - starts BETWEEN 10 AND 480",
            name=op.f("ck_course_slot_sound"),
        ),
        sa.ForeignKeyConstraint(
            ["category_code"], ["category.code"], name=op.f("fk_course_category_code"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("fk_course_region_code"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["venue_id"], ["venue.id"], name=op.f("fk_course_venue_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course")),
        sa.UniqueConstraint("public_id", name=op.f("uq_course_public_id")),
    )
    with op.batch_alter_table("course", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_course_region_code"), ["region_code"], unique=False)

    op.create_table(
        "night_school",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("institution_name", sa.String(length=60), nullable=True),
        sa.Column("principal", sa.String(length=60), nullable=False),
        sa.Column("contact_name", sa.String(length=60), nullable=False),
        sa.Column("contact_phone", sa.String(length=60), nullable=False),
        sa.Column("usual_venue_id", sa.Integer(), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("fk_night_school_region_code"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["usual_venue_id"], ["venue.id"], name=op.f("fk_night_school_usual_venue_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_night_school")),
        sa.UniqueConstraint("region_code", name=op.f("uq_night_school_region_code")),
    )
    op.create_table(
        "class_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("category_code", sa.String(length=32), nullable=False),
        sa.Column("summary", sa.String(length=200), nullable=False),
        sa.Column("delivery_mode", sa.String(length=32), nullable=False),
        sa.Column("venue_id", sa.Integer(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("starts", sa.SmallInteger(), nullable=False),
        sa.Column("ends", sa.SmallInteger(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("reason_text", sa.String(length=200), nullable=False),
        sa.Column("successor_id", sa.Integer(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(status = 'postponed') = (successor_id IS NOT NULL)",
            name=op.f("ck_class_session_successor_when_postponed"),
        ),
        sa.CheckConstraint(
            "delivery_mode IN ('lecture', 'demo', 'field', 'courtyard', 'discussion', 'video', 'online', 'home')",
            name=op.f("ck_class_session_delivery_mode_known"),
        ),
        sa.CheckConstraint(
            "reason IN ('farm_work', 'weather', 'teacher_away', 'power_cut', 'venue_taken', 'few_people', 'holiday', 'meeting', 'other')",
            name=op.f("ck_class_session_reason_known"),
        ),
        sa.CheckConstraint(
            "status <> 'draft' OR published_at IS NULL", name=op.f("ck_class_session_draft_unpublished")
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'scheduled', 'held', 'cancelled', 'postponed')",
            name=op.f("ck_class_session_status_known"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('cancelled', 'postponed') OR reason IS NOT NULL",
            name=op.f("ck_class_session_reason_given"),
        ),
        sa.CheckConstraint(
            "starts >= 0 AND ends <= 1440 AND ends - starts BETWEEN 10 AND 480",
            name=op.f("ck_class_session_slot_sound"),
        ),
        sa.CheckConstraint(
            "successor_id IS NULL OR successor_id <> id", name=op.f("ck_class_session_not_own_successor")
        ),
        sa.ForeignKeyConstraint(
            ["category_code"],
            ["category.code"],
            name=op.f("fk_class_session_category_code"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_class_session_course_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("fk_class_session_region_code"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["successor_id"],
            ["class_session.id"],
            name=op.f("fk_class_session_successor_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["venue_id"], ["venue.id"], name=op.f("fk_class_session_venue_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_class_session")),
        sa.UniqueConstraint("public_id", name=op.f("uq_class_session_public_id")),
        sa.UniqueConstraint("successor_id", name=op.f("uq_class_session_successor_id")),
    )
    with op.batch_alter_table("class_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_class_session_course_id"), ["course_id"], unique=False)
        batch_op.create_index("ix_class_session_day_region_code", ["day", "region_code"], unique=False)
        batch_op.create_index(
            "ix_class_session_region_code_day", ["region_code", "day", "starts"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_class_session_venue_id"), ["venue_id"], unique=False)

    op.create_table(
        "course_teacher",
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("teacher_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_course_teacher_course_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["teacher_id"], ["teacher.id"], name=op.f("fk_course_teacher_teacher_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("course_id", "teacher_id", name=op.f("pk_course_teacher")),
    )
    with op.batch_alter_table("course_teacher", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_course_teacher_teacher_id"), ["teacher_id"], unique=False)

    op.create_table(
        "booking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resource_kind", sa.String(length=32), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("starts", sa.SmallInteger(), nullable=False),
        sa.Column("ends", sa.SmallInteger(), nullable=False),
        sa.Column("class_session_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "resource_kind IN ('teacher', 'venue')", name=op.f("ck_booking_resource_kind_known")
        ),
        sa.CheckConstraint(
            "starts >= 0 AND ends <= 1440 AND ends - starts BETWEEN 10 AND 480",
            name=op.f("ck_booking_slot_sound"),
        ),
        sa.ForeignKeyConstraint(
            ["class_session_id"],
            ["class_session.id"],
            name=op.f("fk_booking_class_session_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
        sa.UniqueConstraint(
            "class_session_id",
            "resource_kind",
            "resource_id",
            name=op.f("uq_booking_class_session_id_resource_kind_resource_id"),
        ),
    )
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_booking_class_session_id"), ["class_session_id"], unique=False)
        batch_op.create_index(
            "ix_booking_resource_day", ["resource_kind", "resource_id", "day", "starts"], unique=False
        )

    op.create_table(
        "class_session_teacher",
        sa.Column("class_session_id", sa.Integer(), nullable=False),
        sa.Column("teacher_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["class_session_id"],
            ["class_session.id"],
            name=op.f("fk_class_session_teacher_class_session_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["teacher_id"],
            ["teacher.id"],
            name=op.f("fk_class_session_teacher_teacher_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("class_session_id", "teacher_id", name=op.f("pk_class_session_teacher")),
    )
    with op.batch_alter_table("class_session_teacher", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_class_session_teacher_teacher_id"), ["teacher_id"], unique=False)

    op.create_table(
        "submission",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("class_session_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("device", sa.String(length=200), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("difference_note", sa.String(length=200), nullable=False),
        sa.CheckConstraint("kind IN ('sheet', 'void')", name=op.f("ck_submission_kind_known")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_submission_account_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["class_session_id"],
            ["class_session.id"],
            name=op.f("fk_submission_class_session_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
    )
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_submission_class_session_id"), ["class_session_id"], unique=False
        )

    op.create_table(
        "guest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("class_session_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("superseded_by", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("home", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["class_session_id"],
            ["class_session.id"],
            name=op.f("fk_guest_class_session_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_guest_submission_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["superseded_by"], ["submission.id"], name=op.f("fk_guest_superseded_by"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guest")),
    )
    with op.batch_alter_table("guest", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_guest_class_session_id"), ["class_session_id"], unique=False)

    op.create_table(
        "headcount",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("class_session_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("superseded_by", sa.Uuid(), nullable=True),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("women", sa.Integer(), nullable=True),
        sa.Column("over_60", sa.Integer(), nullable=True),
        sa.Column("unnamed_guests", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "over_60 IS NULL OR over_60 BETWEEN 0 AND 20000", name=op.f("ck_headcount_over_60_sensible")
        ),
        sa.CheckConstraint(
            "total IS NULL OR total BETWEEN 0 AND 20000", name=op.f("ck_headcount_total_sensible")
        ),
        sa.CheckConstraint(
            "unnamed_guests BETWEEN 0 AND 20000", name=op.f("ck_headcount_unnamed_guests_sensible")
        ),
        sa.CheckConstraint(
            "women IS NULL OR women BETWEEN 0 AND 20000", name=op.f("ck_headcount_women_sensible")
        ),
        sa.ForeignKeyConstraint(
            ["class_session_id"],
            ["class_session.id"],
            name=op.f("fk_headcount_class_session_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_headcount_submission_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["superseded_by"], ["submission.id"], name=op.f("fk_headcount_superseded_by"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_headcount")),
    )
    with op.batch_alter_table("headcount", schema=None) as batch_op:
        batch_op.create_index(
            "uq_headcount_current",
            ["class_session_id"],
            unique=True,
            sqlite_where=sa.text("superseded_by IS NULL"),
            postgresql_where=sa.text("superseded_by IS NULL"),
        )

    op.create_table(
        "mark",
        sa.Column("class_session_id", sa.Integer(), nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "status IN ('present', 'late', 'excused', 'absent', 'substitute', 'makeup')",
            name=op.f("ck_mark_status_known"),
        ),
        sa.ForeignKeyConstraint(
            ["class_session_id"],
            ["class_session.id"],
            name=op.f("fk_mark_class_session_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["learner_id"], ["learner.id"], name=op.f("fk_mark_learner_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_mark_submission_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("class_session_id", "learner_id", name=op.f("pk_mark")),
    )
    with op.batch_alter_table("mark", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mark_learner_id"), ["learner_id"], unique=False)

    op.create_table(
        "mark_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("class_session_id", sa.Integer(), nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=True),
        sa.Column("before", sa.String(length=32), nullable=True),
        sa.CheckConstraint(
            "before IN ('present', 'late', 'excused', 'absent', 'substitute', 'makeup')",
            name=op.f("ck_mark_event_before_known"),
        ),
        sa.CheckConstraint(
            "status IN ('present', 'late', 'excused', 'absent', 'substitute', 'makeup')",
            name=op.f("ck_mark_event_status_known"),
        ),
        sa.ForeignKeyConstraint(
            ["class_session_id"],
            ["class_session.id"],
            name=op.f("fk_mark_event_class_session_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["learner_id"], ["learner.id"], name=op.f("fk_mark_event_learner_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name=op.f("fk_mark_event_submission_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mark_event")),
    )
    with op.batch_alter_table("mark_event", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_mark_event_class_session_id"), ["class_session_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_mark_event_learner_id"), ["learner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_mark_event_submission_id"), ["submission_id"], unique=False)

    category = sa.table(
        "category", sa.column("code"), sa.column("name"), sa.column("name_en"), sa.column("position")
    )
    op.bulk_insert(
        category,
        [
            {"code": code, "name": name, "name_en": name_en, "position": position}
            for position, (code, name, name_en) in enumerate(CATEGORIES, start=1)
        ],
    )
    guards.put_up(may_erase=False)


def downgrade() -> None:
    guards.take_down()
    with op.batch_alter_table("mark_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mark_event_submission_id"))
        batch_op.drop_index(batch_op.f("ix_mark_event_learner_id"))
        batch_op.drop_index(batch_op.f("ix_mark_event_class_session_id"))

    op.drop_table("mark_event")
    with op.batch_alter_table("mark", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mark_learner_id"))

    op.drop_table("mark")
    with op.batch_alter_table("headcount", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_headcount_current",
            sqlite_where=sa.text("superseded_by IS NULL"),
            postgresql_where=sa.text("superseded_by IS NULL"),
        )

    op.drop_table("headcount")
    with op.batch_alter_table("guest", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_guest_class_session_id"))

    op.drop_table("guest")
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_submission_class_session_id"))

    op.drop_table("submission")
    with op.batch_alter_table("class_session_teacher", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_class_session_teacher_teacher_id"))

    op.drop_table("class_session_teacher")
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.drop_index("ix_booking_resource_day")
        batch_op.drop_index(batch_op.f("ix_booking_class_session_id"))

    op.drop_table("booking")
    with op.batch_alter_table("course_teacher", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_course_teacher_teacher_id"))

    op.drop_table("course_teacher")
    with op.batch_alter_table("class_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_class_session_venue_id"))
        batch_op.drop_index("ix_class_session_region_code_day")
        batch_op.drop_index("ix_class_session_day_region_code")
        batch_op.drop_index(batch_op.f("ix_class_session_course_id"))

    op.drop_table("class_session")
    op.drop_table("night_school")
    with op.batch_alter_table("course", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_course_region_code"))

    op.drop_table("course")
    with op.batch_alter_table("venue", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_venue_region_code"))

    op.drop_table("venue")
    with op.batch_alter_table("teacher", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_teacher_region_code"))

    op.drop_table("teacher")
    op.drop_table("region_name")
    with op.batch_alter_table("region_key", schema=None) as batch_op:
        batch_op.drop_index("ix_region_key_region_code")

    op.drop_table("region_key")
    with op.batch_alter_table("posting", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_posting_region_code"))
        batch_op.drop_index(batch_op.f("ix_posting_account_id"))

    op.drop_table("posting")
    with op.batch_alter_table("login_slip", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_login_slip_account_id"))

    op.drop_table("login_slip")
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_login_session_account_id"))

    op.drop_table("login_session")
    with op.batch_alter_table("learner", schema=None) as batch_op:
        batch_op.drop_index("ix_learner_region_code_name_key")

    op.drop_table("learner")
    with op.batch_alter_table("kept_input", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_kept_input_account_id"))

    op.drop_table("kept_input")
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_event_region_code_at")
        batch_op.drop_index("ix_audit_event_record")
        batch_op.drop_index(batch_op.f("ix_audit_event_account_id"))

    op.drop_table("audit_event")
    with op.batch_alter_table("region", schema=None) as batch_op:
        batch_op.drop_index("ix_region_parent_code")

    op.drop_table("region")
    with op.batch_alter_table("login_attempt", schema=None) as batch_op:
        batch_op.drop_index("ix_login_attempt_name_digest_at")
        batch_op.drop_index("ix_login_attempt_address_digest_at")

    op.drop_table("login_attempt")
    op.drop_table("category")
    op.drop_table("account")
