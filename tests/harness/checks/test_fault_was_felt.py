from typing import Any

from harness.checks.fault_was_felt import FaultWasFelt
from tests.harness.histories import Story


def run(bitten: int, **work: Any) -> Story:
    story = Story().phase("surge", 0, 100).fault("429", "llm", at=10, until=50, identities=99)
    for number in range(1, bitten + 1):
        caller = story.call(number, at=10).talks().ends()
        given = {"bites": ["429"], "until": 20.05, **work}
        caller.works("llm", 20, given.pop("until"), **given)
    return story


def test_ten_calls_bitten_are_enough() -> None:
    finding = FaultWasFelt()(run(10).history())
    assert (finding.outcome, finding.measures) == ("pass", {"429_calls": 10})


def test_a_fault_that_bit_few_is_unknown() -> None:
    finding = FaultWasFelt()(run(9).history())
    assert (finding.outcome, finding.instrument) == ("unknown", True)
    assert "let it last longer" in finding.summary
    assert FaultWasFelt(calls=9)(run(9).history()).outcome == "pass"


def test_one_call_bitten_often_is_one_call() -> None:
    story = run(1)
    for at in range(20, 40):
        story.callers[0].works("llm", at, at + 0.1, bites=["429"])
    assert FaultWasFelt()(story.history()).measures == {"429_calls": 1}


def test_speculative_requests_and_prewarming_feel_nothing() -> None:
    speculative = run(10, type="info", cancelled=True)
    assert FaultWasFelt()(speculative.history()).measures == {"429_calls": 0}
    prewarm = run(10)
    prewarm.events = [event for event in prewarm.events if event.kind != "join"]
    assert FaultWasFelt()(prewarm.history()).measures == {"429_calls": 0}


def test_a_stall_that_ended_with_the_caller_hanging_up_was_felt() -> None:
    story = run(0)
    for number in range(1, 11):
        caller = story.call(number, at=10).says().ends("patience", after=8, type="info")
        caller.works("llm", 13, 20.5, type="info", cancelled=True, bites=["429"])
    assert FaultWasFelt()(story.history()).outcome == "pass"


def test_a_client_that_timed_out_felt_it() -> None:
    stalled = run(10, type="info", cancelled=True, until=22)
    assert FaultWasFelt()(stalled.history()).outcome == "pass"


def test_a_client_that_gave_up_early_and_tried_again_felt_it() -> None:
    story = run(0)
    for number in range(1, 11):
        caller = story.call(number, at=10).talks().ends()
        for at in (20, 20.5, 21):
            caller.works("llm", at, at + 0.5, type="info", cancelled=True, bites=["429"])
    assert FaultWasFelt()(story.history()).outcome == "pass"


def test_the_least_felt_fault_decides() -> None:
    story = run(10).fault("slow", "tts", at=10, until=50)
    story.callers[0].works("tts", 20, 21, bites=["slow"])
    finding = FaultWasFelt()(story.history())
    assert "fault slow bit 1 calls" in finding.summary


def test_a_fault_on_sockets_is_known_by_the_mocks_own_count() -> None:
    story = Story().phase("surge", 0, 100).fault("stt", "stt", at=10, until=50, identities=12)
    assert FaultWasFelt()(story.history()).measures == {"stt_calls": 12}


def test_a_run_without_faults_passes() -> None:
    assert FaultWasFelt()(Story().history()).outcome == "pass"


def test_calls_whose_greetings_were_refused_at_one_time_felt_it() -> None:
    story = Story().phase("surge", 0, 100).fault("429", "llm", at=10, until=50, identities=99)
    for number in range(1, 11):
        story.call(number, at=15).talks().ends()
        for at in (16, 18):
            refused = {"purpose": "greeting", "bites": ["429"], "retry_after_s": 1.5}
            story.work("llm", at, at, "fail", **refused)
    assert FaultWasFelt()(story.history()).measures == {"429_calls": 10}


def test_one_call_that_storms_for_its_greeting_is_one_call() -> None:
    story = Story().phase("surge", 0, 100).fault("429", "llm", at=10, until=50, identities=99)
    story.call(1, at=15).talks().ends()
    for at in range(16, 40):
        refused = {"purpose": "greeting", "bites": ["429"], "retry_after_s": 30.0}
        story.work("llm", at, at, "fail", **refused)
    assert FaultWasFelt()(story.history()).measures == {"429_calls": 1}
