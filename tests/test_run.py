"""run.py, the first thing anybody starts: what it says, what it installs, and what it leaves alone.

The starts here are real ones, in a small checkout of their own whose lock holds one small wheel and needs no network.
"""

import ast
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import run

ROOT = Path(__file__).parents[1]
INSTALLING = "Installing Python packages"

NIGHTSCHOOL = "import os, sys, lamp; print('nightschool', sys.argv[1:], lamp.OIL, os.getcwd())"
PYTEST = "import os, sys; print('pytest', sys.argv[1:], os.getcwd())"


class Checkout:
    """A checkout in a folder whose name has a space and Chinese characters."""

    def __init__(self, parent: Path) -> None:
        self.root = parent / "农民 夜校"
        self.wheels = parent / "wheels"
        for folder in (self.root / "nightschool", self.root / "requirements", self.wheels):
            folder.mkdir(parents=True)
        self.write("run.py", (ROOT / "run.py").read_text(encoding="utf-8"))
        self.write("nightschool/__init__.py", "")
        self.write("nightschool/__main__.py", NIGHTSCHOOL)
        self.lock(self.make_wheel("1.0"))

    def write(self, name: str, content: str) -> None:
        (self.root / name).write_text(content, encoding="utf-8")

    def make_wheel(self, version: str) -> Path:
        """A package `lamp` of this version, which brings a `pytest` that only tells how it was called."""
        path = self.wheels / f"lamp-{version}-py3-none-any.whl"
        info = f"lamp-{version}.dist-info"
        with zipfile.ZipFile(path, "w") as wheel:
            wheel.writestr("lamp.py", f"OIL = {version!r}")
            wheel.writestr("pytest.py", PYTEST)
            wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: lamp\nVersion: {version}\n")
            wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{info}/RECORD", "")
        return path

    def lock(self, wheel: Path) -> None:
        """The locks name this wheel as it is now."""
        pin = f"lamp=={wheel.name.split('-')[1]} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"
        self.write("requirements/app.txt", pin)
        self.write("requirements/test.txt", pin)

    def begin(self, *words: str, folder: Path | None = None) -> subprocess.Popen[str]:
        """A start from some folder, on its way."""
        no_network = {
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": self.wheels.as_uri(),
            "PIP_CONFIG_FILE": os.devnull,
        }
        return subprocess.Popen(
            [sys.executable, str(self.root / "run.py"), *words],
            cwd=folder or self.root,
            env={**os.environ, **no_network, "PYTHONUTF8": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def start(self, *words: str, folder: Path | None = None) -> tuple[int, str, str]:
        """A start and what came of it: exit code, output, errors."""
        process = self.begin(*words, folder=folder)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout after its first whole start; an earlier one was broken off and left a folder without a stamp."""
    checkout = Checkout(tmp_path_factory.mktemp("installed"))
    (checkout.root / run.HOME.name).mkdir()
    (checkout.root / run.HOME.name / "half a package").touch()
    code, out, err = checkout.start("doctor")
    assert code == 0, err
    assert INSTALLING in out
    return checkout


@pytest.fixture
def checkout(installed: Checkout, tmp_path: Path) -> Checkout:
    """A copy of it that a test may change."""
    copy = Checkout(tmp_path)
    shutil.copytree(installed.root, copy.root, symlinks=True, dirs_exist_ok=True)
    return copy


# --- what it says -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [(3, 6), (3, 10)])
def test_too_old_a_python_is_told_in_both_languages_what_to_install(version: tuple[int, int]) -> None:
    with pytest.raises(run.Stop) as refusal:
        run.check_python(version, True)
    chinese, english = refusal.value.args
    assert f"{version[0]}.{version[1]}（64 位" in chinese
    assert "3.11 或更新的版本" in chinese
    assert f"{version[0]}.{version[1]} (64-bit" in english
    assert "install a 64-bit 3.11 or newer" in english


def test_a_32_bit_python_is_refused() -> None:
    with pytest.raises(run.Stop, match="32 位"):
        run.check_python((3, 13), False)


@pytest.mark.parametrize("version", [(3, 11), (3, 14), (4, 0)])
def test_a_python_new_enough_may_go_on(version: tuple[int, int]) -> None:
    run.check_python(version, True)


def test_a_python_as_old_as_3_6_can_read_the_file_far_enough_to_say_so() -> None:
    tree = ast.parse((ROOT / "run.py").read_text(encoding="utf-8"), feature_version=(3, 6))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    annotations = [node.returns for node in functions] + [
        arg.annotation for node in functions for arg in node.args.args
    ]
    assert not [ast.unparse(each) for each in annotations if isinstance(each, ast.Subscript | ast.BinOp)]


def test_a_full_disk_is_told_before_anything_is_installed() -> None:
    with pytest.raises(run.Stop) as refusal:
        run.check_space(99 * 2**20, run.locks_for("demo", ""))
    assert "还剩 99 MB" in refusal.value.args[0]
    assert "99 MB left" in refusal.value.args[1]
    run.check_space(400 * 2**20, run.locks_for("demo", ""))


def test_without_a_word_it_says_what_it_can_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main([]) == 2
    assert "python3 run.py demo" in capsys.readouterr().out


# --- which locks, and what they hold ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "database_url", "locks"),
    [
        ("demo", "", ["app"]),
        ("serve", "sqlite:///nightschool.db", ["app"]),
        ("serve", "postgresql://county.example/nightschool", ["app", "postgres"]),
        ("test", "", ["app", "test"]),
        ("check", "", ["app", "test"]),
        ("texts", "", ["app", "test"]),
    ],
)
def test_a_command_installs_no_more_than_it_needs(word: str, database_url: str, locks: list[str]) -> None:
    assert [lock.stem for lock in run.locks_for(word, database_url)] == locks
    assert all(lock.exists() for lock in run.locks_for(word, database_url))


def pins(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="ascii")
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ;]+)", text, re.MULTILINE))


@pytest.mark.parametrize("name", ["app", "clients", "postgres", "test"])
def test_a_lock_holds_hashes_and_no_address(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="ascii")
    assert "://" not in text
    assert not [line for line in text.splitlines() if line.startswith("-")]
    pinned = re.findall(r"^[a-z0-9-]+==", text, re.MULTILINE)
    assert len(re.findall(r"== *[^ ]+.* \\\n    --hash=sha256:", text)) == len(pinned)


@pytest.mark.parametrize("name", ["app", "postgres"])
def test_the_tests_run_on_the_very_versions_that_people_get(name: str) -> None:
    assert pins(name).items() <= pins("test").items()


@pytest.mark.parametrize(("lock", "extras"), [("app", []), ("postgres", ["postgres"]), ("test", ["test"])])
def test_a_lock_satisfies_what_the_project_asks_for(lock: str, extras: list[str]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [
        *project["dependencies"],
        *(line for extra in extras for line in project["optional-dependencies"][extra]),
    ]
    pinned = pins(lock)
    for requirement in map(Requirement, asked):
        assert requirement.specifier.contains(pinned[requirement.name]), requirement


# --- stamps -------------------------------------------------------------------------------------------------------


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "app.txt"
    path.write_text("lamp==1.0\n")
    return path


def stamped(folder: Path, content: str) -> dict[str, str]:
    (folder / "stamp").write_text(content)
    return run.read_stamp(folder / "stamp")


def test_what_was_installed_to_its_end_is_not_installed_again(tmp_path: Path, lock: Path) -> None:
    done = stamped(tmp_path, json.dumps({lock.name: run.fingerprint(lock)}))
    assert run.missing_from(done, [lock]) == []


def test_a_changed_lock_is_installed_again(tmp_path: Path, lock: Path) -> None:
    done = stamped(tmp_path, json.dumps({lock.name: run.fingerprint(lock)}))
    lock.write_text("lamp==1.1\n")
    assert run.missing_from(done, [lock]) == [lock]


def test_what_another_python_installed_does_not_count(tmp_path: Path, lock: Path) -> None:
    of_another = run.fingerprint(lock).replace(f"3.{sys.version_info[1]} ", "3.99 ", 1)
    assert stamped(tmp_path, json.dumps({lock.name: of_another})) == {}


def test_half_a_stamp_counts_as_none(tmp_path: Path, lock: Path) -> None:
    assert stamped(tmp_path, '{"app.txt": "3.1') == {}
    assert run.read_stamp(tmp_path / "never written") == {}


# --- real starts --------------------------------------------------------------------------------------------------


def test_the_words_are_handed_on_and_the_folder_stays_the_callers(
    installed: Checkout, tmp_path: Path
) -> None:
    (tmp_path / "lamp.py").write_text("raise SystemExit('imported from the current folder')")
    code, out, err = installed.start("demo", "--port", "8123", "--fresh", folder=tmp_path)
    assert (code, err) == (0, "")
    assert out == f"nightschool ['demo', '--port', '8123', '--fresh'] 1.0 {tmp_path}\n"


def test_a_broken_off_install_is_done_again_from_the_start(installed: Checkout) -> None:
    assert not (installed.root / run.HOME.name / "half a package").exists()


def test_tests_run_in_the_checkout_on_several_cores_with_the_further_words(
    installed: Checkout, tmp_path: Path
) -> None:
    for name in ("axe-core", "ical.js"):
        (installed.root / "tests/browser/node_modules" / name).mkdir(parents=True)
    _, out, _ = installed.start("test", "-k", "lunar", folder=tmp_path)
    workers = str(min((os.cpu_count() or 1) + 1, 8))
    assert out.splitlines()[-1] == f"pytest {['-n', workers, '-k', 'lunar']} {installed.root}"
    _, out, _ = installed.start("check", folder=tmp_path)
    assert out.splitlines()[-1] == f"pytest {['-n', workers, '-m', 'check']} {installed.root}"


def test_what_writes_generated_files_runs_in_the_checkout(installed: Checkout, tmp_path: Path) -> None:
    (installed.root / "tools").mkdir()
    installed.write("tools/texts.py", PYTEST.replace("'pytest'", "'texts'"))
    _, out, _ = installed.start("texts", folder=tmp_path)
    assert out.splitlines()[-1] == f"texts [] {installed.root}"


def test_packages_that_cannot_be_fetched_are_told_and_what_was_there_stays(checkout: Checkout) -> None:
    old_lock = (checkout.root / "requirements/app.txt").read_text()
    newer = checkout.make_wheel("2.0")
    checkout.lock(newer)
    away = newer.rename(newer.with_suffix(".away"))
    code, _, err = checkout.start("doctor")
    assert code == 1
    assert "取不到 Python 包" in err
    assert "check the network" in err

    checkout.write("requirements/app.txt", old_lock)
    code, out, _ = checkout.start("doctor")
    assert (code, INSTALLING in out, "['doctor'] 1.0" in out) == (0, False, True)

    checkout.lock(away.rename(newer))
    assert "['doctor'] 2.0" in checkout.start("doctor")[1]


def test_a_package_that_is_not_the_locked_one_is_not_installed(checkout: Checkout) -> None:
    newer = checkout.make_wheel("2.0")
    checkout.lock(newer)
    with zipfile.ZipFile(newer, "a") as wheel:
        wheel.writestr("added_on_the_way.py", "")
    code, out, err = checkout.start("doctor")
    assert code == 1
    assert "取来的包和锁定的不是同一个" in err
    assert "not the one that was locked" in err
    assert "nightschool [" not in out


def test_two_starts_at_once_do_not_get_into_each_others_way(checkout: Checkout) -> None:
    checkout.lock(checkout.make_wheel("2.0"))
    both = [checkout.begin("one"), checkout.begin("two")]
    told = [process.communicate(timeout=120)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert [text.splitlines()[-1].split(" 2.0 ")[0] for text in told] == [
        "nightschool ['one']",
        "nightschool ['two']",
    ]
    assert sum(INSTALLING in text for text in told) == 1
