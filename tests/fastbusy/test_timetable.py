"""Profiles on mocks without a run: applied and healed by the mocks' own clock."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from fastbusy.timetable import read_timetable, schedule
from kernel.clock import SECOND_NS
from kernel.dialogue import Script
from kernel.errors import FileProblems, UsageError
from mocks.brain import Brain
from mocks.levers import Levers
from mocks.provider import Catalogue, load_providers
from mocks.service import Service
from mocks.world import World

PROFILE = """\
name: two
why: One after the other.
faults:
  - {kind: rate_limit, target: llm, at: 2s, for: 3s, requests: 1/s}
  - {kind: stall, target: stt, at: 4s, for: 4s, label: deaf}
"""
START_NS = 100 * SECOND_NS


@pytest.fixture
def profile(tmp_path: Path) -> str:
    (tmp_path / "two.yaml").write_text(PROFILE)
    return str(tmp_path / "two.yaml")


def scheduled(profile: str) -> tuple[tuple[Service, Levers], list[str]]:
    """A service with a profile, turned by hand, and what is told of it."""
    service = Service(Catalogue(load_providers()), World(Brain(Script())))
    levers, told = Levers(service, Brain), list[str]()
    clock = SimpleNamespace(now_ns=lambda: START_NS)
    shell = SimpleNamespace(clock=clock, levers=levers, service=service, pump=lambda: None)
    schedule(shell, read_timetable([profile], seed=7), told.append)
    return (service, levers), told


def test_faults_come_and_go_when_they_are_due(profile: str) -> None:
    (service, levers), told = scheduled(profile)
    on: dict[float, list[str]] = {}
    for second in (1.9, 2, 4, 4.9, 5, 7.9, 8):
        list(service.advance(START_NS + round(second * SECOND_NS)))
        on[second] = [state.order.label for state in levers.faults()]
    assert on == {
        1.9: [],
        2: ["two"],
        4: ["two", "deaf"],
        4.9: ["two", "deaf"],
        5: ["deaf"],
        7.9: ["deaf"],
        8: [],
    }
    assert told == [
        "   2.0 s  rate limit on llm begins (two)",
        "   4.0 s  stall on stt begins (deaf)",
        "   5.0 s  rate limit on llm is healed, it bit 0 times (two)",
        "   8.0 s  stall on stt is healed, it bit 0 times (deaf)",
    ]


def test_a_fault_that_somebody_healed_is_only_over(profile: str) -> None:
    (service, levers), told = scheduled(profile)
    list(service.advance(START_NS + 3 * SECOND_NS))
    levers.heal_all(START_NS + 3 * SECOND_NS)
    list(service.advance(START_NS + 5 * SECOND_NS))
    assert "   5.0 s  rate limit on llm is healed (two)" in told


def test_profiles_that_ship_have_names() -> None:
    (fault,) = read_timetable(["llm-429-burst"], seed=3)
    assert (fault.order.label, fault.order.seed) == ("llm-429-burst", 3)


def test_a_fault_without_its_stage_is_refused(profile: str) -> None:
    assert len(read_timetable([profile], seed=0, stages=("stt", "llm"))) == 2
    with pytest.raises(UsageError, match="the fault 'deaf' needs stt, which is not served"):
        read_timetable([profile], seed=0, stages=("llm",))


def test_wrong_profiles_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean 'llm-429-burst'"):
        read_timetable(["llm-429-brst"], seed=0)
    (tmp_path / "bad.yaml").write_text(PROFILE.replace("stall", "stal"))
    with pytest.raises(FileProblems, match=r"bad\.yaml:5: .*'stal'"):
        read_timetable([str(tmp_path / "bad.yaml")], seed=0)
