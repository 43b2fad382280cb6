from typing import Any

import pytest

from harness.checks.retry_amplification import RetryAmplification
from tests.harness.histories import Caller, Story


def run(attempts: int, target: str = "llm", calls: int = 10) -> Story:
    """So many calls during a fault, with so many attempts each."""
    story = Story().phase("surge", 0, 300).fault("429", target, at=100, until=200)
    for number in range(1, calls + 1):
        caller = story.call(number, at=100 + number).says().ends("patience", after=8, type="info")
        storm(caller, attempts)
    return story


def storm(caller: Caller, attempts: int, **more: Any) -> None:
    for attempt in range(attempts):
        at = caller.dialled + 3 + attempt / 10
        caller.works("llm", at, at + 0.05, type="fail", status=429, text_in="hello", **more)


@pytest.mark.parametrize(
    ("attempts", "outcome"), [(1, "pass"), (2, "pass"), (3, "warn"), (4, "warn"), (5, "fail")]
)
def test_attempts_per_request(attempts: int, outcome: str) -> None:
    finding = RetryAmplification()(run(attempts).history())
    assert (finding.outcome, finding.measures["attempts_per_request"]) == (outcome, attempts)


def test_the_most_stubborn_come_first() -> None:
    story = run(2)
    storm(story.call(11, at=120).says().ends(after=9), 30)
    finding = RetryAmplification()(story.history())
    assert (finding.outcome, finding.evidence[0].call) == ("fail", "c0011")
    assert finding.evidence[0].note == "30 attempts"
    assert (
        finding.summary == "4.55 attempts per llm/openai request during 429 (limit 4), 30 at most"
    )


def test_thirty_callers_with_the_same_first_words_are_no_storm() -> None:
    finding = RetryAmplification()(run(1, calls=30).history())
    assert (finding.outcome, finding.measures["requests"]) == ("pass", 30)
    assert not finding.evidence


def test_what_the_agent_took_back_is_counted_apart() -> None:
    story = run(1)
    for caller in story.callers:
        at = caller.dialled + 5
        for index in range(6):
            caller.works("llm", at + index / 10, at + index / 10 + 0.05, type="info",
                         text_in=f"part {index}", cancelled=True)  # fmt: skip
    finding = RetryAmplification()(story.history())
    assert finding.measures["attempts_per_request"] == 1
    assert finding.measures["taken_back_requests"] == 60


def test_other_providers_and_other_times_are_not_the_faults() -> None:
    story = run(1, target="llm/openai")
    for caller in story.callers:
        storm(caller, 9, provider="anthropic")
    storm(story.call(30, at=10).says().ends(), 20)
    assert RetryAmplification()(story.history()).measures["attempts_per_request"] == 1


def test_the_worst_fault_decides() -> None:
    story = run(1).fault("500", "llm", at=220, until=260)
    for number in range(20, 30):
        storm(story.call(number, at=220).says().ends(after=9), 5)
    assert "during 500" in RetryAmplification()(story.history()).summary


def sockets(attempts: int, calls: int = 12) -> Story:
    """Calls that are refused an STT socket so often, after one that had one for all of it."""
    story = Story().phase("surge", 0, 300).fault("full", "stt", at=100, until=200)
    early = story.call(99, at=1).says().ends(after=9)
    story.socket("s99", "stt", 1, early.now)
    early.works("stt", 2, 3, socket="s99")
    for number in range(1, calls + 1):
        caller = story.call(number, at=100 + number).says().ends("patience", 8, type="info")
        for attempt in range(attempts):
            story.knock("stt", caller.dialled + 0.1 + attempt / 10)
    return story


@pytest.mark.parametrize(
    ("attempts", "outcome"), [(1, "pass"), (2, "pass"), (3, "warn"), (5, "fail"), (6, "fail")]
)
def test_refused_sockets_are_attempts_at_a_connection(attempts: int, outcome: str) -> None:
    finding = RetryAmplification()(sockets(attempts).history())
    assert (finding.outcome, finding.measures["attempts_per_request"]) == (outcome, attempts)


def test_many_calls_that_are_refused_a_socket_once_are_no_storm() -> None:
    finding = RetryAmplification()(sockets(1, calls=60).history())
    assert (finding.outcome, finding.measures["refused_sockets"]) == ("pass", 60)


def test_a_storm_of_sockets_says_that_nobody_knows_whose_they_were() -> None:
    finding = RetryAmplification()(sockets(6).history())
    assert finding.summary == (
        "6.00 attempts per stt/stt socket during full (limit 4), "
        "72 in vain, whichever of the calls without one asked"
    )
    assert finding.evidence[0].note == "one of 12 calls without a stt/stt socket"


def test_the_worse_of_requests_and_sockets_decides() -> None:
    story = sockets(2).fault("429", "llm", at=100, until=200)
    for caller in story.callers[1:]:
        storm(caller, 5)
    assert "per llm/openai request during 429" in RetryAmplification()(story.history()).summary


def test_a_storm_of_short_timeouts_during_a_stall_fails() -> None:
    story = run(0, calls=12)
    for caller in story.callers:
        for index in range(10):
            at = caller.dialled + 3 + index / 2
            caller.works("llm", at, at + 0.5, type="info", cancelled=True, bites=["429"],
                         text_in="hello")  # fmt: skip
    finding = RetryAmplification()(story.history())
    assert (finding.outcome, finding.measures["attempts_per_request"]) == ("fail", 10)


def test_preemptive_generations_that_are_confirmed_once_pass() -> None:
    story = run(0, calls=12)
    for caller in story.callers:
        at = caller.dialled + 3
        caller.works("llm", at, at + 0.4, type="info", cancelled=True, bites=["429"], text_in="a")
        caller.works("llm", at + 0.4, at + 1, type="fail", status=429, text_in="a")
        caller.works("llm", at + 3, at + 4, text_in="a")
    finding = RetryAmplification()(story.history())
    assert (finding.outcome, finding.measures["attempts_per_request"]) == ("pass", 2)


def test_too_few_requests_or_no_fault_are_unknown() -> None:
    assert RetryAmplification()(run(9, calls=9).history()).outcome == "unknown"
    assert RetryAmplification()(run(9, target="tts").history()).outcome == "unknown"


def test_sockets_are_judged_though_too_little_work_is_joined() -> None:
    story = sockets(6)
    for index in range(20):
        story.work("llm", 102 + index / 10, 103 + index / 10, purpose="greeting")
    assert RetryAmplification()(story.history()).outcome == "fail"
    calm = sockets(1)
    calm.work("llm", 102, 103, text_in="Hello?")
    finding = RetryAmplification()(calm.history())
    assert finding.outcome == "unknown"
    assert "see the check `attributed`" in finding.summary


@pytest.mark.parametrize(("attempts", "outcome"), [(2, "pass"), (3, "warn"), (9, "fail")])
def test_greetings_count_though_nobody_knows_whose_they_are(attempts: int, outcome: str) -> None:
    story = Story().phase("surge", 0, 100).fault("429", "llm", at=0, until=90)
    for number in range(1, 13):
        story.call(number, at=0).says().works("stt", 1, 2).ends(after=9)
        for attempt in range(attempts):
            story.work("llm", 1 + attempt, 1 + attempt, "fail", purpose="greeting")
    finding = RetryAmplification()(story.history())
    assert (finding.outcome, finding.measures["attempts_per_request"]) == (outcome, attempts)
    assert finding.measures["refused_greetings"] == 12 * attempts
    assert "llm/openai greeting" in finding.summary
