"""Alembic's entry: works on the connection `nightschool.database.migrate` hands over, in its transaction."""

from alembic import context

from nightschool.models import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    transactional_ddl=False,
)
context.run_migrations()
