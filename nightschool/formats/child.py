"""Child processes for what strangers' bytes and fonts may make a library do: each has its limits, and ends with it."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_HOME = Path(__file__).parents[2]  # from where the package is imported, in a checkout or installed


def run_child(
    module: str, given: bytes, *, seconds: float, arguments: Sequence[str] = ()
) -> subprocess.CompletedProcess[bytes]:
    """What the module of this package answers to these bytes. Raises TimeoutExpired when its time is over, OSError."""
    paths = os.pathsep.join(filter(None, (str(_HOME), os.environ.get("PYTHONPATH"))))
    return subprocess.run(
        [sys.executable, "-P", "-m", f"nightschool.formats.{module}", *arguments],
        input=given,
        capture_output=True,
        timeout=seconds,
        check=False,
        env={**os.environ, "PYTHONPATH": paths},
    )


def limit(*, seconds: int, size: int) -> None:
    """This process ends when it has worked for so long, and gets no more addresses than this many bytes."""
    if (
        sys.platform == "win32"
    ):  # it has no such limits; who started the process ends it when its time is over
        return
    import resource

    limits: tuple[tuple[int, Any], ...] = ((resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, size))
    for what, most in limits:
        _soft, hard = resource.getrlimit(what)
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
