"""The process that seeks a rota: it tells each better one, needs no solver, and ends when it has to."""

import json
import pickle
from pathlib import Path

import pytest

from bench._rota_tasks import county_task
from nightschool.formats.child import told_by_child
from nightschool.rules.dispatch.rota_search import greedy_rota
from nightschool.rules.dispatch.rotas import RotaLine, broken_rules, rota_rank

MODULE = "nightschool.engines.seek_rota"
TASK = county_task(24, 1, weeks=4, parts=2)
GIVEN = pickle.dumps(TASK)


def told(answer: bytes) -> tuple[RotaLine, ...]:
    return tuple(RotaLine(*line) for line in json.loads(answer)["lines"])


def test_the_greedy_rota_is_told_first_and_no_worse_one_last_with_the_bound() -> None:
    answers = list(told_by_child(MODULE, GIVEN, seconds=60, goes_on=lambda: True))
    assert told(answers[0]) == greedy_rota(TASK)
    assert all(broken_rules(TASK, told(answer)) == () for answer in answers)
    last = told(answers[-1])
    assert rota_rank(TASK, last) >= rota_rank(TASK, greedy_rota(TASK))
    assert rota_rank(TASK, last)[1] <= json.loads(answers[-1])["bound"]


def test_where_no_solver_is_installed_the_search_of_our_own_finds_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ortools").mkdir()
    (tmp_path / "ortools" / "__init__.py").write_text("raise ImportError")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    first, last = told_by_child(MODULE, GIVEN, seconds=60, goes_on=lambda: True)
    assert json.loads(last)["bound"] is None
    assert broken_rules(TASK, told(last)) == ()
    assert rota_rank(TASK, told(last)) >= rota_rank(TASK, told(first))


def test_it_is_ended_when_it_shall_not_go_on_or_its_time_is_over() -> None:
    assert list(told_by_child(MODULE, GIVEN, seconds=60, goes_on=lambda: False)) == []
    assert list(told_by_child(MODULE, GIVEN, seconds=0, goes_on=lambda: True)) == []
