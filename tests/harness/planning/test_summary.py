"""What `fastbusy plan` prints."""

from __future__ import annotations

import msgspec
import pytest

from harness.files.grammar import Filled
from harness.planning.plan import Plan, Target
from harness.planning.planning import make_plan
from harness.planning.reach import Address, DialOut
from harness.planning.summary import COLUMNS, summary

from ..catalogue import KINDS, PROFILE, SCENARIO, TODAY, VOICES, profile, scenario

PRINTED = """\
small: Something to change.
182 calls, seed 7; 1m32s of load, about 1m50s until the last call ends

phase            from    for  calls  turns  on the line
warm_up            0s     2s      2      0            2  not counted
baseline           2s  1m00s     60     86           19
surge           1m02s    30s    120    113           30  65 refused with a limit of 30

faults
  1m04s to 1m24s  burst: rate limit on llm for 50%, requests 5/s; can bite 30 calls
  1m02s to 1m07s  silent: stall on tts; can bite 33 calls

unknown
  p99 of baseline: 86 turns, p99 needs 300
  p99 of surge: 113 turns, p99 needs 300

calls     ▃▃▃▂▃▃▃▂▃▃▂▃▃▃▂▃▃▂▃▃▃▂▃▃▂▃▃▃▂▃▃▂▃▃▃▂███▇███████▇█████▄            up to 7 in 1.7s
on line   ▁▂▂▂▃▃▄▄▅▅▅▅▅▆▆▅▅▅▅▅▆▆▆▆▅▅▅▅▅▅▅▅▅▅▅▅▇██████████████████▇▆▅▅▄▂▂▂▁  up to 30
phase     ||baseline                          |surge            |
fault                                          ████████████                 burst
fault                                         ███                           silent
"""


def plan(text: str = SCENARIO, faults: str = PROFILE) -> Plan:
    profiles = {"burst": profile(faults)} if "burst" in text else {}
    return make_plan(scenario(text), profiles, KINDS, today=TODAY, voices=VOICES)


def test_a_plan_at_a_glance() -> None:
    assert summary(plan(), Target(limit=30)) + "\n" == PRINTED


def test_who_places_the_calls_is_told_if_it_is_the_agent() -> None:
    url = Filled.of("http://a.example/go?key=hushhush", "http://a.example/go?key=${KEY}", ())
    target = Target(dial_out=DialOut(url), connect_to=Address("127.0.0.1", 8443))
    told = summary(plan(), target)
    (line,) = (line for line in told.splitlines() if "the agent places the calls" in line)
    assert "told to at http://a.example/go" in line
    assert line.endswith("(at 127.0.0.1:8443)")
    assert "hushhush" not in told
    assert "the agent places" not in summary(plan())


def test_without_a_limit_nobody_is_refused() -> None:
    assert "refused" not in summary(plan())


def test_without_faults_there_is_nothing_about_them() -> None:
    assert "fault" not in summary(plan(SCENARIO.replace(", faults: [burst]", "")))


def test_percentiles_without_samples_are_told() -> None:
    told = summary(plan(SCENARIO.replace("rate: 1/s, for: 60s", "rate: 0.1/s, for: 60s")))
    assert "  p95 and p99 of baseline: 10 turns, p95 needs 60\n" in told
    long = summary(plan(SCENARIO.replace("rate: 1/s, for: 60s", "rate: 3/s, for: 2m")))
    assert "of baseline" not in long


def test_a_fault_that_cannot_be_felt_is_told() -> None:
    told = summary(plan(faults=PROFILE.replace("share: 50%", "share: 5%")))
    assert "  whether burst was felt: it needs 10 calls to bite\n" in told
    assert "can bite 5 calls" in told


@pytest.mark.parametrize(("calls", "said"), [(5, False), (6, True)])
def test_how_many_calls_a_fault_must_bite_is_for_the_gate_to_say(calls: int, said: bool) -> None:
    few = plan(faults=PROFILE.replace("share: 50%", "share: 5%"))
    told = summary(msgspec.structs.replace(few, gates={"fault_was_felt": calls}))
    assert (f"burst was felt: it needs {calls} calls to bite" in told) == said


def test_all_rows_of_the_picture_fit() -> None:
    rows = summary(plan()).split("\n\n")[-1].splitlines()
    assert len(rows[0].partition("  up to")[0]) == len("calls     ") + COLUMNS
    assert [row[:10].rstrip() for row in rows] == ["calls", "on line", "phase", "fault", "fault"]
    assert any(row.startswith("phase     |") and row.count("|") >= 3 for row in rows)


def test_a_quiet_phase_has_no_bars() -> None:
    quiet = SCENARIO.replace("rate: 1/s, for: 60s", "rate: 0/s, for: 60s")
    bars = next(row for row in summary(plan(quiet)).splitlines() if row.startswith("calls  "))
    assert bars[15:30].isspace()


def test_behaviours_and_redials_are_counted() -> None:
    text = SCENARIO.replace(", pause: 300ms", ", barge_in: 50%").replace(
        "persona: {patience: 6s,", "persona: {patience: 6s, redial: {times: 2},"
    )
    told = summary(plan(text))
    assert "behaviours\n  barge_in: " in told
    assert "  redial: up to " in told
