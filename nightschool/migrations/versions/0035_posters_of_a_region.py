"""What is made after an answer is a table of classes, or the posters of a region."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    with op.batch_alter_table("export") as batch:
        batch.add_column(sa.Column("kind", sa.String(32), nullable=False, server_default="classes"))
        batch.create_check_constraint(op.f("ck_export_kind_known"), "kind IN ('classes', 'posters')")


def downgrade() -> None:
    """Posters can be made again from their classes."""
    op.execute("DELETE FROM export WHERE kind = 'posters'")
    with op.batch_alter_table("export") as batch:
        batch.drop_constraint(op.f("ck_export_kind_known"), type_="check")
        batch.drop_column("kind")
