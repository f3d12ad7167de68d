"""Rotas by flow: no rule is broken, the bound holds, and small ones are near the best that is proven."""

import pytest
from hypothesis import given, settings

from bench._rota_exact import best_rota, changes_between, fewest_changes
from bench._rota_tasks import county_task
from bench.dispatch import left_out, without
from nightschool.engines.rota_flow import flow_bound, flow_rota
from nightschool.rules.dispatch.rota_search import greedy_rota, mend_rota, search_rota
from nightschool.rules.dispatch.rotas import RotaTask, broken_rules, rota_value
from tests.rota_tasks import rota_tasks


@given(rota_tasks())
@settings(max_examples=40, deadline=None)
def test_no_rota_breaks_a_rule_and_none_is_worth_more_than_the_bound(task: RotaTask) -> None:
    found = flow_rota(task)
    assert broken_rules(task, found) == ()
    assert max(rota_value(task, found), rota_value(task, search_rota(task))) <= flow_bound(task)


def test_a_township_is_planned_nearly_as_well_as_can_be() -> None:
    task = county_task(12, 1, weeks=4, parts=3)
    value, bound, lines = best_rota(task, seconds=20)
    assert broken_rules(task, lines) == ()
    assert value <= bound <= flow_bound(task)
    found = flow_rota(task)
    assert 0.95 * value <= rota_value(task, found) <= bound


def test_a_small_county_leaves_nobody_out_and_is_better_than_the_greedy_rota() -> None:
    task = county_task(60, 1)
    found = flow_rota(task)
    assert left_out(task, found) == 0
    assert rota_value(task, found) > rota_value(task, greedy_rota(task))


def test_what_was_found_so_far_is_kept_when_it_shall_not_go_on() -> None:
    task = county_task(12, 1)
    asked: list[int] = []
    told: list[tuple[int, int]] = []
    stopped = flow_rota(task, lambda: len(told) < 2, lambda done, every, _best: told.append((done, every)))
    assert broken_rules(task, stopped) == ()
    assert [done for done, _every in told] == [1, 2]
    assert flow_rota(task, lambda: bool(asked)) == greedy_rota(task)


@pytest.mark.parametrize(("villages", "seed"), [(12, 3), (12, 5), (10, 3)])
def test_mending_changes_as_little_as_can_be(villages: int, seed: int) -> None:
    task = county_task(villages, seed, weeks=4, parts=2)
    before = flow_rota(task)
    now = without(task, before[0].teacher, before[0].evening)
    kept = {line.wish for line in before}
    mended = [line for line in mend_rota(now, before) if line.wish in kept]
    met, changes = fewest_changes(now, before, seconds=20)
    assert (len(mended), changes_between(before, mended)) == (met, changes)
