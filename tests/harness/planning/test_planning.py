"""From files to a plan."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from harness.files.grammar import Loaded
from harness.files.profile import FaultProfile
from harness.planning import planning
from harness.planning.estimate import turn_ends_s
from harness.planning.plan import Persona, Plan, PlannedPhase
from harness.planning.planning import make_plan
from kernel.dialogue import Script
from kernel.errors import FileProblems
from kernel.fault import FaultOrder
from kernel.units import Share, builtins, convert

from ..catalogue import KINDS, PROFILE, SCENARIO, TODAY, VOICES, profile, scenario

S = 1_000_000_000


def plan(
    text: str = SCENARIO,
    profiles: dict[str, Loaded[FaultProfile]] | None = None,
    seed: int | None = None,
) -> Plan:
    return make_plan(
        scenario(text),
        {"burst": profile()} if profiles is None else profiles,
        KINDS,
        today=TODAY,
        voices=VOICES,
        seed=seed,
    )


def test_phases_stand_back_to_back() -> None:
    assert plan().phases == (
        PlannedPhase("warm_up", 0, True, 0, 2 * S),
        PlannedPhase("baseline", 1, False, 2 * S, 62 * S),
        PlannedPhase("surge", 2, False, 62 * S, 92 * S),
    )


def test_calls_are_numbered_in_the_order_of_their_dials_within_their_phases() -> None:
    planned = plan()
    assert [call.number for call in planned.calls] == list(range(1, 2 + 60 + 120 + 1))
    assert [call.due_ns for call in planned.calls] == sorted(c.due_ns for c in planned.calls)
    phases = {phase.name: phase for phase in planned.phases}
    for call in planned.calls:
        assert phases[call.phase].from_ns <= call.due_ns < phases[call.phase].until_ns


def test_faults_start_with_the_phase_that_names_them() -> None:
    first, second = plan().faults
    assert first.order == FaultOrder(
        label="burst",
        kind="rate_limit",
        target="llm",
        fields={"requests": "5/s"},
        share=Share(0.5),
        seed=7,
    )
    assert (first.apply_at_ns, first.heal_at_ns) == (64 * S, 84 * S)
    assert (first.name, first.colour) == ("rate limit on llm", "#cc3333")
    assert second.order.label == "silent"
    assert (second.apply_at_ns, second.heal_at_ns) == (62 * S, 67 * S)


def test_a_profile_named_twice_gets_labels_of_its_own() -> None:
    text = SCENARIO.replace("rate: 1/s, for: 60s", "rate: 1/s, for: 60s, faults: [burst]")
    labels = [fault.order.label for fault in plan(text).faults]
    assert labels == ["burst", "silent", "burst-2", "silent-2"]


def test_a_profile_without_a_phase_joins_the_first_that_has_faults() -> None:
    profiles = {"burst": profile(), "more": profile(PROFILE.replace("burst", "more"))}
    faults = plan(profiles=profiles).faults
    assert [fault.order.label for fault in faults] == ["burst", "silent", "more", "silent-2"]
    assert faults[2].apply_at_ns == 64 * S


def test_a_profile_without_any_faulted_phase_joins_the_busiest() -> None:
    text = SCENARIO.replace(", faults: [burst]", "").replace("calls: 2", "calls: 20, for: 2s")
    assert [fault.apply_at_ns for fault in plan(text).faults] == [64 * S, 62 * S]


def test_the_plan_says_what_the_scenario_says() -> None:
    planned, said = plan(), scenario().value
    assert (planned.scenario, planned.why, planned.seed) == ("small", "Something to change.", 7)
    assert planned.gates == said.gates
    assert planned.latency == {"llm": {"first": "lognormal(300ms, 800ms)"}}
    assert planned.profiles == ("burst",)
    assert planned.dialogues == said.dialogues
    assert planned.script == Script(tuple(said.dialogues.values()), 7, TODAY)


def test_running_calls_get_twice_their_length_to_end() -> None:
    assert plan().drain_s == 60
    words = " ".join(["and so on"] * 60)
    long = plan(SCENARIO.replace("I need an appointment.", words))
    length_s = turn_ends_s(long.dialogues["book"], Persona())[-1]
    assert long.drain_s == pytest.approx(2 * length_s, abs=1)
    assert long.drain_s > 60


def test_the_same_seed_makes_the_same_plan() -> None:
    assert plan() == plan(seed=7)
    assert plan(seed=8) != plan()
    assert plan(seed=8).script.seed == plan(seed=8).faults[0].order.seed == 8


def test_a_plan_survives_its_file() -> None:
    planned = plan()
    written = msgspec.json.encode(builtins(planned))
    assert convert(msgspec.json.decode(written), Plan) == planned


def problems_of(text: str, profiles: dict[str, Loaded[FaultProfile]] | None = None) -> str:
    with pytest.raises(FileProblems) as caught:
        plan(text, profiles)
    return str(caught.value)


def test_a_fault_that_outlasts_the_load_is_told_with_all_else() -> None:
    profiles = {"burst": profile(PROFILE.replace("for: 20s", "for: 29s"))}
    assert problems_of(SCENARIO.replace("bass", "bas"), profiles) == (
        "s.yaml:6: unknown voice 'bas'\n"
        "  → did you mean 'bass'? known voices: any, alto, bass, tenor\n"
        "p.yaml:4: rate_limit would last until 93s, and the load of the run ends at 92s\n"
        "  → shorten at or for, or lengthen the phases, so that recovery can be seen"
    )


def test_more_calls_than_callers_can_be_numbered_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "MAX_CALLS", 100)
    assert problems_of(SCENARIO) == (
        "s.yaml:10: more than 100 calls by the end of phase surge\n  → lower rate or shorten for"
    )
    monkeypatch.setattr(planning, "MAX_CALLS", 182)
    assert len(plan().calls) == 182


def test_an_absurd_rate_is_told_before_it_fills_the_memory() -> None:
    assert problems_of(SCENARIO.replace("rate: 4/s, for: 30s", "rate: 4000/s, for: 8h")) == (
        "s.yaml:10: more than 524288 calls by the end of phase surge\n  → lower rate or shorten for"
    )


def test_a_load_without_calls_is_told() -> None:
    text = """
name: n
why: w
dialogues: {d: {facts: {name: person}, caller: ["I am {name}."]}}
load: [{phase: rest, rate: 0/s, for: 9s}]
"""
    assert problems_of(text, {}) == (
        "s.yaml:5: no call is due in any phase\n  → raise rate or lengthen for"
    )


def test_today_is_an_argument() -> None:
    later = make_plan(
        scenario(),
        {"burst": profile()},
        KINDS,
        today=dt.date(2030, 1, 1),
        voices=VOICES,
    )
    dates = [call.facts["date"].value for call in later.calls if "date" in call.facts]
    assert all("2030-01-01" < date < "2031-01-01" for date in dates)
