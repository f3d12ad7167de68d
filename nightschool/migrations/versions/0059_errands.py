"""What is done after an answer is an errand, whatever it is: large tables, posters, rotas, and large lists."""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

from nightschool.migrations.tables import check, named, refers

revision = "0059"
down_revision = "0057"

_KEPT = ("rota", "region_import", "people_list")
_SILENT_FOR = timedelta(minutes=2)  # then nobody was at it any more


def upgrade() -> None:
    op.create_table(
        "errand",
        *named("errand"),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("region_code", sa.String(12), nullable=True),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(32), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("steps_done", sa.Integer(), nullable=False),
        sa.Column("steps_all", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        check("errand", "kind_known", "kind IN ('classes', 'posters', 'rota', 'mend', 'regions', 'people')"),
        check("errand", "state_known", "state IN ('open', 'stopping', 'done', 'failed')"),
        refers("errand", "account_id", "account.id"),
        refers("errand", "region_code", "region.code"),
    )
    going_on = sa.text("state IN ('open', 'stopping')")
    op.create_index(
        "ix_errand_due_at", "errand", ["due_at"], sqlite_where=going_on, postgresql_where=going_on
    )
    for table in _KEPT:
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("errand_id", sa.Integer(), nullable=True))
            batch.create_foreign_key(
                op.f(f"fk_{table}_errand_id"), "errand", ["errand_id"], ["id"], ondelete="SET NULL"
            )
    with op.batch_alter_table("rota") as batch:
        batch.add_column(sa.Column("is_whole", sa.Boolean(), nullable=False, server_default=sa.true()))
    _carry_over()
    op.drop_table("export")
    with op.batch_alter_table("rota") as batch:
        batch.drop_constraint(op.f("ck_rota_state_known"), type_="check")
        for column in ("state", "steps_done", "steps_all", "changed_at"):
            batch.drop_column(column)
    with op.batch_alter_table("region_import") as batch:
        batch.drop_constraint(op.f("ck_region_import_state_known"), type_="check")
        for column in ("state", "skip_bad", "steps_done", "steps_all", "changed_at"):
            batch.drop_column(column)


def _carry_over() -> None:
    """What was made can still be fetched; what was going on just now is taken up again, what broke off has failed."""
    connection = op.get_bind()
    now = connection.scalar(sa.select(sa.func.current_timestamp()))
    old, new = sa.MetaData(), sa.MetaData()
    old.reflect(connection, only=["export", *_KEPT])
    new.reflect(connection, only=["errand"])
    errand = new.tables["errand"]

    def state_of(row: sa.Row) -> str:
        state = {"making": "open", "applying": "open", "ready": "done"}.get(row.state, row.state)
        is_silent = abs(now - row.changed_at) > _SILENT_FOR
        return "failed" if state in ("open", "stopping") and is_silent else state

    def add(row: sa.Row, kind: str, asked: dict[str, object], **more: object) -> None:
        shared = ("public_id", "account_id", "steps_done", "steps_all", "made_at", "changed_at")
        values = {name: getattr(row, name) for name in shared}
        values |= {"kind": kind, "state": state_of(row), "asked": asked, "turns": 0, "due_at": row.made_at}
        connection.execute(errand.insert().values(**values, language="zh", **more))

    for row in connection.execute(old.tables["export"].select().order_by("id")):
        days = {"first": row.first_day.isoformat(), "last": row.last_day.isoformat()}
        add(row, row.kind, days, region_code=row.region_code, content=row.content)
    rota, lists = old.tables["rota"], old.tables["region_import"]
    connection.execute(rota.update().values(is_whole=rota.c.steps_done >= rota.c.steps_all))
    for row in connection.execute(rota.select().where(rota.c.state != "ready").order_by("id")):
        add(row, "mend" if row.rows else "rota", {"rota": row.public_id}, region_code=row.region_code)
    for row in connection.execute(lists.select().where(lists.c.state != "previewed").order_by("id")):
        how = {"upload": row.public_id, "skip_bad": bool(row.skip_bad), "takes_given": False}
        add(row, "regions", how)
    for table in (rota, lists):
        its = sa.select(errand.c.id).where(errand.c.public_id == table.c.public_id).scalar_subquery()
        connection.execute(table.update().values(errand_id=its))


def downgrade() -> None:
    """What was made is lost, and can be made again; rotas and lists stay, and what was going on with them has failed."""
    op.create_table(
        "export",
        *named("export"),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("steps_done", sa.Integer(), nullable=False),
        sa.Column("steps_all", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("kind", sa.String(32), nullable=False, server_default="classes"),
        check("export", "kind_known", "kind IN ('classes', 'posters')"),
        check("export", "state_known", "state IN ('making', 'ready', 'failed')"),
        refers("export", "account_id", "account.id"),
        refers("export", "region_code", "region.code"),
    )
    op.create_index(op.f("ix_export_account_id"), "export", ["account_id"])
    op.create_index(op.f("ix_export_region_code"), "export", ["region_code"])
    states = {
        "rota": ("making", "stopping", "ready", "failed"),
        "region_import": ("previewed", "applying", "done", "failed"),
    }
    for table in states:
        at_rest = "ready" if table == "rota" else "previewed"
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("state", sa.String(32), nullable=False, server_default=at_rest))
            batch.add_column(sa.Column("steps_done", sa.Integer(), nullable=False, server_default="1"))
            batch.add_column(sa.Column("steps_all", sa.Integer(), nullable=False, server_default="1"))
            batch.add_column(sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
            if table == "rota":
                batch.drop_column("is_whole")
            else:
                batch.add_column(
                    sa.Column("skip_bad", sa.Boolean(), nullable=False, server_default=sa.false())
                )
        op.execute(f"UPDATE {table} SET changed_at = made_at")
        for kept, was in (("done", "done"), ("failed", "failed"), ("open", "failed"), ("stopping", "failed")):
            now = "ready" if (table, was) == ("rota", "done") else was
            op.execute(
                f"UPDATE {table} SET state = '{now}' WHERE errand_id IN"
                f" (SELECT id FROM errand WHERE state = '{kept}')"
            )
    for table in _KEPT:
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(op.f(f"fk_{table}_errand_id"), type_="foreignkey")
            batch.drop_column("errand_id")
            if table in states:
                batch.alter_column("changed_at", nullable=False)
                told = ", ".join(f"'{state}'" for state in states[table])
                batch.create_check_constraint(op.f(f"ck_{table}_state_known"), f"state IN ({told})")
    op.drop_table("errand")
