"""Own rules for semgrep (tools/forbidden) find nothing here, and no flaw of what is in the locks is known (pip-audit).
Run: `python3 run.py scan`.

Both are installed into .venv-scan the first time, 400 MB, from requirements/scan.txt.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
LOCKS, HOME = ROOT / "requirements", ROOT / ".venv-scan"
RULES, STAMP = ROOT / "tools" / "forbidden", HOME / "nightschool-stamp"


def prepare() -> None:
    """What the lock lists is installed."""
    mark = hashlib.sha256((LOCKS / "scan.txt").read_bytes()).hexdigest()
    if STAMP.exists() and STAMP.read_text() == mark:
        return
    print("Installing semgrep and pip-audit, needed only the first time …", flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", HOME], check=True)
    pip = [HOME / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    subprocess.run([*pip, "-r", LOCKS / "scan.txt"], check=True)
    STAMP.write_text(mark)


def main() -> int:
    """0 when it is so, and the rules find what is planted for them."""
    prepare()
    programs = HOME / "bin"
    environ = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    quiet = ["--metrics=off", "--disable-version-check", "--config"]
    locks = [word for name in ("app", "postgres") for word in ("-r", LOCKS / f"{name}.txt")]
    ended = [
        subprocess.call([programs / "semgrep", *words], cwd=ROOT, env=environ)
        for words in (
            ["--test", *quiet, RULES, RULES],
            ["scan", "--error", "--quiet", "--emacs", *quiet, RULES / "house.yaml", "nightschool"],
        )
    ]
    # Strict: what nobody could be asked about is no good news.
    audit = [
        programs / "pip-audit",
        "--strict",
        "--disable-pip",
        "--require-hashes",
        "--progress-spinner=off",
    ]
    ended.append(subprocess.call([*audit, *locks], cwd=ROOT, env=environ))
    for what, code in zip(
        ("own rules find what is planted", "own rules find nothing here", "no known flaw"), ended, strict=True
    ):
        print(f"{what}: {'yes' if code == 0 else 'NO, or could not be asked'}")
    return max(map(abs, ended))


if __name__ == "__main__":
    sys.exit(main())
