"""A process that finds a rota: the task comes in, the best so far goes out as a line of JSON, then a better one."""

import json
import pickle
import sys
from collections.abc import Iterable

from nightschool.rules.dispatch.rota_search import greedy_rota, search_rota
from nightschool.rules.dispatch.rotas import RotaLine, RotaTask


def seek() -> None:
    """Whatever is found is told at once, so that nothing is lost when this process is ended."""
    task: RotaTask = pickle.loads(sys.stdin.buffer.read())  # of who started it  # noqa: S301
    _tell(greedy_rota(task), 0, 1)
    try:
        from nightschool.engines.rota_flow import flow_bound, flow_rota
    except ImportError:
        _tell(search_rota(task), 1, 1)
        return
    found = flow_rota(task, tell=lambda done, every, best: _tell(best, done, every))
    _tell(found, 1, 1, flow_bound(task))


def _tell(lines: Iterable[RotaLine], done: int, every: int, bound: int | None = None) -> None:
    print(json.dumps({"lines": [*lines], "done": done, "every": every, "bound": bound}), flush=True)


if __name__ == "__main__":
    seek()
