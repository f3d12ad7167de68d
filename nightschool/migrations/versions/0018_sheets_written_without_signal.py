"""Sheets that were written without signal: what their phone knew, and those that wait for somebody to look at them."""

import sqlalchemy as sa
from alembic import op

from nightschool.migrations.tables import named, refers

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    with op.batch_alter_table("submission") as batch:
        batch.add_column(sa.Column("clock_offset", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("replaces", sa.String(2000), nullable=True))
        batch.add_column(sa.Column("arrival", sa.Integer(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE submission SET arrival = ("
        " SELECT count(*) FROM submission AS other WHERE other.class_session_id = submission.class_session_id"
        " AND (other.received_at < submission.received_at"
        " OR (other.received_at = submission.received_at AND other.id <= submission.id)))"
    )
    with op.batch_alter_table("submission") as batch:
        batch.alter_column("arrival", server_default=None, existing_type=sa.Integer())
    op.add_column("login_session", sa.Column("pocket_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("login_session", sa.Column("pocket_waits", sa.Integer(), nullable=True))
    op.create_table(
        "waiting_sheet",
        *named("waiting_sheet"),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("class_session_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("why", sa.String(32), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("put_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.Column("is_taken", sa.Boolean(), nullable=True),
        refers("waiting_sheet", "region_code", "region.code"),
        refers("waiting_sheet", "class_session_id", "class_session.id"),
        refers("waiting_sheet", "submission_id", "submission.id"),
        refers("waiting_sheet", "settled_by_id", "account.id"),
        sa.UniqueConstraint("submission_id", name=op.f("uq_waiting_sheet_submission_id")),
    )
    op.create_index(op.f("ix_waiting_sheet_class_session_id"), "waiting_sheet", ["class_session_id"])
    op.create_index(op.f("ix_waiting_sheet_region_code"), "waiting_sheet", ["region_code"])


def downgrade() -> None:
    """What waits is lost, as are the clocks of phones; what counts stays as it is."""
    op.drop_table("waiting_sheet")
    op.drop_column("login_session", "pocket_waits")
    op.drop_column("login_session", "pocket_at")
    with op.batch_alter_table("submission") as batch:
        batch.drop_column("arrival")
        batch.drop_column("replaces")
        batch.drop_column("clock_offset")
