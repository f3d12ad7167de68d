"""Answered forms and pages with secrets; failed logins are counted otherwise, so those of the last day are forgotten."""

import sqlalchemy as sa
from alembic import op

from nightschool.migrations.tables import named, numbered, refers

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "answered_form",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("once", sa.String(length=22), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        refers("answered_form", "account_id", "account.id"),
        sa.PrimaryKeyConstraint("account_id", "once", name="pk_answered_form"),
    )
    op.create_index("ix_answered_form_at", "answered_form", ["at"])
    op.create_table(
        "secret_page",
        *named("secret_page"),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        refers("secret_page", "account_id", "account.id"),
    )
    op.create_index("ix_secret_page_made_at", "secret_page", ["made_at"])
    op.drop_table("login_attempt")
    _create_login_attempt()


def downgrade() -> None:
    op.drop_table("login_attempt")
    _create_login_attempt(
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.CheckConstraint("kind IN ('password', 'slip')", name="ck_login_attempt_kind_known"),
    )
    op.drop_table("secret_page")
    op.drop_table("answered_form")


def _create_login_attempt(*kind: sa.schema.SchemaItem) -> None:
    op.create_table(
        "login_attempt",
        *numbered("login_attempt"),
        sa.Column("name_digest", sa.String(length=64), nullable=False),
        sa.Column("address_digest", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *kind,
    )
    for digest in ("address_digest", "name_digest"):
        op.create_index(f"ix_login_attempt_{digest}_at", "login_attempt", [digest, "at"])
