"""Alembic, one linear chain. Run by `nightschool.database.migrate`, never at import."""
