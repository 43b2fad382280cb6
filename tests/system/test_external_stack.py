"""A run with mocks that somebody else has started: used, healed, and left running."""

from __future__ import annotations

import json
import signal
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from harness.nemesis.nemesis import LEASE_S
from tests.fastbusy.small import small_scenario

from .children import Running, fastbusy
from .ports import free_port_base
from .small_run import events, findings, told

pytestmark = pytest.mark.system
TOKEN = "not-for-everybody"


@contextmanager
def mocks(folder: Path, base: int, *stages: str) -> Iterator[None]:
    words = ("mocks", *stages, "--port-base", str(base))
    with fastbusy(folder, *words, FASTBUSY_CONTROL_TOKEN=TOKEN) as running:
        running.until("ready")
        yield
        assert running.ends(signal.SIGTERM) == 0


@contextmanager
def run(folder: Path, *mocks: int, token: str = TOKEN) -> Iterator[Running]:
    """A run of `small.yaml` against the reference agent, with the mocks at these port bases."""
    where = ",".join(f"http://127.0.0.1:{base}" for base in mocks)
    words = ["run", "small.yaml", "--port-base", str(free_port_base()), "--out", "out"]
    # A test machine may be too busy for the instruments, which is not what is asked here.
    words += ["--stack", "external", "--mocks", where, "--unknown-is", "pass"]
    with fastbusy(folder, *words, FASTBUSY_CONTROL_TOKEN=token) as running:
        yield running


def ask(base: int, path: str) -> Any:
    request = urllib.request.Request(
        f"http://127.0.0.1:{base}/_fastbusy/{path}", headers={"Authorization": f"Bearer {TOKEN}"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def test_a_run_uses_mocks_in_two_processes_and_leaves_them_as_they_were(tmp_path: Path) -> None:
    small_scenario(tmp_path, "{kind: slowdown, target: llm, first: 50ms, at: 0s, for: 2s}")
    ears, mouths = free_port_base(), free_port_base()
    with mocks(tmp_path, ears, "stt", "tools"), mocks(tmp_path, mouths, "llm", "tts"):
        with run(tmp_path, ears, mouths) as it:
            assert it.ends() == 0, told(it)
        assert ask(ears, "faults") == ask(mouths, "faults") == []
    folder = tmp_path / "out"
    assert findings(folder)["fates"]["served"] == 3, told(it)
    faults = [event.type for event in events(folder) if event.kind == "fault"]
    assert [type_ for type_ in faults if type_ != "info"] == ["invoke", "ok"]
    stages = {event.actor for event in events(folder) if event.kind == "work"}
    assert stages >= {"mock.stt", "mock.llm", "mock.tts"}
    command = (folder / "command.txt").read_text()
    assert f"--stack external --mocks http://127.0.0.1:{ears},http://127.0.0.1:{mouths}" in command
    assert TOKEN not in command
    assert [log.name for log in (folder / "logs").iterdir()] == ["agent.log"]


def test_faults_heal_by_themselves_when_the_harness_is_killed(tmp_path: Path) -> None:
    fault = "{kind: slowdown, target: llm, first: 50ms, at: 0s, for: 50s}"
    scenario, base = small_scenario(tmp_path, fault), free_port_base()
    scenario.write_text(scenario.read_text().replace("calls: 3", "calls: 60"))
    with mocks(tmp_path, base):
        with run(tmp_path, base) as it:
            it.until(" dialled, ")
            assert [state["order"]["label"] for state in ask(base, "faults")] == ["dip"]
            it.process.kill()
            it.process.wait()
        until = time.monotonic() + LEASE_S + 10
        while ask(base, "faults"):
            assert time.monotonic() < until
            time.sleep(0.5)


def test_without_the_token_nobody_gets_in(tmp_path: Path) -> None:
    small_scenario(tmp_path)
    base = free_port_base()
    with mocks(tmp_path, base), run(tmp_path, base, token="guessed") as it:
        assert it.ends() == 4
        assert "the control API needs a token here" in told(it)
        assert "FASTBUSY_CONTROL_TOKEN" in told(it)


def test_mocks_that_are_not_there_are_named(tmp_path: Path) -> None:
    small_scenario(tmp_path)
    base = free_port_base()
    with run(tmp_path, base) as it:
        assert it.ends() == 4
        assert f"http://127.0.0.1:{base}/_fastbusy/health: the mock does not answer" in told(it)


def test_two_ports_of_one_process_are_refused(tmp_path: Path) -> None:
    small_scenario(tmp_path)
    base = free_port_base()
    with mocks(tmp_path, base), run(tmp_path, base + 1, base + 2) as it:
        assert it.ends() == 2
        assert "are ports of one process" in told(it)
