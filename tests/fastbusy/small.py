"""A scenario that is over in half a minute: three callers who ask one thing."""

from __future__ import annotations

from pathlib import Path

SCENARIO = """\
name: small
why: The shortest run that is a run.
load:
  - {phase: baseline, calls: 3, rate: 1/s}
gate: {no_dropped_calls: 0, samples: 3}
seed: 3
dialogues:
  hours:
    facts: {name: person}
    caller: ["Hi, {name} here. Are you open today?", "Thank you, goodbye."]
    replies: {1: "Yes, {name}, we are open.", 2: "Goodbye."}
    done: {heard: open}
"""


def small_scenario(folder: Path, faults: str = "") -> Path:
    """Write it to `folder`; with a fault, the only phase brings the profile `dip`."""
    text = SCENARIO
    if faults:
        text = text.replace("rate: 1/s}", "rate: 1/s, faults: [dip]}")
        (folder / "dip.yaml").write_text(f"name: dip\nwhy: A dip.\nfaults:\n  - {faults}\n")
    (folder / "small.yaml").write_text(text)
    return folder / "small.yaml"
