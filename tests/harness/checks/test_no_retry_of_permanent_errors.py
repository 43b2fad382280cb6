import pytest

from harness.checks.no_retry_of_permanent_errors import NoRetryOfPermanentErrors
from tests.harness.histories import Story


def run(attempts: int, status: int = 401, calls: int = 6, others: int = 0) -> Story:
    story = Story().phase("surge", 0, 300)
    for number in range(1, calls + others + 1):
        caller = story.call(number, at=number).says().ends("patience", after=8, type="info")
        for attempt in range(attempts if number <= calls else 1):
            at = caller.dialled + 3 + attempt / 2
            caller.works("llm", at, at + 0.1, type="fail", status=status, text_in="hello")
    return story


def test_once_is_enough() -> None:
    finding = NoRetryOfPermanentErrors()(run(1).history())
    assert (finding.outcome, finding.measures["refused_for_good"]) == ("pass", 6)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_asking_again_fails(status: int) -> None:
    finding = NoRetryOfPermanentErrors()(run(3, status).history())
    assert (finding.outcome, finding.measures["retried"]) == ("fail", 12)
    assert finding.evidence[0].note == f"openai said {status}, and was asked again"


def test_another_model_may_be_asked() -> None:
    story = run(0)
    for number in range(1, 7):
        caller = story.callers[number - 1]
        for attempt, model in enumerate(("gpt-4.1", "gpt-4.1-mini")):
            at = caller.dialled + 3 + attempt / 2
            asked = {"type": "fail", "status": 404, "text_in": "hello", "model": model}
            caller.works("llm", at, at + 0.1, **asked)
    finding = NoRetryOfPermanentErrors()(story.history())
    assert (finding.outcome, finding.measures["refused_for_good"]) == ("pass", 12)


def test_a_rare_one_warns() -> None:
    assert NoRetryOfPermanentErrors()(run(2, calls=1, others=40).history()).outcome == "warn"


def test_what_may_pass_may_be_asked_again() -> None:
    assert NoRetryOfPermanentErrors()(run(3, status=429).history()).outcome == "unknown"
