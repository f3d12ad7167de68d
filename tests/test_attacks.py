"""The campaigns of `bench.attack` that take seconds, in their short form: no limit is missed."""

import shutil
from importlib import import_module

import pytest

from bench.attacks import texts
from bench.attacks.town import Town, build


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return build(tmp_path_factory.mktemp("attacked") / "town")


@pytest.mark.parametrize("campaign", ["keys", "backups", "clocks", "forms", "texts"])
def test_no_limit_is_missed(town: Town, campaign: str) -> None:
    if campaign == "texts" and not shutil.which("chromium"):
        pytest.skip("Chromium is not installed")
    figures = list(import_module(f"bench.attacks.{campaign}").run(town.another(campaign), True))
    assert figures and [figure for figure in figures if figure.is_missed] == []


def test_a_page_that_a_text_hurts_is_found() -> None:
    page = "<title>x</title><b onclick=1><a href='javascript:1'>x</a><p style='width:999px'>x<script>hurt=1</script>"
    with texts.chromium() as browser:
        if browser is None:
            pytest.skip("Chromium is not installed")
        found = list(
            texts.faults_of(
                browser.new_page(viewport={"width": texts.WIDTH, "height": 500}),
                f"data:text/html,{page}",
                ["error: x"],
            )
        )
    assert [fault.partition(":")[0] for fault in found] == [
        texts.RAN,
        *[texts.STOPPED] * 3,
        texts.WIDE,
        texts.FAILED,
        texts.FAILED,
    ]
