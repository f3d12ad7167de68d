"""The campaigns of `bench.attack` that take seconds, in their short form: no limit is missed."""

import json
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from bench.attacks import texts
from bench.attacks.town import Figure, Town, build, free_port


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, made_once: Callable[..., Path]) -> Town:
    def make(folder: Path) -> None:
        (folder / "accounts.json").write_text(json.dumps(build(folder).accounts))

    made = made_once("town", make)
    folder = tmp_path_factory.mktemp("attacked") / "town"
    shutil.copytree(made, folder)
    return Town(folder, free_port(), json.loads((folder / "accounts.json").read_text()))


def apart(call: Callable[..., list[Any]], *given: Any) -> list[Any]:
    """What it gives in a process of its own: a second browser in that of the browser tests would not start."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(call, *given).result()


def figures_of(campaign: str, town: Town) -> list[Figure]:
    return list(import_module(f"bench.attacks.{campaign}").run(town.another(campaign), True))


def faults_of(page: str) -> list[str]:
    with texts.chromium() as browser:
        assert browser is not None
        shown = browser.new_page(viewport={"width": texts.WIDTH, "height": 500})
        return list(texts.faults_of(shown, f"data:text/html,{page}", ["error: x"]))


def need_chromium() -> None:
    if not shutil.which("chromium"):
        why = "Chromium is not installed"
        pytest.fail(why) if os.environ.get("CI") else pytest.skip(why)


@pytest.mark.parametrize("campaign", ["keys", "backups", "clocks", "forms", "texts"])
def test_no_limit_is_missed(town: Town, campaign: str) -> None:
    if campaign == "texts":
        need_chromium()
    figures = apart(figures_of, campaign, town) if campaign == "texts" else figures_of(campaign, town)
    assert figures and [figure for figure in figures if figure.is_missed] == []


def test_a_page_that_a_text_hurts_is_found() -> None:
    page = "<title>x</title><b onclick=1><a href='javascript:1'>x</a><p style='width:999px'>x<script>hurt=1</script>"
    need_chromium()
    found = apart(faults_of, page)
    assert [fault.partition(":")[0] for fault in found] == [
        texts.RAN,
        *[texts.STOPPED] * 3,
        texts.WIDE,
        texts.FAILED,
        texts.FAILED,
    ]
