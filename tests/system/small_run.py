"""A scenario that is over soon, and what a test asks of its run folder."""

from __future__ import annotations

import json
import socket
import sys
from pathlib import Path
from typing import Any

from kernel.event import Event, from_lines

from .children import ROOT, Running

SCENARIO = """\
name: small
why: Callers with little to say.
load:
  - {phase: baseline, rate: 1/s, for: 20s, faults: [slow]}
dialogues:
  ask:
    facts: {name: person}
    greeting: "Yes?"
    caller: ["{name} here.", "Bye."]
    replies: {1: "Right.", 2: "Bye."}
"""
WITH_TOOL = """\
name: small
why: Callers who want something looked up.
load:
  - {phase: baseline, rate: 1/s, for: 20s}
dialogues:
  ask:
    facts: {name: person, date: date}
    greeting: "Yes?"
    caller: ["{name}, for {date}.", "Bye."]
    replies:
      1: {call: "lookup_slots(date={date})", then: "At {result.slots.0}.", failed: "Sorry."}
      2: "Bye."
    done: {tool_ok: lookup_slots}
"""
SLOW = """\
name: slow
why: Something that has to be healed.
faults: [{kind: slowdown, target: llm, first: 50ms, at: 0s, for: 15s}]
"""


def write_scenario(folder: Path, scenario: str = SCENARIO) -> Path:
    """The scenario and its fault profile beside it."""
    (folder / "slow.yaml").write_text(SLOW)
    path = folder / "small.yaml"
    path.write_text(scenario)
    return path


def agent_command(port: int, **environment: str) -> str:
    """Starts the reference agent at `port` with some variables changed."""
    changed = " ".join(f"{name}={value}" for name, value in environment.items())
    return (
        f"exec env HOST=127.0.0.1 PORT={port} {changed} {sys.executable} {ROOT}/agents/reference.py"
    )


def events(folder: Path) -> list[Event]:
    with (folder / "events.jsonl").open("rb") as lines:
        return list(from_lines(lines))


def end_of_run(folder: Path) -> Event:
    """The last word of the runner on the run."""
    return [event for event in events(folder) if event.kind == "run"][-1]


def findings(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "findings.json").read_text())
    return found


def is_free(port: int) -> bool:
    """Whether nobody listens there any more."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def told(running: Running) -> str:
    return "\n".join(running.lines)
