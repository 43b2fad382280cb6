from harness.checks.no_dropped_calls import NoDroppedCalls
from harness.checks.retry_after_honoured import RetryAfterHonoured
from harness.finding import Evidence
from tests.harness.histories import Story


def test_a_check_is_called_as_its_file() -> None:
    assert NoDroppedCalls().name == "no_dropped_calls"


def test_a_finding_bears_the_name_and_the_worst_evidence() -> None:
    evidence = [Evidence(f"c{number:04d}") for number in range(30)]
    finding = NoDroppedCalls().finding("warn", "so so", {"n": 1}, evidence)
    assert (finding.name, finding.outcome, finding.measures) == (
        "no_dropped_calls",
        "warn",
        {"n": 1},
    )
    assert finding.evidence == tuple(evidence[:10])
    assert not finding.gate


def test_a_check_of_single_calls_is_unknown_where_they_are_not_known() -> None:
    story = Story()
    caller = story.call(1, at=0).talks().ends()
    caller.works("llm", 1, 2)
    story.work("llm", 1, 2)
    finding = RetryAfterHonoured()(story.history())
    assert finding.outcome == "unknown"
    assert "1 of 2 pieces" in finding.summary
    assert "attributed" in finding.summary
