"""What the row numbers of printed sign-in sheets mean."""

import sqlalchemy as sa
from alembic import op

from nightschool.migrations.tables import refers

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "sign_in_sheet",
        sa.Column("class_session_id", sa.Integer(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        refers("sign_in_sheet", "class_session_id", "class_session.id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("class_session_id", name="pk_sign_in_sheet"),
    )


def downgrade() -> None:
    op.drop_table("sign_in_sheet")
