"""Which venues the other villages of a township may meet at, too."""

import sqlalchemy as sa
from alembic import op

from nightschool.migrations.columns import drop_columns

revision = "0057"
down_revision = "0046"


def upgrade() -> None:
    """Servers of the version before go on adding venues, and say nothing of it."""
    with op.batch_alter_table("venue") as batch:
        batch.add_column(sa.Column("for_township", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Each village meets at its own venues again; classes that meet at another's stay there."""
    drop_columns("venue", ("for_township",))
