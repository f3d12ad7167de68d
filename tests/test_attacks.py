"""The campaigns of `bench.attack` that take seconds, in their short form: no limit is missed."""

from importlib import import_module

import pytest

from bench.attacks.town import Town, build


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return build(tmp_path_factory.mktemp("attacked") / "town")


@pytest.mark.parametrize("campaign", ["keys", "backups", "clocks"])
def test_no_limit_is_missed(town: Town, campaign: str) -> None:
    figures = list(import_module(f"bench.attacks.{campaign}").run(town.another(campaign), True))
    assert figures and [figure for figure in figures if figure.is_missed] == []
