"""Whether the tests notice when a rule or an action is wrong: small faults are planted, one at a time.

    python -m bench.mutants [--sample 150] [--seed 1] [--far 8] [MODULE ...]

A fault that no test notices is a survivor, and is printed. The tests nearest to the module come first, then those of
the modules that use it. Everything happens in a copy: this checkout is never wrong, whenever the program is stopped.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import json
import multiprocessing
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from importlib.util import cache_from_source
from pathlib import Path

import pytest

from tools import apart

ROOT = Path(__file__).parents[1]
SHELVES = ("rules", "actions")
COPIED = ("nightschool", "templates", "tests", "tools", "pyproject.toml", "run.py", "README.md", "docs")
LEFT_OUT = {"browser", "clients", "cli"}  # folders of tests that start whole programs
WHOLE = ("tests/rules/test_limits.py", "tests/rules/test_codes.py")  # what they try is in every module
ORDER = ("rules", "actions", "queries", "formats", "web")  # the quickest tests first
NO_TEST = 5  # what pytest ends with when it ran none
LONGEST = 200  # seconds for one test; with a mutant it may never end
GOAL = 90

# Tests run in processes that start with other people's packages imported, which takes longer than most tests.
FRESH = multiprocessing.get_context("forkserver")
FRESH.set_forkserver_preload(["alembic", "flask_wtf", "openpyxl", "pypinyin", "pytest", "sqlalchemy.orm"])


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module with one fault in it."""

    module: str  # its path in the checkout
    right: str  # its source
    wrong: str

    def diff(self) -> str:
        """What is wrong in it, in the lines around."""
        sources = (self.right.splitlines(), self.wrong.splitlines())
        return "\n".join(list(difflib.unified_diff(*sources, lineterm="", n=1))[2:])


@dataclass(slots=True)
class Imports:
    """Which files of the checkout use which modules."""

    users: dict[str, set[Path]] = field(default_factory=lambda: defaultdict(set))  # by dotted name

    @classmethod
    def read(cls) -> Imports:
        """What the code and its tests import, as it stands now."""
        found = cls()
        for folder in ("nightschool", "tests"):
            for path in sorted((ROOT / folder).rglob("*.py")):
                for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                    if isinstance(node, ast.ImportFrom) and node.module:
                        found.users[node.module].add(path)
                        for name in node.names:
                            found.users[f"{node.module}.{name.name}"].add(path)
        return found

    def nearest_tests(self, module: Path, most: int) -> tuple[list[Path], list[Path]]:
        """The tests on the module's own shelf that carry its name, and those of every module; and so many of the next.

        These carry its name on other shelves, or import it, or carry the name of what uses it.
        """
        own = ROOT / "tests" / module.relative_to(ROOT / "nightschool").parts[0]
        named, using = tests_named(module), self._tests_using(module)
        users = [path for path in self.users[dotted(module)] if path.is_relative_to(ROOT / "nightschool")]
        every = dict.fromkeys([*named, *using, *(test for user in users for test in tests_named(user))])
        near = [path for path in named if path.is_relative_to(own)] or using[:1]
        near += [ROOT / path for path in WHOLE]
        return near, [path for path in every if path not in near][:most]

    def _tests_using(self, module: Path) -> list[Path]:
        found = (path for path in self.users[dotted(module)] if path.stem.startswith("test_"))
        return sorted((path for path in found if not LEFT_OUT & set(path.parts)), key=_quickest)


def tests_named(module: Path) -> list[Path]:
    """The tests that carry the module's name, on whatever shelf, the quickest first."""
    found = (ROOT / "tests").rglob(f"test_{module.stem}.py")
    return sorted((path for path in found if not LEFT_OUT & set(path.parts)), key=_quickest)


def dotted(module: Path) -> str:
    return ".".join(module.relative_to(ROOT).with_suffix("").parts)


def _quickest(path: Path) -> tuple[int, str]:
    shelf = path.relative_to(ROOT / "tests").parts[0]
    return ORDER.index(shelf) if shelf in ORDER else len(ORDER), str(path)


