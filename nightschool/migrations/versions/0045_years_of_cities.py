"""What the classes of a year come to in a city, added up from its months."""

from alembic import op

revision = "0045"
down_revision = "0044"

KIND = "label, region_code, category_code, status, reason"
SUMS = (
    *("sessions", "on_time", "attendances", "minutes", "person_minutes", "women", "women_counted", "over_60"),
    *("over_60_counted", "by_guests", "slips", "method", "method_points", "content", "content_points"),
    *("attitude", "attitude_points", "understood", "understood_points"),
)


def upgrade() -> None:
    op.execute(
        f"""
        INSERT INTO region_tally (level, span, {KIND}, {", ".join(SUMS)})
        SELECT level, substr(span, 1, 4), {KIND}, {", ".join(f"sum({name})" for name in SUMS)}
        FROM region_tally
        WHERE level = 'city' AND length(span) = 7
        GROUP BY level, substr(span, 1, 4), {KIND}
        """
    )


def downgrade() -> None:
    op.execute("DELETE FROM region_tally WHERE length(span) = 4")
