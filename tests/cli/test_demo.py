"""The demonstration: one command, a dozen living schools, and the class everything began with."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Demo:
    def __init__(self, folder: Path, port: int, *words: str, **environment: str) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "nightschool", "demo", "--port", str(port), *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            cwd=folder,
            # Ctrl+C reaches it even where the tests run in the background, which ignores it.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "PYTHONUTF8": "1",
                "PYTHONUNBUFFERED": "1",
                "NIGHTSCHOOL_DATA": str(folder / "demo"),
                **environment,
            },
        )

    def wait(self) -> None:
        for _try in range(1200):
            try:
                urlopen(f"{self.address}/healthz", timeout=10).close()
                return
            except OSError:
                assert self.process.poll() is None, self.process.stdout.read()
                time.sleep(0.1)
        raise AssertionError("the demonstration did not start")

    def page(self, path: str) -> str:
        with urlopen(self.address + path, timeout=60) as answer:
            return answer.read().decode()

    def stop(self) -> str:
        self.process.send_signal(signal.SIGINT)
        output, _nothing = self.process.communicate(timeout=60)
        return output


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Callable[..., Demo]]:
    """Starts demonstrations in a folder of this test's own; none of them outlives it."""
    started = []

    def start(*words: str, port: int = 0, **environment: str) -> Demo:
        started.append(Demo(tmp_path, port or free_port(), *words, **environment))
        return started[-1]

    yield start
    for one in started:
        one.process.kill()
        one.process.communicate()


def test_one_command_serves_living_villages_and_later_starts_keep_them_with_the_password_one_wants(
    demo: Callable[..., Demo], tmp_path: Path
) -> None:
    first = demo()
    first.wait()
    page = first.page("/v/511002105201")
    assert "狮湾村" in page and "柑橘冬季管护" in page and "柑橘田间学校" in page
    former = first.page("/v/511011119204")
    assert "已撤并" in former and "种植技术：从买种子讲起" in former and "2016年11月18日" in former
    assert "玉皇村" in first.page("/?q=yhc")
    told = first.stop()
    assert first.address in told
    passwords = dict(re.findall(r"^  (\w+) +([0-9a-f]{8}) ", told, re.M))
    assert {"shiwan", "jianli", "admin", "quanan"} <= set(passwords)

    second = demo()
    second.wait()
    assert second.page("/v/511002105201") != ""
    again = second.stop()
    assert dict(re.findall(r"^  (\w+) +([0-9a-f]{8}) ", again, re.M)) == passwords

    third = demo(NIGHTSCHOOL_DEMO_PASSWORD="one-for-all")
    third.wait()
    assert third.stop().count("one-for-all") >= 6
    kept = json.loads((tmp_path / "demo" / "demo-accounts.json").read_text("utf-8"))
    assert {password for _who, password in kept.values()} == {"one-for-all"}


def test_port_that_is_taken_is_said_plainly(demo: Callable[..., Demo]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        refused = demo(port=taken.getsockname()[1])
        output, _nothing = refused.process.communicate(timeout=60)
    assert refused.process.returncode == 1
    assert "已经有程序在用" in output
    assert "Traceback" not in output


def test_fresh_never_deletes_a_folder_that_is_not_the_demonstrations(
    demo: Callable[..., Demo], tmp_path: Path
) -> None:
    precious = tmp_path / "demo" / "thesis.txt"
    precious.parent.mkdir()
    precious.write_text("mine")
    refused = demo("--fresh")
    output, _nothing = refused.process.communicate(timeout=60)
    assert refused.process.returncode == 1 and "不删它" in output
    assert precious.read_text() == "mine"