class Copy:
    """A copy of the checkout in which modules are made wrong and tests are run, on SQLite."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in COPIED:
            copied = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copied(ROOT / name, folder / name)
        self.told = folder / "told"  # by the last tests
        self.are_right: set[str] = set()  # tests that pass without a mutant

    def notices(self, mutant: Mutant, tests: list[Path]) -> bool:
        """Whether one of these tests fails with this mutant, and passes without it."""
        if not tests:
            return False
        self._write(mutant.module, mutant.wrong)
        try:
            failed = self._failed(str(path.relative_to(ROOT)) for path in tests)
        finally:
            self._write(mutant.module, mutant.right)
        if failed and failed not in self.are_right:
            if self._failed([failed]):
                raise SystemExit(f"fails without any mutant: {failed}\n{self.told.read_text('utf-8')}")
            self.are_right.add(failed)
        return bool(failed)

    def _write(self, module: str, source: str) -> None:
        path = self.folder / module
        path.write_text(source, "utf-8")
        # Python takes a compiled module for current that has the source's size and second, which a mutant may have.
        Path(cache_from_source(str(path))).unlink(missing_ok=True)

    def _failed(self, tests: Iterable[str]) -> str:
        """The first of them that fails, be it because it never ends; empty: all pass."""
        wanted = list(tests)
        process = FRESH.Process(target=_run, args=(self.folder, wanted, self.told))
        process.start()
        process.join()
        if process.exitcode in (0, NO_TEST):
            return ""
        found = re.search(r"^(?:FAILED|ERROR) ([^\s\[]+)", self.told.read_text("utf-8"), re.MULTILINE)
        return found[1] if found else wanted[0]


def _run(folder: Path, tests: list[str], told: Path) -> None:
    """Ends this process as pytest ends. Nothing of the night school is imported before, and then from the folder."""
    os.chdir(folder)
    sys.path[:] = [str(folder), *(entry for entry in sys.path if Path(entry or ".").resolve() != ROOT)]
    os.environ["PYTHONPATH"] = str(folder)
    words = ["-x", "-q", "--tb=no", "-k", "not postgresql"]
    for option in ("cache_dir=.pytest", f"faulthandler_timeout={LONGEST}", "faulthandler_exit_on_timeout=1"):
        words += ["-o", option]
    with told.open("w", encoding="utf-8") as out, redirect_stdout(out), redirect_stderr(out):
        code = pytest.main([*words, *tests])
    os._exit(code)


def draw(seed: int, how_many: int, modules: list[str]) -> tuple[int, list[Mutant]]:
    """How many places can be made wrong, and this many mutants, each of another place."""
    python = apart.programs("mutants") / "python"
    script = str(ROOT / "bench" / "_mutations.py")
    command = [str(python), script, str(ROOT), str(seed), str(how_many), *modules]
    done = subprocess.run(command, cwd=ROOT, env=apart.OWN, stdout=subprocess.PIPE, check=True)
    drawn = json.loads(done.stdout)
    return drawn["places"], [Mutant(**one) for one in drawn["mutants"]]


def named(words: list[str]) -> list[str]:
    """The modules of both shelves, or those of them in whose path one of the words stands."""
    every = [
        str(path.relative_to(ROOT))
        for shelf in SHELVES
        for path in sorted((ROOT / "nightschool" / shelf).rglob("*.py"))
        if path.name != "__init__.py"
    ]
    return [path for path in every if not words or any(word in path for word in words)]


def main() -> int:
    """Prints the survivors as they are found, then the share that was noticed, by module and in all."""
    parser = argparse.ArgumentParser(
        description="Whether the tests notice small faults in rules and actions."
    )
    parser.add_argument("--sample", type=int, default=150, help="how many faults; 0: all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--far", type=int, default=8, help="files of tests to ask after the nearest noticed nothing"
    )
    parser.add_argument("modules", nargs="*", help="part of a path, for example actions/plans")
    asked = parser.parse_args()
    begun, imports = time.monotonic(), Imports.read()
    with tempfile.TemporaryDirectory(prefix="nightschool-mutants-") as folder:
        copy = Copy(Path(folder))
        try:
            count, mutants = draw(asked.seed, asked.sample, named(asked.modules))
        except apart.CannotInstall as error:
            raise SystemExit(f"mutmut cannot be installed here: {error}") from None
        planted, noticed = Counter(mutant.module for mutant in mutants), Counter[str]()
        for number, mutant in enumerate(mutants, 1):
            print(f"{number} of {len(mutants)}: {mutant.module}", file=sys.stderr, flush=True)
            near, far = imports.nearest_tests(ROOT / mutant.module, asked.far)
            if copy.notices(mutant, near) or copy.notices(mutant, far):
                noticed[mutant.module] += 1
            else:
                print(f"\nsurvived: {mutant.module}\n{mutant.diff()}", flush=True)
    print()
    for module in sorted(planted):
        print(f"{noticed[module]:4} of {planted[module]:3}  {module}")
    share = 100 * noticed.total() / max(1, planted.total())
    print(f"{noticed.total():4} of {planted.total():3}  in all: {share:.0f} % noticed, goal {GOAL} %")
    print(
        f"One fault at {len(mutants)} of {count} places, seed {asked.seed}, {time.monotonic() - begun:.0f} s."
    )
    return 0 if share >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
