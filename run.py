#!/usr/bin/env python3
"""Run the night school with nothing but Python:

    python3 run.py demo     a night school with invented people, on http://127.0.0.1:8000
    python3 run.py serve    the real thing, on your own database
    python3 run.py test     the whole test suite; what follows is handed to pytest
    python3 run.py check    was anything forgotten? the tests that find that out within a minute, and what to do then
    python3 run.py scan     lines that this house forbids, and known flaws in the locks (400 MB the first time)
    python3 run.py texts    what is still to be translated; map, pictures, taps: docs/ as the code is; format: the style
    python3 run.py ...      anything else is a command of the night school itself, for example: doctor

The first start installs what is needed into the folder .venv beside this file; later starts only read a stamp.
From a mirror: set PIP_INDEX_URL. Without a network: set PIP_NO_INDEX=1 and PIP_FIND_LINKS=folder-of-wheels.
"""
# A Python as old as 3.6 must still be able to read this file and say in one sentence that it is too old:
# hence no newer syntax, and annotations that only newer Pythons understand stand in quotes.

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import sysconfig
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

OLDEST_PYTHON = (3, 11)
MEGABYTES = {"app": 320, "postgres": 50, "test": 750}  # what a lock takes, downloads included
TESTS = {"test": [], "check": ["-m", "check"]}  # and which of them
TOOLS = {
    "scan": "tools.scan",
    "texts": "tools.texts",
    "map": "tools.map",
    "pictures": "tools.pictures",
    "taps": "tools.taps",
    "format": "tools.style",
}

ROOT = Path(__file__).resolve().parent
BROWSER_TESTS = ROOT / "tests" / "browser"

# Some distributions package Python without the means to make a .venv; there, packages go to a plain folder.
CAN_MAKE_VENV = find_spec("ensurepip") is not None
HOME = ROOT / (".venv" if CAN_MAKE_VENV else ".deps")
PYTHON = (
    HOME / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if CAN_MAKE_VENV
    else Path(sys.executable)
)
MADE_FOR = "%d.%d %s" % (sys.version_info[0], sys.version_info[1], sysconfig.get_platform())
STAMP = HOME / "nightschool-stamp.json"


class Stop(Exception):
    """Why we cannot go on and what to do about it: one sentence in Chinese, the same in English."""


def main(words: "list[str]") -> int:
    """The command has run, or one plain sentence has said why it could not."""
    if not words or words[0] in ("-h", "--help"):
        print(__doc__)
        return 0 if words else 2
    try:
        check_python(sys.version_info[:2], sys.maxsize > 2**32)
        prepare(locks_for(words[0], os.environ.get("NIGHTSCHOOL_DATABASE_URL", "")))
        if words[0] == "test":
            fetch_javascript()
        if words[0] in TESTS:
            # One more than there are cores: a browser or a database is waited for most of the time.
            workers = str(min((os.cpu_count() or 1) + 1, 8))
            return hand_over(ROOT, "pytest", "-n", workers, *TESTS[words[0]], *words[1:])
        if words[0] in TOOLS:
            return hand_over(ROOT, TOOLS[words[0]], *words[1:])
        return hand_over(Path.cwd(), "nightschool", *words)
    except Stop as stop:
        chinese, english = stop.args
    except OSError as error:
        chinese, english = explained(str(error)).args
    except KeyboardInterrupt:
        return 130
    print("\n%s\n%s" % (chinese, english), file=sys.stderr)
    return 1


def check_python(version: "tuple[int, ...]", is_64_bit: bool) -> None:
    """This Python can run the night school. Raises Stop if it cannot."""
    if version < OLDEST_PYTHON or not is_64_bit:
        found = (version[0], version[1], 64 if is_64_bit else 32, sys.executable)
        raise Stop(
            "这里的 Python 是 %d.%d（%d 位，%s）；要用 64 位的 3.11 或更新的版本，装好后用它再运行一次。"
            % found,
            "This Python is %d.%d (%d-bit, %s); install a 64-bit 3.11 or newer and run this again with it."
            % found,
        )


