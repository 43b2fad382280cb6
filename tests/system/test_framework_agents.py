"""The whole loop on agents that nobody here wrote: callers get what they called for."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from .children import ROOT, fastbusy
from .ports import free_port_base
from .small_run import findings, told

pytestmark = [pytest.mark.system, pytest.mark.clients]

SCENARIO = """\
name: two
why: Two callers who want something looked up.
load: [{phase: baseline, calls: 2, for: 4s}]
gate: {no_dropped_calls: 0, attributed: 99%}
dialogues:
  ask:
    facts: {name: person, date: date}
    caller: ["Hello, {name} here. What is free on {date}, please?", "No, thank you. Goodbye."]
    replies:
      1: {call: "lookup_slots(date={date})", then: "At {result.slots.0}, {name}. Is it the one?"}
      2: "Goodbye, {name}."
    done: {tool_ok: lookup_slots, heard: "is it the one"}
"""


@pytest.mark.parametrize(
    ("framework", "bot"), [("pipecat", "pipecat_bot.py"), ("livekit.agents", "livekit_bot.py")]
)
def test_callers_get_what_they_called_for(tmp_path: Path, framework: str, bot: str) -> None:
    if importlib.util.find_spec(framework.partition(".")[0]) is None:
        pytest.skip(f"no {framework} here")
    (tmp_path / "two.yaml").write_text(SCENARIO)
    port = free_port_base()
    command = f"{sys.executable} {ROOT}/agents/{bot} --port {port}"
    words = ["--agent", f"http://127.0.0.1:{port}/incoming", "--agent-command", command]
    words += ["--port-base", str(free_port_base()), "--out", "out"]
    with fastbusy(tmp_path, "run", "two.yaml", *words) as run:
        run.ends()
    found = findings(tmp_path / "out")
    outcomes = {check["name"]: check["outcome"] for check in found["checks"]}
    assert found["fates"]["served"] == 2, told(run)
    assert outcomes["attributed"] == outcomes["script_matched"] == "pass", told(run)
    assert outcomes["no_orphans"] == outcomes["no_dropped_calls"] == "pass", told(run)
    [task] = [check for check in found["checks"] if check["name"] == "task_completed"]
    assert task["outcome"] != "fail", told(run)
