"""Labels that classes bear: units that organise, and campaigns. How a class is given may follow from its venue.

Until now nobody could choose how a class is given: what stands there as a lecture was never said. The organiser of a
course was never filled in either.
"""

import sqlalchemy as sa
from alembic import op

from nightschool.migrations.tables import check, named, refers

revision = "0012"
down_revision = "0011"

BEARING = ("course", "class_session")
MODE = sa.String(length=32)


def upgrade() -> None:
    op.create_table(
        "label",
        *named("label"),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("search_keys", sa.String(length=400), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        check("label", "kind_known", "kind IN ('unit', 'campaign')"),
        refers("label", "region_code", "region.code"),
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
            check(f"{of}_label", "role_known", "role IN ('host', 'helper', 'campaign')"),
            refers(f"{of}_label", f"{of}_id", f"{of}.id", ondelete="CASCADE"),
            refers(f"{of}_label", "label_id", "label.id"),
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
