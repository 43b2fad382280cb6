import pytest

from harness.checks.retry_after_honoured import RetryAfterHonoured
from kernel.units import Share
from tests.harness.histories import Story


def run(*waits: float | None, asked: float = 2.0) -> Story:
    """One call per wait: refused with Retry-After, tried again that much later, or not at all."""
    story = Story().phase("surge", 0, 300)
    for number, wait in enumerate(waits, 1):
        caller = story.call(number, at=number * 10).hears(role="greeting").says()
        caller.hears(after=6).ends()
        at = caller.dialled + 5
        caller.works("llm", at, at + 0.1, type="fail", text_in="hi", retry_after_s=asked)
        if wait is not None:
            caller.works("llm", at + 0.1 + wait, at + 0.5 + wait, text_in="hi")
    return story


def test_waiting_as_long_as_asked_passes() -> None:
    finding = RetryAfterHonoured()(run(2.0, 2.1, 3.0, 9.0, 2.0).history())
    assert finding.outcome == "pass"
    assert finding.measures == {"refusals": 5, "retried": 5, "early": 0}


@pytest.mark.parametrize(("wait", "early"), [(1.86, 0), (1.84, 1)])
def test_the_slack_is_50_ms_and_5_percent(wait: float, early: int) -> None:
    finding = RetryAfterHonoured()(run(wait, 2.1, 2.1, 2.1, 2.1).history())
    assert finding.measures["early"] == early


def test_retrying_at_once_fails_and_names_the_worst_first() -> None:
    finding = RetryAfterHonoured()(run(1.0, 0.1, 2.0, 2.0, 2.0).history())
    assert finding.outcome == "fail"
    assert [found.call for found in finding.evidence] == ["c0002", "c0001"]
    assert finding.evidence[0].note == "openai asked for 2 s, retried after 0.10 s"


def test_a_few_early_ones_warn() -> None:
    finding = RetryAfterHonoured(early=Share(0.2))(run(1.0, 2.0, 2.0, 2.0, 2.0).history())
    assert finding.outcome == "warn"


def test_apologising_instead_of_waiting_longer_than_the_callers_patience_is_right() -> None:
    finding = RetryAfterHonoured()(run(*[None] * 5, asked=30).history())
    assert finding.outcome == "pass"
    assert "5 not at all" in finding.summary


def test_failing_over_at_once_is_right() -> None:
    story = run(*[None] * 5)
    for caller in story.callers:
        at = caller.dialled + 5.2
        caller.works("llm", at, at + 1, text_in="hi", provider="anthropic")
    finding = RetryAfterHonoured()(story.history())
    assert (finding.outcome, finding.measures["retried"]) == ("pass", 0)


def test_the_next_turn_need_not_wait() -> None:
    story = run(*[None] * 5)
    for caller in story.callers:
        caller.works("llm", caller.dialled + 5.5, caller.dialled + 6, text_in="something else")
    assert RetryAfterHonoured()(story.history()).measures["retried"] == 0


def test_other_callers_with_the_same_words_are_not_early_retries() -> None:
    story = Story().phase("surge", 0, 300)
    for number in range(1, 31):
        caller = story.call(number, at=number).says().ends("patience", after=8, type="info")
        caller.works(
            "llm", number + 3, number + 3.1, type="fail", text_in="hello", retry_after_s=30
        )
    finding = RetryAfterHonoured()(story.history())
    assert (finding.outcome, finding.measures["refusals"]) == ("pass", 30)


def test_a_refusal_without_retry_after_asks_for_nothing() -> None:
    story = run(2.0)
    story.callers[0].works("llm", 50, 50.1, type="fail", text_in="x")
    finding = RetryAfterHonoured()(story.history())
    assert finding.outcome == "unknown"
    assert finding.summary.startswith("1 refusals carried Retry-After; at least 5 are needed")
