import pytest

from harness.correlation.correlate import correlate
from harness.verdict import judge
from tests.harness.volume import large_run

GATES = {
    "no_dropped_calls": 0,
    "turn_latency": {"answer_p95": "1.5x baseline"},
    "no_dead_air": "5s",
    "retry_after_honoured": True,
    "retry_amplification": 4,
    "back_to_baseline": "60s",
    "no_orphans": 0,
}


def test_a_large_run_is_judged_right_from_its_raw_events() -> None:
    verdict = judge(large_run(300).history(), GATES)
    assert (verdict.verdict, verdict.reason) == ("pass", "7 of 7 gates passed")
    assert verdict.fates["served"] == 300
    outcomes = {finding.name: finding.outcome for finding in verdict.checks}
    assert outcomes["attributed"] == outcomes["fault_was_felt"] == "pass"


def test_three_dropped_in_a_crowd_are_found_and_named() -> None:
    verdict = judge(large_run(300, flawed=3).history(), GATES)
    assert verdict.verdict == "fail"
    assert verdict.reason.startswith("no_dropped_calls: 3 of 300 answered calls were dropped")
    (finding,) = (check for check in verdict.checks if check.name == "no_dropped_calls")
    assert [evidence.call for evidence in finding.evidence] == ["c0101", "c0102", "c0103"]


@pytest.mark.parametrize(
    ("damaged", "pooled", "joined"),
    [(0.0, False, 1.0), (0.05, False, 0.99), (0.0, True, 1.0), (0.3, True, 0.9)],
)
def test_joins_are_right_and_missing_rather_than_wrong(
    damaged: float, pooled: bool, joined: float
) -> None:
    story = large_run(300, damaged=damaged, pooled=pooled)
    found = {event.span: event.parent for event in correlate(story.history())}
    wrong = [span for span, call in found.items() if story.truth[span] != call]
    assert len(found) >= joined * len(story.truth)
    assert len(wrong) <= 0.001 * len(story.truth)
