"""In what words a region's villages give notice."""

import sqlalchemy as sa
from alembic import op

from nightschool.migrations.tables import check, numbered, refers

revision = "0032"
down_revision = "0031"

_FORMS = [
    f"{channel}-{state}"
    for channel in ("chat", "loudspeaker", "short")
    for state in ("usual", "changed", "off")
]


def upgrade() -> None:
    op.create_table(
        "notice_text",
        *numbered("notice_text"),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("form", sa.String(32), nullable=False),
        sa.Column("text", sa.String(2000), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        check("notice_text", "form_known", f"form IN ({', '.join(repr(form) for form in _FORMS)})"),
        refers("notice_text", "region_code", "region.code"),
        sa.UniqueConstraint("region_code", "form", name=op.f("uq_notice_text_region_code_form")),
    )


def downgrade() -> None:
    """Notices are given in our words again."""
    op.drop_table("notice_text")
