"""Where an officer wants the weekly digest mailed to, and up to which day that was done."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0035"


def upgrade() -> None:
    op.add_column("account", sa.Column("mail_address", sa.String(400), nullable=True))
    op.add_column("account", sa.Column("mailed_through", sa.Date(), nullable=True))


def downgrade() -> None:
    """Nothing is mailed any more; the digest stays as a page and a feed."""
    op.drop_column("account", "mailed_through")
    op.drop_column("account", "mail_address")
