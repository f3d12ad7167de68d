"""The style: imports in their order, lines as the formatter breaks them. Run: `python3 run.py format`."""

import subprocess
import sys


def main() -> int:
    """Everything that can be mended by itself is; the rest is told."""
    ruff = [sys.executable, "-m", "ruff"]
    return max(subprocess.call([*ruff, *words]) for words in (("check", "--fix"), ("format",)))


if __name__ == "__main__":
    sys.exit(main())