def check_space(free_bytes: int, locks: "list[Path]") -> None:
    """There is room for what these locks install. Raises Stop if there is not."""
    free, needed = free_bytes // 2**20, sum(MEGABYTES[lock.stem] for lock in locks)
    if free < needed:
        raise Stop(
            "磁盘满了：%s 还剩 %d MB，安装要 %d MB；腾出地方再运行一次。" % (ROOT, free, needed),
            "The disk is full: %s has %d MB left, installing takes %d MB; make room and run this again."
            % (ROOT, free, needed),
        )


def locks_for(word: str, database_url: str) -> "list[Path]":
    """The lock files a command needs; the driver for PostgreSQL only where it is used."""
    names = ["app"]
    if word in TESTS or word in TOOLS:
        names.append("test")
    elif database_url.startswith("postgresql"):
        names.append("postgres")
    return [ROOT / "requirements" / (name + ".txt") for name in names]


def prepare(locks: "list[Path]") -> None:
    """What these locks list is installed."""
    if not missing_from(read_stamp(STAMP), locks):
        return
    with one_at_a_time():
        done = read_stamp(STAMP)  # read again: another start may have installed it while this one waited
        missing = missing_from(done, locks)
        if missing:
            check_space(shutil.disk_usage(str(ROOT)).free, missing)
            if not done:
                start_afresh()
            install(missing)
            done.update((lock.name, fingerprint(lock)) for lock in missing)
            STAMP.write_text(json.dumps(done), encoding="ascii")


def fingerprint(lock: Path) -> str:
    """Changes when the lock changes, and when another kind of Python or machine uses the folder."""
    return "%s %s" % (MADE_FOR, hashlib.sha256(lock.read_bytes()).hexdigest())


def read_stamp(stamp: Path) -> "dict[str, str]":
    """The fingerprints of the locks that were installed to their end; empty if nothing there can be used."""
    try:
        done = json.loads(stamp.read_text(encoding="ascii")) if PYTHON.exists() else {}
    except (OSError, ValueError):
        return {}
    return {name: mark for name, mark in done.items() if mark.startswith(MADE_FOR + " ")}


def missing_from(done: "dict[str, str]", locks: "list[Path]") -> "list[Path]":
    """Those of the locks that are not installed as they read today."""
    return [lock for lock in locks if done.get(lock.name) != fingerprint(lock)]


@contextmanager
def one_at_a_time():
    """Nobody else installs into this folder meanwhile; the lock falls with the process that holds it."""
    lock = sqlite3.connect(str(ROOT / ".venv-lock"), timeout=0, isolation_level=None)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            raise explained("%s: %s" % (ROOT, error)) from error
        say("另一个窗口正在安装，等它装完 …", "Another window is installing; waiting for it …")
        lock.execute("PRAGMA busy_timeout = 3600000")
        lock.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        lock.close()


