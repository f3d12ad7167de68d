"""Labels that classes bear: units that organise, and campaigns. How a class is given may follow from its venue.

Until now nobody could choose how a class is given: what stands there as a lecture was never said. The organiser of a
course was never filled in either.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BEARING = ("course", "class_session")
MODE = sa.String(length=32)


def upgrade() -> None:
    op.create_table(
        "label",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("search_keys", sa.String(length=400), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('unit', 'campaign')", name=op.f("ck_label_kind_known")),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name="fk_label_region_code", ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_label"),
        sa.UniqueConstraint("public_id", name="uq_label_public_id"),
        sa.UniqueConstraint("region_code", "kind", "name", name="uq_label_region_code_kind_name"),
    )
    op.create_index("ix_label_region_code", "label", ["region_code"])
    for of in BEARING:
        op.create_table(
            f"{of}_label",
            sa.Column(f"{of}_id", sa.Integer(), nullable=False),
            sa.Column("label_id", sa.Integer(), nullable=False),
            sa.Column("role", sa.String(length=32), nullable=False),
            sa.Column("position", sa.Integer(), nullable=False),
            sa.CheckConstraint(
                "role IN ('host', 'helper', 'campaign')", name=op.f(f"ck_{of}_label_role_known")
            ),
            sa.ForeignKeyConstraint(
                [f"{of}_id"], [f"{of}.id"], name=f"fk_{of}_label_{of}_id", ondelete="CASCADE"
            ),
            sa.ForeignKeyConstraint(
                ["label_id"], ["label.id"], name=f"fk_{of}_label_label_id", ondelete="RESTRICT"
            ),
            sa.PrimaryKeyConstraint(f"{of}_id", "label_id", name=f"pk_{of}_label"),
        )
        op.create_index(f"ix_{of}_label_label_id", f"{of}_label", ["label_id"])
        with op.batch_alter_table(of) as batch:
            batch.alter_column("delivery_mode", existing_type=MODE, nullable=True)
            if of == "course":
                batch.drop_column("organiser")
        op.execute(f"UPDATE {of} SET delivery_mode = NULL")


def downgrade() -> None:
    """How a class is given is a lecture where it was not said; units and campaigns are forgotten."""
    for of in reversed(BEARING):
        op.execute(f"UPDATE {of} SET delivery_mode = 'lecture' WHERE delivery_mode IS NULL")
        with op.batch_alter_table(of) as batch:
            batch.alter_column("delivery_mode", existing_type=MODE, nullable=False)
            if of == "course":
                batch.add_column(
                    sa.Column("organiser", sa.String(length=200), nullable=False, server_default="")
                )
        op.drop_table(f"{of}_label")
    op.drop_table("label")
