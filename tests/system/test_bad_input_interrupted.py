"""Ctrl-C, SIGTERM and kills in the middle of a run: healed, stopped, judged, told."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from .children import PATIENCE_S, Running, environment, fastbusy
from .ports import free_port_base
from .small_run import end_of_run, events, findings, is_free, told, write_scenario

pytestmark = pytest.mark.system


@contextmanager
def in_the_middle(folder: Path, port_base: int) -> Iterator[Running]:
    """A run against the reference agent whose first calls are up."""
    write_scenario(folder)
    words = ("run", "small.yaml", "--port-base", str(port_base), "--out", "out")
    with fastbusy(folder, *words) as run:
        run.until(" dialled, ")
        yield run


def until(condition: object, *, within_s: float = 30.0) -> bool:
    assert callable(condition)
    end = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def nobody_listens(port_base: int) -> bool:
    return all(map(is_free, (port_base, port_base + 2, port_base - 50)))


def listener(port: int) -> int:
    """The process id of who listens at a port."""
    name = f":{port:04X} "
    inodes = {
        line.split()[9]
        for line in Path("/proc/net/tcp").read_text().splitlines()
        if name in line and line.split()[3] == "0A"
    }
    for process in Path("/proc").glob("[0-9]*"):
        try:
            links = [os.readlink(link) for link in (process / "fd").iterdir()]
        except OSError:
            continue
        if any(f"socket:[{inode}]" in links for inode in inodes):
            return int(process.name)
    raise AssertionError(f"nobody listens at {port}")


def check(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "fastbusy", "check", str(folder)], text=True, check=False,
        capture_output=True, env=environment(), timeout=PATIENCE_S,
    )  # fmt: skip


def test_an_interrupted_run_is_healed_and_judged(tmp_path: Path) -> None:
    base = free_port_base()
    with in_the_middle(tmp_path, base) as run:
        assert run.ends(signal.SIGINT) == 130, told(run)
        assert nobody_listens(base)
    folder = tmp_path / "out"
    end = end_of_run(folder)
    assert (end.type, end.data["reason"]) == ("info", "interrupted by SIGINT")
    assert end.data["troubles"] == []
    faults = [event for event in events(folder) if event.kind == "fault"]
    assert [event.type for event in faults] == ["invoke", "ok"]
    found = findings(folder)
    assert found["run"]["interrupted"] == "interrupted by SIGINT"
    assert found["fates"]["cut_by_us"] > 0
    assert found["fates"]["unclear"] == 0
    assert "interrupted by SIGINT" in told(run)
    assert f"{found['fates']['cut_by_us']} cut by us" in told(run)
    for view in ("report.html", "junit.xml", "summary.md", "plan.json"):
        assert (folder / view).stat().st_size > 0
    again = check(folder)
    assert again.returncode == 3, again.stderr
    assert "cut by us" in again.stdout


def test_a_second_ctrl_c_hurries_and_leaves_nothing_behind(tmp_path: Path) -> None:
    base = free_port_base()
    with in_the_middle(tmp_path, base) as run:
        for _ in range(3):
            run.process.send_signal(signal.SIGINT)
            time.sleep(0.02)
        assert run.ends() == 130, told(run)
        assert nobody_listens(base)
    assert end_of_run(tmp_path / "out").data["reason"] == "interrupted by SIGINT"
    assert "Traceback" not in told(run)
    assert check(tmp_path / "out").returncode == 3


def test_a_terminal_that_is_closed_ends_the_run_as_a_signal_does(tmp_path: Path) -> None:
    base = free_port_base()
    write_scenario(tmp_path)
    words = ("run", "small.yaml", "--port-base", str(base), "--out", "out")
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(tmp_path)
        os.execve(sys.executable, [sys.executable, "-m", "fastbusy", *words], environment())
    assert until((tmp_path / "out" / "logs" / "mocks.log").exists)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 130
    assert nobody_listens(base)
    assert findings(tmp_path / "out")["run"]["interrupted"] == "interrupted by SIGHUP"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_end_before_the_first_call(tmp_path: Path, number: signal.Signals) -> None:
    base = free_port_base()
    write_scenario(tmp_path)
    with fastbusy(tmp_path, "run", "small.yaml", "--port-base", str(base), "--out", "out") as run:
        assert until((tmp_path / "out" / "logs" / "mocks.log").exists)
        assert run.ends(number) == 130, told(run)
        assert nobody_listens(base)
    assert end_of_run(tmp_path / "out").data["reason"] == f"interrupted by {number.name}"
    assert findings(tmp_path / "out")["verdict"] == "unknown"
    assert f"no call was offered: interrupted by {number.name}" in told(run)


def test_mocks_that_are_killed_void_the_run(tmp_path: Path) -> None:
    base = free_port_base()
    with in_the_middle(tmp_path, base) as run:
        os.kill(listener(base), signal.SIGKILL)
        assert run.ends() == 4, told(run)
        assert nobody_listens(base)
    assert "mocks ended with code -9 in the middle of the run" in told(run)
    assert "→ see what ended it" in told(run)
    folder = tmp_path / "out"
    assert "mocks ended with code -9" in end_of_run(folder).data["reason"]
    found = findings(folder)
    complete = next(one for one in found["checks"] if one["name"] == "history_complete")
    assert (found["verdict"], complete["outcome"]) == ("unknown", "unknown")
    assert check(folder).returncode == 3


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="children outlive a kill there")
def test_nothing_outlives_a_killed_harness(tmp_path: Path) -> None:
    base = free_port_base()
    with in_the_middle(tmp_path, base) as run:
        run.process.kill()
        assert run.ends() == -signal.SIGKILL
        assert until(lambda: nobody_listens(base))
    again = check(tmp_path / "out")
    assert again.returncode == 3, again.stderr
    assert "the history has no end: the harness was killed" in again.stdout
    assert "1 unclear" in again.stdout or "2 unclear" in again.stdout
