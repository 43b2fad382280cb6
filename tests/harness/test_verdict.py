from typing import Any

import msgspec
import pytest

from harness.checks.no_dropped_calls import NoDroppedCalls
from harness.finding import Finding, Outcome, Verdict
from harness.verdict import decide, exit_code, judge
from kernel.history import History
from tests.harness.histories import Story, crowd


def found(outcome: Outcome, *, gate: bool = False, instrument: bool = False) -> Finding:
    return Finding(name="x", outcome=outcome, summary="because", gate=gate, instrument=instrument)


def bad(name: str, breach: float | None) -> Finding:
    return Finding(name=name, outcome="unknown", summary="because", instrument=True, breach=breach)


@pytest.mark.parametrize(
    ("findings", "verdict"),
    [
        ([found("pass", gate=True)], "pass"),
        ([found("pass", gate=True), found("warn", gate=True)], "warn"),
        ([found("unknown", gate=True), found("warn", gate=True)], "unknown"),
        ([found("fail", gate=True), found("unknown", gate=True)], "fail"),
        ([found("pass", gate=True), found("fail")], "warn"),
        ([found("pass", gate=True), found("unknown")], "pass"),
        ([found("fail", gate=True), found("unknown", instrument=True)], "unknown"),
        ([found("fail", gate=True), found("pass", instrument=True)], "fail"),
        ([found("fail")], "warn"),
        ([], "pass"),
    ],
)
def test_void_before_fail_before_unknown_before_warn(
    findings: list[Finding], verdict: Outcome
) -> None:
    assert decide(findings)[0] == verdict


def test_the_reason_is_that_of_the_worst() -> None:
    findings = [found("fail", gate=True), found("fail", gate=True), found("warn")]
    assert decide(findings)[1] == "x: because (and 1 more)"
    assert decide([found("unknown", instrument=True)])[1] == "the run is void: x: because"
    assert decide([found("pass", gate=True)])[1] == "1 of 1 gates passed"


def test_of_a_void_run_the_worst_instrument_is_told_and_the_others_named() -> None:
    _, reason = decide([bad("load", 1.7), bad("time", 14.0), found("fail", gate=True)])
    assert reason == "the run is void: time: because; void by load as well"
    _, reason = decide([bad("load", 1.7), bad("history", None)])
    assert reason.startswith("the run is void: history: because")


@pytest.mark.parametrize(
    ("verdict", "unknown_is", "code"),
    [
        ("pass", "unknown", 0),
        ("warn", "unknown", 0),
        ("fail", "unknown", 1),
        ("unknown", "unknown", 3),
        ("unknown", "pass", 0),
        ("unknown", "fail", 1),
        ("fail", "pass", 1),
    ],
)
def test_exit_codes(verdict: Outcome, unknown_is: Outcome, code: int) -> None:
    assert exit_code(verdict, unknown_is) == code


def good_run(**run: Any) -> Story:
    story = Story(scenario="peak", profiles=["a", "b"], **run).phase("baseline", 0, 60)
    story.phase("surge", 60, 120).instrument()
    crowd(story, 20, at=1, every=2)
    crowd(story, 20, at=61, every=2, first=21)
    return story.ends(300)


def test_a_good_run_passes_its_gates() -> None:
    verdict = judge(good_run().history(), {"no_dropped_calls": 0, "turn_latency": "1.5x"})
    assert (verdict.verdict, verdict.reason) == ("pass", "2 of 2 gates passed")
    assert verdict.fates["served"] == 40
    assert {check.name for check in verdict.checks if check.gate} == {
        "no_dropped_calls",
        "turn_latency",
    }
    assert verdict.instrument["attributed"]["outcome"] == "pass"
    assert verdict.run == {"scenario": "peak", "seed": 7, "profile": "a, b", "interrupted": ""}


def test_a_verdict_survives_its_file() -> None:
    verdict = judge(good_run().history(), {})
    assert msgspec.json.decode(msgspec.json.encode(verdict), type=Verdict) == verdict


def test_joins_are_found_unless_the_history_holds_them() -> None:
    story = good_run()
    story.events = [event for event in story.events if event.kind != "join"]
    verdict = judge(story.history(), {})
    assert verdict.instrument["attributed"]["outcome"] == "unknown"
    assert "pieces of provider work" in verdict.instrument["attributed"]["summary"]


def test_a_void_instrument_makes_the_run_unknown() -> None:
    story = good_run().instrument("runner", at=9, sent=1000, late=900)
    verdict = judge(story.history(), {"no_dropped_calls": 0})
    assert verdict.verdict == "unknown"
    assert verdict.reason.startswith("the run is void: harness_on_time: ")


def test_a_call_that_was_a_bit_late_does_not_hide_frames_that_were() -> None:
    story = good_run().instrument("runner", at=9, sent=1000, late=150)
    story.call(99, at=80.3, due=80).talks().ends()
    reason = judge(story.history(), {}).reason
    assert reason.startswith("the run is void: harness_on_time: ")
    assert reason.endswith("; void by delivered_load as well")


def test_a_check_that_crashes_is_unknown_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(self: NoDroppedCalls, history: History) -> Finding:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(NoDroppedCalls, "look", crash)
    verdict = judge(good_run().history(), {"no_dropped_calls": 0})
    assert verdict.verdict == "unknown"
    assert "the check itself crashed: ZeroDivisionError: division by zero" in verdict.reason


def test_a_dropped_call_fails_as_a_gate_and_warns_otherwise() -> None:
    story = good_run()
    story.call(99, at=80).talks(2).ends("closed", type="info", by="agent")
    assert judge(story.history(), {"no_dropped_calls": 0}).verdict == "fail"
    assert judge(story.history(), {"turn_latency": True}).verdict == "warn"


def test_an_empty_run_is_unknown() -> None:
    assert judge(Story().history(), {}).verdict == "unknown"


def test_an_interrupted_run_says_so() -> None:
    story = good_run()
    story.tell(301, "runner", "run", "info", "run", data={"reason": "Ctrl-C"})
    assert judge(story.history(), {}).run["interrupted"] == "Ctrl-C"


@pytest.mark.parametrize(
    ("stopped", "told"),
    [
        ("interrupted by SIGINT", "interrupted by SIGINT"),
        ("stt of the agent: no audio\n  → run `env`", "stt of the agent: no audio → run `env`"),
        (
            "log: agent ended; its last words:\n  Traceback:\n  File 3\n  KeyError: 'KEY'\n  → see",
            "log: agent ended; its last words: … KeyError: 'KEY' → see",
        ),
    ],
)
def test_a_run_that_did_not_come_to_a_call_says_what_stopped_it(stopped: str, told: str) -> None:
    story = Story(scenario="peak")
    story.tell(0, "runner", "run", "info", "run", data={"reason": stopped, "complete": True})
    verdict = judge(story.history(), {"no_dropped_calls": 0})
    assert (verdict.verdict, verdict.reason) == ("unknown", f"no call was offered: {told}")
    assert {(check.outcome, check.summary) for check in verdict.checks} == {
        ("unknown", "no call was offered")
    }
    assert [check.name for check in verdict.checks if check.gate] == ["no_dropped_calls"]


def test_wrong_gates_are_refused() -> None:
    with pytest.raises(ValueError, match="did you mean 'samples'"):
        judge(good_run().history(), {"sample": 3})