def start_afresh() -> None:
    """Nothing of an earlier or broken-off install is left, and there is an empty place to install into."""
    if HOME.exists():
        shutil.rmtree(str(HOME))
    if CAN_MAKE_VENV:
        say("正在建立 .venv …", "Making .venv …")
        venv = [sys.executable, "-m", "venv", str(HOME)]
        made = subprocess.run(venv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if made.returncode:
            raise explained(made.stdout.decode("utf-8", "replace"))
    elif find_spec("pip") is None:
        raise Stop(
            "这里的 Python 没有 venv 也没有 pip；先装上（Debian、Ubuntu：sudo apt install python3-venv），再运行一次。",
            "This Python has neither venv nor pip; install them (Debian, Ubuntu: sudo apt install python3-venv) "
            "and run this again.",
        )


def install(locks: "list[Path]") -> None:
    """Every package of these locks is installed, checked against its hash. Raises Stop with what went wrong."""
    say("正在安装 Python 包，只有第一次需要 …", "Installing Python packages, needed only the first time …")
    pip = [str(PYTHON), "-m", "pip", "install", "--require-hashes", "--only-binary=:all:", "--no-input"]
    pip += ["--disable-pip-version-check", "--no-warn-script-location", "--progress-bar=off"]
    pip += [] if CAN_MAKE_VENV else ["--upgrade", "--target", str(HOME)]
    for lock in locks:
        pip += ["-r", str(lock)]
    output = []
    running = subprocess.Popen(pip, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment())
    for line in iter(running.stdout.readline, b""):
        output.append(line.decode("utf-8", "replace").rstrip())
        if output[-1].startswith("Collecting "):
            show_progress("  " + output[-1].split()[1])
        if output[-1].startswith("Installing collected"):
            show_progress("")
            say("下载完了，正在写入磁盘 …", "Downloaded; writing to disk …")
            if STAMP.exists():
                STAMP.unlink()  # only now: until here, what was installed before still stands
    show_progress("")
    if running.wait():
        raise explained("\n".join(output))


def explained(output: str) -> Stop:
    """The reason why something failed, as a sentence; its own last words are shown above it."""
    print("\n".join(output.splitlines()[-12:]), file=sys.stderr)
    if any(sign in output for sign in ("No space left", "Errno 28", "not enough space", "disk is full")):
        return Stop("磁盘满了；腾出地方再运行一次。", "The disk is full; make room and run this again.")
    if "DO NOT MATCH THE HASHES" in output:
        return Stop(
            "取来的包和锁定的不是同一个，没有装；把 PIP_INDEX_URL 设成别的镜像，再运行一次。",
            "A package is not the one that was locked, so it was not installed; set PIP_INDEX_URL to another mirror "
            "and run this again.",
        )
    if any(
        sign in output for sign in ("No matching distribution", "ConnectionError", "Timeout", "ProxyError")
    ):
        return Stop(
            "取不到 Python 包；看看网络通不通，或把 PIP_INDEX_URL 设成能用的镜像，再运行一次。",
            "The Python packages cannot be fetched; check the network, or set PIP_INDEX_URL to a mirror that works, "
            "and run this again.",
        )
    return Stop(
        "没有成功，原因在上面；改好再运行一次。",
        "It failed for the reason above; mend it and run this again.",
    )


def fetch_javascript() -> None:
    """axe-core and ical.js, with which the tests check pages and read feeds, are there if npm can bring them."""
    npm = shutil.which("npm")
    if npm and not all((BROWSER_TESTS / "node_modules" / name).exists() for name in ("axe-core", "ical.js")):
        say("正在用 npm 取 axe-core 和 ical.js …", "Fetching axe-core and ical.js with npm …")
        options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.call(
            [npm, "ci", *options], cwd=str(BROWSER_TESTS)
        )  # if it fails, those tests say what is missing


def environment() -> "dict[str, str]":
    """What the night school runs in: this checkout, the packages of its locks and UTF-8."""
    folders = [str(ROOT)] if CAN_MAKE_VENV else [str(ROOT), str(HOME)]
    return dict(os.environ, PYTHONPATH=os.pathsep.join(folders), PYTHONUTF8="1")


def hand_over(folder: Path, *module_and_words: str) -> int:
    """The module runs in our place, so that stopping this process stops it; on Windows we wait for its end."""
    command = [str(PYTHON), "-P", "-m", *module_and_words]  # -P: nothing is imported from the current folder
    sys.stdout.flush()
    if os.name != "nt":
        os.chdir(str(folder))
        os.execve(command[0], command, environment())
    return subprocess.call(command, cwd=str(folder), env=environment())


def say(chinese: str, english: str) -> None:
    print("%s  %s" % (chinese, english), flush=True)


def show_progress(text: str) -> None:
    """The last line of a terminal shows this text; elsewhere nothing is written."""
    if sys.stdout.isatty():
        print("\r\033[K" + text, end="", flush=True)


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a console without Chinese shows "?" instead of failing
    sys.exit(main(sys.argv[1:]))
