"""Whole runs on real sockets and processes, started as a user starts them."""

from __future__ import annotations

import json
import shlex
import socket
import sys
from pathlib import Path

import pytest

from tests.fastbusy.small import small_scenario
from tests.system.children import ROOT, fastbusy
from tests.system.ports import free_port_base

pytestmark = pytest.mark.system


def nobody_listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_run_from_plan_to_report(tmp_path: Path) -> None:
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
    with fastbusy(tmp_path, "hear", "run/recordings/c0001.wav") as it:
        assert it.ends() == 0
    assert any("we are open." in line for line in it.lines)
    with fastbusy(tmp_path, *words) as it:
        assert it.ends() == 2
    assert any("this folder holds a run already" in line for line in it.lines)


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


def test_doctor_names_the_first_missing_link(tmp_path: Path) -> None:
    base = free_port_base()
    agent = [sys.executable, str(ROOT / "agents" / "reference.py"), "--port", str(base - 50)]
    command = shlex.join(["env", "OPENAI_BASE_URL=http://127.0.0.1:9/v1", *agent])
    webhook = f"http://127.0.0.1:{base - 50}/incoming"
    words = ["--agent", webhook, "--agent-command", command, "--port-base", str(base)]
    with fastbusy(tmp_path, "doctor", *words) as it:
        code = it.ends()
    assert code == 2, it.lines
    marks = {line.split()[1]: line[0] for line in it.lines if line[0] in "✓✗·"}
    assert marks == {
        "webhook": "✓",
        "stream": "✓",
        "stt": "✓",
        "llm": "✗",
        "tts": "·",
        "heard": "·",
        "tools": "·",
    }
