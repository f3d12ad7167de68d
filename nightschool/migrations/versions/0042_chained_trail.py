"""The lines of the trail in a chain of digests; the next start links what there is."""

import sqlalchemy as sa
from alembic import op

from nightschool.migrations.tables import refers

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    op.create_table(
        "trail_link",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("audit_event_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        refers("trail_link", "audit_event_id", "audit_event.id"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_trail_link")),
        sa.UniqueConstraint("audit_event_id", name=op.f("uq_trail_link_audit_event_id")),
    )


def downgrade() -> None:
    """What the chain says stands in the backups that were made with it."""
    op.drop_table("trail_link")
