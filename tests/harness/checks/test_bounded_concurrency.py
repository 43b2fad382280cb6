from harness.checks.bounded_concurrency import BoundedConcurrency
from harness.finding import Finding
from tests.harness.histories import Story, crowd


def run(at_once: int, stage: str = "llm", until: float = 130.0) -> Story:
    """A baseline of one request at a time; then ten calls with so many each."""
    story = Story().phase("baseline", 0, 60)
    crowd(story, 10, at=0, every=4)
    story.phase("surge", 100, 200)
    for number in range(100, 110):
        caller = story.call(number, at=100).talks(3)
        for _ in range(at_once):
            caller.works(stage, 105, until)
        caller.ends()
    return story


def test_one_each_passes() -> None:
    finding = BoundedConcurrency()(run(1).history())
    assert (finding.outcome, finding.measures["active"]) == ("pass", 10)


def test_more_than_the_calls_need_fails() -> None:
    finding = BoundedConcurrency()(run(3).history())
    assert (finding.outcome, finding.measures["active"]) == ("fail", 30)
    assert finding.evidence[0].call == "c0100"


def test_a_fan_out_that_is_usual_passes() -> None:
    story = run(3)
    for caller in story.callers[:10]:
        for _ in range(3):
            caller.works("llm", caller.dialled + 2, caller.dialled + 3)
    assert BoundedConcurrency()(story.history()).outcome == "pass"


def test_a_declared_limit_is_held() -> None:
    assert BoundedConcurrency(limit=8)(run(1).history()).outcome == "fail"
    assert BoundedConcurrency(limit=30)(run(3).history()).outcome == "pass"


def test_work_for_ended_calls_is_work() -> None:
    story = run(1, until=190)
    for number in range(200, 205):
        caller = story.call(number, at=150).talks(1)
        caller.works("llm", 152, 153).ends()
    finding = BoundedConcurrency()(story.history())
    assert (finding.outcome, finding.measures["active"]) == ("fail", 15)


def test_what_is_asked_beside_a_call_does_not_count_after_it() -> None:
    story = run(1)
    for number in range(200, 220):
        caller = story.call(number, at=150).talks(1).ends()
        caller.works("llm", 152, 170, purpose="side")
        caller.works("llm", caller.now + 0.1, caller.now + 8, purpose="side")
    story.call(300, at=160).talks(1).works("llm", 164, 165).ends()
    finding = BoundedConcurrency()(story.history())
    assert (finding.outcome, finding.measures["active"]) == ("pass", 20)
    for caller in story.callers[-21:-1]:
        caller.works("llm", 153, 154, purpose="side").works("llm", 153, 154, purpose="side")
    assert BoundedConcurrency()(story.history()).measures["active"] == 60


def test_the_worst_peak_is_the_one_with_most_too_many() -> None:
    story = run(1)
    late = [story.call(number, at=150).talks(1) for number in range(200, 220)]
    for caller in late:
        caller.works("llm", 152, 153).ends()
    late[0].works("llm", 152, 153).works("llm", 152, 153)
    finding = BoundedConcurrency()(story.history())
    assert (finding.outcome, finding.measures["active"]) == ("pass", 22)
    late[0].works("tools", 190, 191).works("tools", 190, 191)
    finding = BoundedConcurrency()(story.history())
    assert (finding.outcome, finding.measures["stage"]) == ("fail", "tools")


def test_transcription_is_a_stream_and_not_judged() -> None:
    assert BoundedConcurrency()(run(9, stage="stt").history()).measures.get("stage") != "stt"


def test_a_run_without_a_baseline_is_unknown() -> None:
    assert BoundedConcurrency()(Story().history()).outcome == "unknown"


def guarded(at_once: int, usual: int = 0, **check: int) -> Finding:
    """So many side requests of whichever call, while ten calls are up."""
    story = run(1)
    for _ in range(usual):
        story.work("llm", 3, 4, purpose="side", text_in="Allowed?")  # while one call is up
    for _ in range(at_once):
        story.work("llm", 106, 110, purpose="side", text_in="Allowed?")
    return BoundedConcurrency(**check)(story.history())


def test_side_requests_that_nothing_tells_apart_are_bounded_as_well() -> None:
    assert guarded(12).outcome == "pass"
    stormed = guarded(30)
    assert stormed.outcome == "fail"
    assert stormed.summary == (
        "30 side requests to llm went on at once where 10 are what the calls need"
    )


def test_as_many_side_requests_as_are_usual_pass() -> None:
    assert guarded(30, usual=3).outcome == "pass"
    assert guarded(50, usual=3).outcome == "fail"


def test_a_declared_limit_holds_for_both_together() -> None:
    assert guarded(12, limit=21).outcome == "pass"
    assert guarded(12, limit=15).outcome == "fail"
