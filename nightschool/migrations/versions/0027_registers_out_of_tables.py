"""Registers of past classes come out of tables too, as people do."""

from alembic import op

from nightschool.migrations.tables import know

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    know("people_list", "kind", "learner", "teacher", "register")


def downgrade() -> None:
    """The registers stay; only that they came from tables is forgotten."""
    op.execute("DELETE FROM people_list WHERE kind = 'register'")
    know("people_list", "kind", "learner", "teacher")
