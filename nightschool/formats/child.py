"""Child processes for what strangers' bytes and fonts may make a library do: each has its limits, and ends with it."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from time import monotonic
from typing import Any

_ASK_EVERY = 0.5  # seconds
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


def told_by_child(
    module: str, given: bytes, *, seconds: float, goes_on: Callable[[], bool]
) -> Iterator[bytes]:
    """The lines that the module writes about these bytes, as they come; it is ended when its time is over.

    So it is when it shall not go on, which is asked twice a second. Raises OSError.
    """
    paths = os.pathsep.join(filter(None, (str(_HOME), os.environ.get("PYTHONPATH"))))
    until = monotonic() + seconds
    with tempfile.TemporaryFile() as asked:  # a pipe would fill up while the child has not begun to read
        asked.write(given)
        asked.seek(0)
        with subprocess.Popen(
            [sys.executable, "-P", "-m", module],
            stdin=asked,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": paths},
        ) as child:
            lines: Queue[bytes | None] = Queue()
            Thread(target=_hand_on, args=(child.stdout, lines), daemon=True).start()
            try:
                while monotonic() < until and goes_on():
                    try:
                        line = lines.get(timeout=_ASK_EVERY)
                    except Empty:
                        continue
                    if line is None:
                        return
                    yield line
            finally:
                child.kill()


def _hand_on(read: Any, lines: "Queue[bytes | None]") -> None:
    for line in read:
        lines.put(line)
    lines.put(None)


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
