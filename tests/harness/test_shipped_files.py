"""Every scenario and fault profile of the product loads and plans."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.files.reading import read_files, read_profile
from harness.gates import known_checks
from harness.planning.planning import make_plan
from harness.planning.summary import summary

from . import catalogue
from .catalogue import KINDS, TODAY, VOICES

KNOWN = catalogue.KNOWN._replace(checks=known_checks())
ROOT = Path(__file__).resolve().parents[2]
SCENARIOS = sorted((ROOT / "scenarios").glob("*.yaml"))
PROFILES = sorted((ROOT / "fault_profiles").glob("*.yaml"))


def test_there_are_some() -> None:
    assert {path.stem for path in SCENARIOS} >= {"appointments", "demo"}
    assert {path.stem for path in PROFILES} >= {
        "llm-429-burst",
        "stt-slowdown",
        "tts-concurrency",
    }


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_a_profile_is_called_like_its_file(path: Path) -> None:
    assert read_profile(path, KNOWN).value.name == path.stem


@pytest.mark.parametrize("more", [(), *((path.stem,) for path in PROFILES)], ids=str)
@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_scenario_plans(path: Path, more: tuple[str, ...]) -> None:
    files = read_files(
        path, known=KNOWN, folders=[ROOT / "fault_profiles"], environment={}, more_profiles=more
    )
    plan = make_plan(files.scenario, files.profiles, KINDS, today=TODAY, voices=VOICES)
    assert plan.scenario == path.stem
    assert bool(plan.faults) == bool(more or "faults:" in path.read_text())
    # What a gate judges by must have enough turns to be known.
    if "turn_latency" in plan.gates:
        assert "p95 of baseline" not in summary(plan)


def test_the_demo_refuses_about_a_quarter_of_its_surge() -> None:
    files = read_files(
        ROOT / "scenarios" / "demo.yaml",
        known=KNOWN,
        folders=[ROOT / "fault_profiles"],
        environment={},
    )
    plan = make_plan(files.scenario, files.profiles, KINDS, today=TODAY, voices=VOICES)
    agent = files.scenario.value.agent
    assert agent
    row = next(line for line in summary(plan, agent).splitlines() if line.startswith("surge "))
    refused = int(row.partition(" refused")[0].split()[-1])
    in_surge = sum(call.phase == "surge" for call in plan.calls)
    assert 0.2 <= refused / in_surge <= 0.3
