"""Which classes an office drew to be seen, by which seed, and what was found there."""

import sqlalchemy as sa
from alembic import op

from nightschool.migrations.tables import check, named, refers

revision = "0046"
down_revision = "0051"


def upgrade() -> None:
    op.create_table(
        "inspection",
        *named("inspection"),
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
        check("inspection", "days_in_order", "first_day <= last_day"),
        check("inspection", "minutes_sensible", "minutes BETWEEN 5 AND 480"),
        refers("inspection", "region_code", "region.code"),
        refers("inspection", "account_id", "account.id"),
        refers("inspection", "place_code", "region.code"),
    )
    op.create_index(op.f("ix_inspection_region_code"), "inspection", ["region_code"])
    op.create_table(
        "inspection_visit",
        *named("inspection_visit"),
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
        check("inspection_visit", "outcome_known", "outcome IN ('held', 'not_held', 'unreached')"),
        check(
            "inspection_visit",
            "reason_known",
            "reason IN ('farm_work', 'weather', 'teacher_away', 'power_cut', 'venue_taken', 'few_people', "
            "'holiday', 'meeting', 'other')",
        ),
        check("inspection_visit", "noted_when", "(outcome IS NULL) = (noted_at IS NULL)"),
        check(
            "inspection_visit",
            "slot_sound",
            "starts >= 0 AND ends <= 1440 AND ends - starts BETWEEN 10 AND 480",
        ),
        refers("inspection_visit", "inspection_id", "inspection.id", ondelete="CASCADE"),
        refers("inspection_visit", "class_session_id", "class_session.id", ondelete="CASCADE"),
        refers("inspection_visit", "region_code", "region.code"),
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
