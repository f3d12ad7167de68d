"""The wheel holds everything: installed elsewhere, it migrates, imports villages and serves pages, away from the checkout."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

ASK = """
import json, os
from click.testing import CliRunner
from nightschool.cli import cli
from nightschool.database import Database
from nightschool.sealing import Sealer
from nightschool.settings import from_environment
from nightschool.web.app import PACKAGE, create_app
regions = PACKAGE / "data" / "regions-neijiang-2023.csv"
imported = CliRunner().invoke(cli, ["regions", "import", str(regions), "--as-of", "2023-06-30"])
settings = from_environment(os.environ)
database = Database(settings.database_url, sealer=Sealer(settings.keys.sealing))
browser = create_app(settings, database).test_client()
pages = {path: browser.get(path) for path in ("/", "/?q=swc&lang=en", "/v/511002105201", "/login", "/healthz")}
style = next(part for part in pages["/"].text.split('"') if "app.css" in part)
print(json.dumps({
    "package": str(PACKAGE),
    "import": imported.exit_code,
    "statuses": {path: answer.status_code for path, answer in pages.items()} | {"style": browser.get(style).status_code},
    "english": "Large text" in pages["/?q=swc&lang=en"].text and "大字" not in pages["/?q=swc&lang=en"].text,
    "village": pages["/v/511002105201"].text.count("狮湾村") > 0,
}))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    [made] = folder.glob("*.whl")
    return made


def test_the_wheel_holds_templates_texts_migrations_and_data(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for name in (
        "nightschool/templates/base.html",
        "nightschool/web/static/app.css",
        "nightschool/translations/en/LC_MESSAGES/messages.po",
        "nightschool/data/regions-neijiang-2017.csv",
    ):
        assert name in names
    migrations = {name for name in names if name.startswith("nightschool/migrations/versions/0")}
    assert len(migrations) == len(list((ROOT / "nightschool/migrations/versions").glob("0*.py")))
    assert not any(name.startswith(("tests/", "bench/")) for name in names)


def test_installed_elsewhere_it_runs_without_the_checkout(wheel: Path, tmp_path: Path) -> None:
    import json

    place = tmp_path / "installed"
    zipfile.ZipFile(wheel).extractall(place)  # what pip does with a wheel of plain Python
    environment = {**os.environ, "PYTHONPATH": str(place), "NIGHTSCHOOL_DATA": str(tmp_path / "data")}
    told = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    found = json.loads(told.stdout)
    assert Path(found["package"]) == place / "nightschool"
    assert found["import"] == 0
    assert set(found["statuses"].values()) == {200}, found["statuses"]
    assert found["english"] and found["village"]
