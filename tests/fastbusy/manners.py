"""Scenarios of callers with manners of their own: one dialogue for each, all about the same."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

_HEAD = """\
name: manners
why: Callers do not only wait for their turn.
load:
  - {{phase: baseline, calls: {calls}, rate: 0.5/s}}
gate: {{no_dropped_calls: 0, no_dead_air: 5s, task_completed: {{fewest: 1}}{gates}}}
seed: 5
dialogues:
"""
_DIALOGUE = """\
  {name}:
    facts: {{name: person, date: date}}
    caller:
      - {{say: "Hi, this is {{name}}. I would like to book an appointment."{first}}}
      - {{say: "On {{date}}, please."{second}}}
      - "No, that is all. Goodbye."
    replies:
      1: "Sure, {{name}}. Which day do you prefer? We open daily at eight. Mornings are quietest."
      2: {{call: "lookup_slots(date={{date}})", then: "I have {{result.slots.0}}. Anything else?"}}
      3: "Goodbye, {{name}}."
    done: {{tool_ok: lookup_slots, heard: "Anything else"}}
"""
KEYS = """\
  keys:
    facts: {name: person, code: number}
    caller:
      - "Hello, {name} speaking. What is on my account?"
      - {dtmf: "{code}#"}
      - {dtmf: "1"}
      - {say: "Thank you, goodbye.", pause: 2s}
    replies:
      1: "Please enter your code on the keypad, then press the hash key."
      2: "Thank you. Press one for the balance, or two for a colleague."
      3: "Your balance is fine, {name}."
      4: "Goodbye, {name}."
    done: {heard: balance is fine}
"""


def manners_scenario(
    folder: Path,
    manners: Mapping[str, tuple[str, str]],
    calls: int,
    *,
    gates: str = "",
    further: str = "",
) -> Path:
    """Write it to `folder`: name of a dialogue → what stands beside its first and second line."""
    text = _HEAD.format(calls=calls, gates=gates)
    for name, written in manners.items():
        first, second = (f", {each}" if each else "" for each in written)
        text += _DIALOGUE.format(name=name, first=first, second=second)
    path = folder / "manners.yaml"
    path.write_text(text + further)
    return path
