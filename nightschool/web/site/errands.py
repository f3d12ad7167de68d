"""What this process goes on with after its answer, in a thread of its own, and how far it is."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock, Thread

from flask import Response, current_app, make_response

ERRANDS = "nightschool.errands"
LOOK_AGAIN_SECONDS = 2
_logger = logging.getLogger(__name__)

Tell = Callable[[int, int], None]


@dataclass
class Errands:
    """At most one errand at a time. Progress stands in memory, because SQLite's one writer is the errand itself."""

    _steps: dict[str, tuple[int, int]] = field(default_factory=dict)
    _threads: list[Thread] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def start(self, name: str, work: Callable[[Tell], None], *, failed: Callable[[], None]) -> None:
        """The work has begun. `failed` is called when it breaks off, or cannot begin because another is going on."""
        with self._lock:
            is_free = not self._steps
            if is_free:
                self._steps[name] = (0, 100)
                # A daemon: stopping the server ends it, and its transaction leaves nothing behind.
                thread = Thread(
                    target=self._run, args=(name, work, failed), name=f"errand {name}", daemon=True
                )
                self._threads = [thread]
        if is_free:
            thread.start()
        else:
            failed()

    def is_running(self, name: str) -> bool:
        """True when it is going on here."""
        with self._lock:
            return name in self._steps

    def percent_of(self, name: str, *, otherwise: tuple[int, int] = (0, 1)) -> int:
        """How far it is; when it is not going on here, as these steps say, done and of how many."""
        with self._lock:
            done, every = self._steps.get(name, otherwise)
        return done * 100 // max(every, 1)

    def is_busy_with_other(self, name: str) -> bool:
        """True when something else is going on here."""
        with self._lock:
            return bool(self._steps.keys() - {name})

    def wait(self) -> None:
        """What was going on has ended."""
        for thread in self._threads:
            thread.join()

    def _run(self, name: str, work: Callable[[Tell], None], failed: Callable[[], None]) -> None:
        def tell(done: int, every: int) -> None:
            with self._lock:
                self._steps[name] = (done, every)

        try:
            work(tell)
        except Exception:
            _logger.exception("an errand was not done")
            failed()
        finally:
            with self._lock:
                self._steps.pop(name, None)


def errands() -> Errands:
    """This application's errands."""
    found: Errands = current_app.extensions[ERRANDS]
    return found


def looked_at_again(page: str) -> Response:
    """The page of what goes on: after a while the browser asks for it again."""
    response = make_response(page)
    response.headers["Refresh"] = str(LOOK_AGAIN_SECONDS)
    return response
