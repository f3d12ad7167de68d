"""Which offers of a teacher are one trip."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0040"


def upgrade() -> None:
    with op.batch_alter_table("dispatch") as batch:
        batch.add_column(sa.Column("trip", sa.String(32), nullable=True))
        batch.create_index(op.f("ix_dispatch_trip"), ["trip"])


def downgrade() -> None:
    """The offers stay, each by itself."""
    with op.batch_alter_table("dispatch") as batch:
        batch.drop_index(op.f("ix_dispatch_trip"))
        batch.drop_column("trip")
