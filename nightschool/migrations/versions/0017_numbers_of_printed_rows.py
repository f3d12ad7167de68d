"""What the row numbers of printed sign-in sheets mean."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sign_in_sheet",
        sa.Column("class_session_id", sa.Integer(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["class_session_id"],
            ["class_session.id"],
            name="fk_sign_in_sheet_class_session_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("class_session_id", name="pk_sign_in_sheet"),
    )


def downgrade() -> None:
    op.drop_table("sign_in_sheet")
