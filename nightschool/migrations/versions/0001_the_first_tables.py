"""The first tables."""

import sqlalchemy as sa
from alembic import op

from nightschool.migrations import guards
from nightschool.migrations.tables import check, named, numbered, refers

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


def upgrade() -> None:
    op.create_table(
        "account",
        *named("account"),
        sa.Column("login_name", sa.String(length=60), nullable=False),
        sa.Column("display_name", sa.String(length=60), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.UniqueConstraint("login_name", name=op.f("uq_account_login_name")),
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
        *numbered("login_attempt"),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name_digest", sa.String(length=64), nullable=False),
        sa.Column("address_digest", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        check("login_attempt", "kind_known", "kind IN ('password', 'slip')"),
    )
    op.create_index("ix_login_attempt_address_digest_at", "login_attempt", ["address_digest", "at"])
    op.create_index("ix_login_attempt_name_digest_at", "login_attempt", ["name_digest", "at"])

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
        check("region", "code_digits", "length(code) = 12 AND ltrim(code, '0123456789') = ''"),
        check("region", "level_known", "level IN ('province', 'city', 'county', 'township', 'village')"),
        check("region", "not_own_successor", "successor_code IS NULL OR successor_code <> code"),
        check("region", "dates_in_order", "valid_from IS NULL OR valid_to IS NULL OR valid_from <= valid_to"),
        refers("region", "parent_code", "region.code"),
        refers("region", "successor_code", "region.code"),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_region")),
    )
    op.create_index("ix_region_parent_code", "region", ["parent_code"])

    op.create_table(
        "audit_event",
        *numbered("audit_event"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=True),
        sa.Column("record", sa.String(length=60), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        refers("audit_event", "account_id", "account.id"),
    )
    op.create_index(op.f("ix_audit_event_account_id"), "audit_event", ["account_id"])
    op.create_index("ix_audit_event_record", "audit_event", ["record"])
    op.create_index("ix_audit_event_region_code_at", "audit_event", ["region_code", "at"])

    op.create_table(
        "kept_input",
        *named("kept_input"),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(length=500), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        refers("kept_input", "account_id", "account.id"),
    )
    op.create_index(op.f("ix_kept_input_account_id"), "kept_input", ["account_id"])

    op.create_table(
        "learner",
        *named("learner"),
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
        check("learner", "sex_known", "sex IN ('female', 'male')"),
        check("learner", "birth_year_sensible", "birth_year IS NULL OR birth_year BETWEEN 1900 AND 2100"),
        refers("learner", "region_code", "region.code"),
    )
    op.create_index("ix_learner_region_code_name_key", "learner", ["region_code", "group_number", "name_key"])

    op.create_table(
        "login_session",
        *numbered("login_session"),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=200), nullable=False),
        sa.Column("is_own_phone", sa.Boolean(), nullable=False),
        sa.Column("village_code", sa.String(length=12), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        refers("login_session", "account_id", "account.id"),
        sa.UniqueConstraint("token_digest", name=op.f("uq_login_session_token_digest")),
    )
    op.create_index(op.f("ix_login_session_account_id"), "login_session", ["account_id"])

    op.create_table(
        "login_slip",
        *numbered("login_slip"),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("code_digest", sa.String(length=64), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        refers("login_slip", "account_id", "account.id"),
        refers("login_slip", "made_by", "account.id"),
    )
    op.create_index(op.f("ix_login_slip_account_id"), "login_slip", ["account_id"])

    op.create_table(
        "posting",
        *numbered("posting"),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=True),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("to_day", sa.Date(), nullable=True),
        check("posting", "region_by_role", "(region_code IS NULL) = (role = 'system_administrator')"),
        check(
            "posting",
            "role_known",
            "role IN ('coordinator', 'supervisor', 'region_administrator', 'system_administrator')",
        ),
        check("posting", "days_in_order", "to_day IS NULL OR to_day >= from_day"),
        refers("posting", "account_id", "account.id"),
        refers("posting", "region_code", "region.code"),
    )
    op.create_index(op.f("ix_posting_account_id"), "posting", ["account_id"])
    op.create_index(op.f("ix_posting_region_code"), "posting", ["region_code"])

    op.create_table(
        "region_key",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("is_usual", sa.Boolean(), nullable=False),
        refers("region_key", "region_code", "region.code", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", "region_code", name=op.f("pk_region_key")),
    )
    op.create_index("ix_region_key_region_code", "region_key", ["region_code"])

    op.create_table(
        "region_name",
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("official_name", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        refers("region_name", "region_code", "region.code", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("region_code", "official_name", name=op.f("pk_region_name")),
    )
    op.create_table(
        "teacher",
        *named("teacher"),
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
        check(
            "teacher",
            "kind_known",
            "kind IN ('official', 'technician', 'academic', 'doctor', 'lawyer', 'local_expert', 'resident_cadre', 'volunteer')",
        ),
        refers("teacher", "region_code", "region.code"),
    )
    op.create_index(op.f("ix_teacher_region_code"), "teacher", ["region_code"])

    op.create_table(
        "venue",
        *named("venue"),
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
        check(
            "venue",
            "kind_known",
            "kind IN ('meeting_room', 'office', 'school', 'courtyard', 'bookroom', 'field', 'square', 'household', 'online')",
        ),
        check("venue", "seats_sensible", "seats IS NULL OR seats BETWEEN 1 AND 20000"),
        refers("venue", "region_code", "region.code"),
    )
    op.create_index(op.f("ix_venue_region_code"), "venue", ["region_code"])

    op.create_table(
        "course",
        *named("course"),
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
        check(
            "course",
            "delivery_mode_known",
            "delivery_mode IN ('lecture', 'demo', 'field', 'courtyard', 'discussion', 'video', 'online', 'home')",
        ),
        check("course", "kind_known", "kind IN ('open_lecture', 'cohort')"),
        check("course", "slot_sound", "starts >= 0 AND ends <= 1440 AND ends - starts BETWEEN 10 AND 480"),
        refers("course", "category_code", "category.code"),
        refers("course", "region_code", "region.code"),
        refers("course", "venue_id", "venue.id"),
    )
    op.create_index(op.f("ix_course_region_code"), "course", ["region_code"])

    op.create_table(
        "night_school",
        *numbered("night_school"),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("institution_name", sa.String(length=60), nullable=True),
        sa.Column("principal", sa.String(length=60), nullable=False),
        sa.Column("contact_name", sa.String(length=60), nullable=False),
        sa.Column("contact_phone", sa.String(length=60), nullable=False),
        sa.Column("usual_venue_id", sa.Integer(), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        refers("night_school", "region_code", "region.code"),
        refers("night_school", "usual_venue_id", "venue.id", ondelete="SET NULL"),
        sa.UniqueConstraint("region_code", name=op.f("uq_night_school_region_code")),
    )
    op.create_table(
        "class_session",
        *named("class_session"),
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
        check(
            "class_session", "successor_when_postponed", "(status = 'postponed') = (successor_id IS NOT NULL)"
        ),
        check(
            "class_session",
            "delivery_mode_known",
            "delivery_mode IN ('lecture', 'demo', 'field', 'courtyard', 'discussion', 'video', 'online', 'home')",
        ),
        check(
            "class_session",
            "reason_known",
            "reason IN ('farm_work', 'weather', 'teacher_away', 'power_cut', 'venue_taken', 'few_people', 'holiday', 'meeting', 'other')",
        ),
        check("class_session", "draft_unpublished", "status <> 'draft' OR published_at IS NULL"),
        check(
            "class_session",
            "status_known",
            "status IN ('draft', 'scheduled', 'held', 'cancelled', 'postponed')",
        ),
        check(
            "class_session", "reason_given", "status NOT IN ('cancelled', 'postponed') OR reason IS NOT NULL"
        ),
        check(
            "class_session", "slot_sound", "starts >= 0 AND ends <= 1440 AND ends - starts BETWEEN 10 AND 480"
        ),
        check("class_session", "not_own_successor", "successor_id IS NULL OR successor_id <> id"),
        refers("class_session", "category_code", "category.code"),
        refers("class_session", "course_id", "course.id"),
        refers("class_session", "region_code", "region.code"),
        refers("class_session", "successor_id", "class_session.id"),
        refers("class_session", "venue_id", "venue.id"),
        sa.UniqueConstraint("successor_id", name=op.f("uq_class_session_successor_id")),
    )
    op.create_index(op.f("ix_class_session_course_id"), "class_session", ["course_id"])
    op.create_index("ix_class_session_day_region_code", "class_session", ["day", "region_code"])
    op.create_index("ix_class_session_region_code_day", "class_session", ["region_code", "day", "starts"])
    op.create_index(op.f("ix_class_session_venue_id"), "class_session", ["venue_id"])

    op.create_table(
        "course_teacher",
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("teacher_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        refers("course_teacher", "course_id", "course.id", ondelete="CASCADE"),
        refers("course_teacher", "teacher_id", "teacher.id"),
        sa.PrimaryKeyConstraint("course_id", "teacher_id", name=op.f("pk_course_teacher")),
    )
    op.create_index(op.f("ix_course_teacher_teacher_id"), "course_teacher", ["teacher_id"])

    op.create_table(
        "booking",
        *numbered("booking"),
        sa.Column("resource_kind", sa.String(length=32), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("starts", sa.SmallInteger(), nullable=False),
        sa.Column("ends", sa.SmallInteger(), nullable=False),
        sa.Column("class_session_id", sa.Integer(), nullable=False),
        check("booking", "resource_kind_known", "resource_kind IN ('teacher', 'venue')"),
        check("booking", "slot_sound", "starts >= 0 AND ends <= 1440 AND ends - starts BETWEEN 10 AND 480"),
        refers("booking", "class_session_id", "class_session.id", ondelete="CASCADE"),
        sa.UniqueConstraint(
            "class_session_id",
            "resource_kind",
            "resource_id",
            name=op.f("uq_booking_class_session_id_resource_kind_resource_id"),
        ),
    )
    op.create_index(op.f("ix_booking_class_session_id"), "booking", ["class_session_id"])
    op.create_index("ix_booking_resource_day", "booking", ["resource_kind", "resource_id", "day", "starts"])

    op.create_table(
        "class_session_teacher",
        sa.Column("class_session_id", sa.Integer(), nullable=False),
        sa.Column("teacher_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        refers("class_session_teacher", "class_session_id", "class_session.id", ondelete="CASCADE"),
        refers("class_session_teacher", "teacher_id", "teacher.id"),
        sa.PrimaryKeyConstraint("class_session_id", "teacher_id", name=op.f("pk_class_session_teacher")),
    )
    op.create_index(op.f("ix_class_session_teacher_teacher_id"), "class_session_teacher", ["teacher_id"])

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
        check("submission", "kind_known", "kind IN ('sheet', 'void')"),
        refers("submission", "account_id", "account.id"),
        refers("submission", "class_session_id", "class_session.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
    )
    op.create_index(op.f("ix_submission_class_session_id"), "submission", ["class_session_id"])

    op.create_table(
        "guest",
        *numbered("guest"),
        sa.Column("class_session_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("superseded_by", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("home", sa.String(length=60), nullable=False),
        refers("guest", "class_session_id", "class_session.id"),
        refers("guest", "submission_id", "submission.id"),
        refers("guest", "superseded_by", "submission.id"),
    )
    op.create_index(op.f("ix_guest_class_session_id"), "guest", ["class_session_id"])

    op.create_table(
        "headcount",
        *numbered("headcount"),
        sa.Column("class_session_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("superseded_by", sa.Uuid(), nullable=True),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("women", sa.Integer(), nullable=True),
        sa.Column("over_60", sa.Integer(), nullable=True),
        sa.Column("unnamed_guests", sa.Integer(), nullable=False),
        check("headcount", "over_60_sensible", "over_60 IS NULL OR over_60 BETWEEN 0 AND 20000"),
        check("headcount", "total_sensible", "total IS NULL OR total BETWEEN 0 AND 20000"),
        check("headcount", "unnamed_guests_sensible", "unnamed_guests BETWEEN 0 AND 20000"),
        check("headcount", "women_sensible", "women IS NULL OR women BETWEEN 0 AND 20000"),
        refers("headcount", "class_session_id", "class_session.id"),
        refers("headcount", "submission_id", "submission.id"),
        refers("headcount", "superseded_by", "submission.id"),
    )
    op.create_index(
        "uq_headcount_current",
        "headcount",
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
        check(
            "mark",
            "status_known",
            "status IN ('present', 'late', 'excused', 'absent', 'substitute', 'makeup')",
        ),
        refers("mark", "class_session_id", "class_session.id"),
        refers("mark", "learner_id", "learner.id"),
        refers("mark", "submission_id", "submission.id"),
        sa.PrimaryKeyConstraint("class_session_id", "learner_id", name=op.f("pk_mark")),
    )
    op.create_index(op.f("ix_mark_learner_id"), "mark", ["learner_id"])

    op.create_table(
        "mark_event",
        *numbered("mark_event"),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("class_session_id", sa.Integer(), nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=True),
        sa.Column("before", sa.String(length=32), nullable=True),
        check(
            "mark_event",
            "before_known",
            "before IN ('present', 'late', 'excused', 'absent', 'substitute', 'makeup')",
        ),
        check(
            "mark_event",
            "status_known",
            "status IN ('present', 'late', 'excused', 'absent', 'substitute', 'makeup')",
        ),
        refers("mark_event", "class_session_id", "class_session.id"),
        refers("mark_event", "learner_id", "learner.id"),
        refers("mark_event", "submission_id", "submission.id"),
    )
    op.create_index(op.f("ix_mark_event_class_session_id"), "mark_event", ["class_session_id"])
    op.create_index(op.f("ix_mark_event_learner_id"), "mark_event", ["learner_id"])
    op.create_index(op.f("ix_mark_event_submission_id"), "mark_event", ["submission_id"])

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
    op.drop_table("mark_event")
    op.drop_table("mark")
    op.drop_table("headcount")
    op.drop_table("guest")
    op.drop_table("submission")
    op.drop_table("class_session_teacher")
    op.drop_table("booking")
    op.drop_table("course_teacher")
    op.drop_table("class_session")
    op.drop_table("night_school")
    op.drop_table("course")
    op.drop_table("venue")
    op.drop_table("teacher")
    op.drop_table("region_name")
    op.drop_table("region_key")
    op.drop_table("posting")
    op.drop_table("login_slip")
    op.drop_table("login_session")
    op.drop_table("learner")
    op.drop_table("kept_input")
    op.drop_table("audit_event")
    op.drop_table("region")
    op.drop_table("login_attempt")
    op.drop_table("category")
    op.drop_table("account")
