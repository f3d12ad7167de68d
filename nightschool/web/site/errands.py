"""What this process goes on with after its answer, in a thread of its own, and how far it is."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock, Thread

from flask import current_app

ERRANDS = "nightschool.errands"

Tell = Callable[[int, int], None]


@dataclass
class Errands:
    """At most one errand at a time. Progress stands in memory, because SQLite's one writer is the errand itself."""

    _steps: dict[str, tuple[int, int]] = field(default_factory=dict)
    _threads: list[Thread] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def start(self, name: str, work: Callable[[Tell], None]) -> bool:
        """The work has begun; False when another is going on. It must see to its own failures."""
        with self._lock:
            if self._steps:
                return False
            self._steps[name] = (0, 100)
            # A daemon: stopping the server ends it, and its transaction leaves nothing behind.
            thread = Thread(target=self._run, args=(name, work), name=f"errand {name}", daemon=True)
            self._threads = [thread]
        thread.start()
        return True

    def steps_of(self, name: str) -> tuple[int, int] | None:
        """How many steps are done, and of how many; None when it is not going on here."""
        with self._lock:
            return self._steps.get(name)

    def is_busy_with_other(self, name: str) -> bool:
        """True when something else is going on here."""
        with self._lock:
            return bool(self._steps.keys() - {name})

    def wait(self) -> None:
        """What was going on has ended."""
        for thread in self._threads:
            thread.join()

    def _run(self, name: str, work: Callable[[Tell], None]) -> None:
        def tell(done: int, every: int) -> None:
            with self._lock:
                self._steps[name] = (done, every)

        try:
            work(tell)
        finally:
            with self._lock:
                self._steps.pop(name, None)


def errands() -> Errands:
    """This application's errands."""
    found: Errands = current_app.extensions[ERRANDS]
    return found
