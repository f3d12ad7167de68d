"""Registers of past classes come out of tables too, as people do."""

from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    _know_kinds("learner", "teacher", "register")


def downgrade() -> None:
    """The registers stay; only that they came from tables is forgotten."""
    op.execute("DELETE FROM people_list WHERE kind = 'register'")
    _know_kinds("learner", "teacher")


def _know_kinds(*kinds: str) -> None:
    name = op.f("ck_people_list_kind_known")
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("people_list") as batch:
        batch.drop_constraint(name, type_="check")
        batch.create_check_constraint(name, f"kind IN ({listed})")
