"""A list of regions comes in step by step: that one is not in to its end is known."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    with op.batch_alter_table("taken_list") as batch:
        batch.add_column(sa.Column("going_on", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("taken_list") as batch:
        batch.alter_column("going_on", server_default=None, existing_type=sa.Boolean())


def downgrade() -> None:
    """A list that was broken off counts as taken in."""
    with op.batch_alter_table("taken_list") as batch:
        batch.drop_column("going_on")
