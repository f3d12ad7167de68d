"""Which classes an office drew to be seen, by which seed, and what was found there."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inspection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(22), nullable=False),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("place_code", sa.String(12), nullable=False),
        sa.Column("minutes", sa.SmallInteger(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("seed", sa.String(32), nullable=False),
        sa.Column("frame", sa.JSON(), nullable=False),
        sa.Column("by_township", sa.Boolean(), nullable=False),
        sa.Column("unplaced", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_inspection_days_in_order")),
        sa.CheckConstraint("minutes BETWEEN 5 AND 480", name=op.f("ck_inspection_minutes_sensible")),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.{key}"], name=op.f(f"fk_inspection_{column}"), ondelete="RESTRICT"
            )
            for column, table, key in (
                ("region_code", "region", "code"),
                ("account_id", "account", "id"),
                ("place_code", "region", "code"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection")),
        sa.UniqueConstraint("public_id", name=op.f("uq_inspection_public_id")),
    )
    op.create_index(op.f("ix_inspection_region_code"), "inspection", ["region_code"])
    op.create_table(
        "inspection_visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(22), nullable=False),
        sa.Column("inspection_id", sa.Integer(), nullable=False),
        sa.Column("class_session_id", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("starts", sa.SmallInteger(), nullable=False),
        sa.Column("ends", sa.SmallInteger(), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=True),
        sa.Column("reason", sa.String(32), nullable=True),
        sa.Column("reason_text", sa.String(200), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('held', 'not_held', 'unreached')", name=op.f("ck_inspection_visit_outcome_known")
        ),
        sa.CheckConstraint(
            "reason IN ('farm_work', 'weather', 'teacher_away', 'power_cut', 'venue_taken', 'few_people', "
            "'holiday', 'meeting', 'other')",
            name=op.f("ck_inspection_visit_reason_known"),
        ),
        sa.CheckConstraint(
            "(outcome IS NULL) = (noted_at IS NULL)", name=op.f("ck_inspection_visit_noted_when")
        ),
        sa.CheckConstraint(
            "starts >= 0 AND ends <= 1440 AND ends - starts BETWEEN 10 AND 480",
            name=op.f("ck_inspection_visit_slot_sound"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.{key}"], name=op.f(f"fk_inspection_visit_{column}"), ondelete=ondelete
            )
            for column, table, key, ondelete in (
                ("inspection_id", "inspection", "id", "CASCADE"),
                ("class_session_id", "class_session", "id", "CASCADE"),
                ("region_code", "region", "code", "RESTRICT"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_visit")),
        sa.UniqueConstraint("public_id", name=op.f("uq_inspection_visit_public_id")),
        sa.UniqueConstraint(
            "inspection_id",
            "class_session_id",
            name=op.f("uq_inspection_visit_inspection_id_class_session_id"),
        ),
    )
    for column in ("inspection_id", "class_session_id", "region_code"):
        op.create_index(op.f(f"ix_inspection_visit_{column}"), "inspection_visit", [column])


def downgrade() -> None:
    """What was drawn and what was found is lost."""
    op.drop_table("inspection_visit")
    op.drop_table("inspection")
