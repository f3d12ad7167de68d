"""Programs of other people in environments of their own: what they need never meets what the night school needs."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import run

ROOT = Path(__file__).parents[1]
OWN = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}


class CannotInstall(Exception):
    """Why the programs are not there: the last words of what tried to install them."""


def programs(name: str) -> Path:
    """The folder of the programs that requirements/<name>.txt lists, in .venv-<name>.

    Installed the first time and whenever the lock has changed. Raises CannotInstall.
    """
    lock, home = ROOT / "requirements" / f"{name}.txt", ROOT / f".venv-{name}"
    stamp, folder = home / "made-of", home / ("Scripts" if os.name == "nt" else "bin")
    digest = f"{run.MADE_FOR} {hashlib.sha256(lock.read_bytes()).hexdigest()}"
    if not _is_made(stamp, digest):
        with run.one_at_a_time():
            if not _is_made(stamp, digest):  # another process may have installed them while this one waited
                _make(home, folder, lock)
                stamp.write_text(digest)
    return folder


def _is_made(stamp: Path, digest: str) -> bool:
    return stamp.exists() and stamp.read_text() == digest


def _make(home: Path, folder: Path, lock: Path) -> None:
    shutil.rmtree(home, ignore_errors=True)
    pip = [str(folder / "python"), "-m", "pip", "install", "--quiet", "--no-input"]
    pip += ["--require-hashes", "--only-binary=:all:", "-r", str(lock)]
    for command in ([sys.executable, "-m", "venv", str(home)], pip):
        done = subprocess.run(command, env=OWN, capture_output=True, text=True)
        if done.returncode:
            raise CannotInstall((done.stdout + done.stderr)[-600:])
