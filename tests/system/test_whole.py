"""Whole runs on real sockets and processes, started as a user starts them."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from fastbusy.cli import main
from fastbusy.judging import read_history
from tests.fastbusy.small import small_scenario
from tests.system.children import fastbusy
from tests.system.ports import free_port_base

pytestmark = pytest.mark.system


def nobody_listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_run_from_plan_to_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scenario, base = small_scenario(tmp_path), free_port_base()
    # A test machine may be too busy for the instruments, which is not what is asked here.
    words = ["run", scenario.name, "--out", "run", "--unknown-is", "pass"]
    with fastbusy(tmp_path, *words, "--port-base", str(base)) as it:
        code = it.ends()
    assert code == 0, it.lines
    findings = json.loads((tmp_path / "run" / "findings.json").read_text())
    assert findings["fates"]["served"] == 3, it.lines
    assert "report:  run/report.html" in it.lines
    assert (tmp_path / "latest").resolve() == tmp_path / "run"
    command = (tmp_path / "run" / "command.txt").read_text().strip()
    assert command.startswith("fastbusy run small.yaml --seed 3 --agent reference ")
    assert f" --port-base {base} " in command
    assert nobody_listens(base)
    assert nobody_listens(base - 50)
    assert main(["hear", str(tmp_path / "run/recordings/c0001.wav")]) == 0
    assert "we are open." in capsys.readouterr().out


def test_a_run_whose_calls_the_agent_places(tmp_path: Path) -> None:
    base = free_port_base()
    words = ["run", small_scenario(tmp_path).name, "--dial-out", "/dialout", "--out", "run"]
    with fastbusy(tmp_path, *words, "--unknown-is", "pass", "--port-base", str(base)) as it:
        code = it.ends()
    assert code == 0, it.lines
    findings = json.loads((tmp_path / "run" / "findings.json").read_text())
    assert findings["fates"]["served"] == 3, it.lines
    told = (tmp_path / "run" / "command.txt").read_text()
    assert " --dial-out /dialout " in told
    history = read_history(tmp_path / "run")
    orders = {work.call for work in history.work if work.tool == "calls.create"}
    assert {call.sid for call in history.calls} <= orders


def test_an_agent_that_is_not_there(tmp_path: Path) -> None:
    base = free_port_base()
    agent = f"http://127.0.0.1:{base - 50}/incoming"
    words = ["--agent", agent, "--port-base", str(base), "--out", "run"]
    with fastbusy(tmp_path, "run", small_scenario(tmp_path).name, *words) as it:
        assert it.ends() == 2
    told = "\n".join(it.lines)
    assert "webhook of the agent: unreachable" in told
    assert "→ start the agent" in told
    assert it.lines[-1] == "  run folder: run"
    assert not (tmp_path / "latest").exists()


def test_doctor_finds_an_agent_well_wired(tmp_path: Path) -> None:
    base = free_port_base()
    with fastbusy(tmp_path, "doctor", "--agent", "reference", "--port-base", str(base)) as it:
        code = it.ends()
    assert code == 0, it.lines
    assert [line[0] for line in it.lines] == ["✓"] * 7 + ["w"]


def test_doctor_names_the_first_missing_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    agent = f"http://127.0.0.1:{free_port_base()}/incoming"
    assert main(["doctor", "--agent", agent, "--port-base", str(free_port_base())]) == 2
    told = capsys.readouterr().out.splitlines()
    marks = {line.split()[1]: line[0] for line in told if line[0] in "✓✗·"}
    behind = ("stream", "stt", "llm", "tts", "heard", "tools")
    assert marks == {"webhook": "✗", **dict.fromkeys(behind, "·")}
