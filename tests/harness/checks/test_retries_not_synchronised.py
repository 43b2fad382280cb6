from harness.checks.retries_not_synchronised import RetriesNotSynchronised
from tests.harness.histories import Story


def run(apart_s: float, calls: int = 24) -> Story:
    """Calls that are refused at one instant and try again a second later, so far apart."""
    story = Story().phase("surge", 0, 300)
    for number in range(calls):
        caller = story.call(number + 1, at=number / 100).says()
        retry_at = 11 + number * apart_s
        caller.works("llm", 10, 10.05, type="fail", status=429, text_in="hello")
        caller.works("llm", retry_at, retry_at + 0.5, text_in="hello")
        caller.ends("completed", after=30)
    return story


def test_spread_out_passes() -> None:
    finding = RetriesNotSynchronised()(run(0.1).history())
    assert (finding.outcome, finding.measures["refused_together"]) == ("pass", 24)
    assert finding.measures["retried_together"] in (2, 3)


def test_all_at_once_fails() -> None:
    finding = RetriesNotSynchronised()(run(0.001).history())
    assert (finding.outcome, finding.measures["retried_together"]) == ("fail", 24)
    assert finding.evidence[0].call == "c0001"


def test_an_instant_may_begin_at_any_time() -> None:
    story = Story().phase("surge", 0, 300)
    for number in range(24):
        caller = story.call(number + 1, at=0).says()
        refused_at = 10.15 + number / 240
        caller.works("llm", 10, refused_at, type="fail", status=429, text_in="hello")
        caller.works("llm", 11, 11.5, text_in="hello")
        caller.ends("completed", after=30)
    early = story.call(90, at=0).says()
    early.works("llm", 9, 10, type="fail", status=429, text_in="hello")
    early.works("llm", 12, 12.5, text_in="hello").ends("completed", after=30)
    finding = RetriesNotSynchronised()(story.history())
    assert (finding.outcome, finding.measures["refused_together"]) == ("fail", 24)


def test_a_few_prove_nothing() -> None:
    assert RetriesNotSynchronised()(run(0.001, calls=19).history()).outcome == "unknown"
