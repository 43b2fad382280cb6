"""The judge is judged: every flaw fails what it must and nothing that it must not; the reference
agent passes where the flaws show.

Whole runs in virtual time, over as many seeds as the environment's JUDGE_SEEDS says.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fastbusy.preparing import Options
from fastbusy.rehearsal import rehearse
from fastbusy.samples import flaws
from harness.finding import Verdict

# Without the variable a seed that it never asks for.
SEEDS = range(1, 1 + int(os.environ["JUDGE_SEEDS"])) if "JUDGE_SEEDS" in os.environ else (0,)
SCENARIOS = sorted({flaw.scenario for flaw in flaws().values()})


def judged(scenario: str, agent: str, seed: int, folder: Path) -> Verdict:
    options = Options(scenario, agent=agent, seed=seed, out=folder / "run", keep="none")
    verdict = rehearse(options).verdict
    void = [found.summary for found in verdict.checks if found.instrument and not passed(found)]
    assert not void
    return verdict


def passed(found: object) -> bool:
    return getattr(found, "outcome", "") == "pass"


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", flaws())
def test_a_flaw_is_found_out(name: str, seed: int, tmp_path: Path) -> None:
    flaw = flaws()[name]
    checks = judged(flaw.scenario, f"flawed:{name}", seed, tmp_path).checks
    failed = {found.name: found.summary for found in checks if found.outcome == "fail"}
    assert set(flaw.fails) <= set(failed)
    assert not {name: failed[name] for name in set(failed) - {*flaw.fails, *flaw.may_fail}}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_reference_agent_passes(scenario: str, seed: int, tmp_path: Path) -> None:
    checks = judged(scenario, "reference", seed, tmp_path).checks
    assert not {found.name: found.summary for found in checks if found.outcome == "fail"}
    assert not {found.name: found.summary for found in checks if found.gate and not passed(found)}
    shown = {
        check for flaw in flaws().values() if flaw.scenario == scenario for check in flaw.fails
    }
    assert shown <= {found.name for found in checks if passed(found)}
