"""Keeps what the demonstration of a released schema enters, for the tests to migrate ever after.

Run `PYTHONPATH=. .venv/bin/python tools/old_database.py`; it writes tests/old_databases/NUMBER-demo.json.gz, the
rows by table.
"""

import gzip
import json
import tempfile
from pathlib import Path

from sqlalchemy import text

from nightschool.cli import demo_data
from nightschool.cli.installation import Installation
from nightschool.database import Database, migrate
from nightschool.models import Base
from nightschool.sealing import Sealer
from nightschool.settings import from_environment, sqlite_url

KEPT = Path(__file__).resolve().parent.parent / "tests" / "old_databases"


def main() -> None:
    """The file is written anew."""
    with tempfile.TemporaryDirectory() as folder:
        settings = from_environment({"NIGHTSCHOOL_DATA": folder})
        database = Database(sqlite_url(Path(folder) / "demo.db"), sealer=Sealer(settings.keys.sealing))
        migrate(database)
        demo_data.build(Installation(settings, database), say=print)
        with database.engine.connect() as connection:
            number = connection.scalar(text("SELECT version_num FROM alembic_version"))
            rows = {
                name: [dict(row._mapping) for row in connection.execute(text(f"SELECT * FROM {name}"))]
                for name in sorted(Base.metadata.tables)
            }
        database.dispose()
    packed = gzip.compress(json.dumps(rows, ensure_ascii=False).encode(), 9, mtime=0)
    (KEPT / f"{number}-demo.json.gz").write_bytes(packed)
    print(f"{number}: {sum(map(len, rows.values()))} rows, {len(packed) // 1024} kB")


if __name__ == "__main__":
    main()
