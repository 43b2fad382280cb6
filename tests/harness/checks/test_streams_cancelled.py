from typing import Any

import pytest

from harness.checks.streams_cancelled import StreamsCancelled
from tests.harness.histories import Story


def run(outlives_s: float | None, calls: int = 6, **work: str) -> Story:
    """Callers who hang up while something is made for them, which goes on for so long."""
    story = Story().phase("surge", 0, 100)
    for number in range(1, calls + 1):
        caller = story.call(number, at=number).hears(role="greeting").says()
        from_at = caller.now + 0.3
        caller.ends("patience", after=4, type="info")
        until = None if outlives_s is None else caller.now + outlives_s
        kind = {"stage": "llm", "purpose": "turn", **work}
        caller.works(kind.pop("stage"), from_at, until, type="info", **kind)
    return story.ends(90)


@pytest.mark.parametrize(
    ("outlives_s", "outcome"), [(0.2, "pass"), (0.9, "pass"), (1.5, "fail"), (None, "fail")]
)
def test_how_long_work_goes_on(outlives_s: float | None, outcome: str) -> None:
    finding = StreamsCancelled()(run(outlives_s).history())
    assert (finding.outcome, finding.measures["cut_short"]) == (outcome, 6)


def interrupted(goes_on_s: float, *, from_s: float = -1.0, **heard: bool) -> Story:
    """What is said of callers who interrupt an answer, of which the rest is made all the same."""
    story = Story().phase("surge", 0, 100)
    for number in range(1, 7):
        caller = story.call(number, at=number).hears(role="greeting").says()
        caller.hears("Let me tell you", lasting=2.0, **heard)
        silent_at = caller.now
        caller.says(after=-0.6, lasting=2.5, barge_in=True).hears().ends("completed", after=30)
        caller.works("tts", silent_at - 0.6 + from_s, silent_at + goes_on_s, type="info")
    return story.ends(90)


@pytest.mark.parametrize(
    ("goes_on_s", "more", "outcome"),
    [
        (0.9, {}, "pass"),
        (1.5, {}, "fail"),
        (1.5, {"from_s": 0.1}, "unknown"),  # it is for the answer to come
        (1.5, {"verified": True}, "unknown"),  # the agent had said all that it wanted to
        (-0.1, {}, "unknown"),
    ],
)
def test_what_an_interrupted_agent_has_made_all_the_same(
    goes_on_s: float, more: dict[str, Any], outcome: str
) -> None:
    finding = StreamsCancelled()(interrupted(goes_on_s, **more).history())
    assert finding.outcome == outcome
    if outcome == "fail":
        assert finding.evidence[0].note == "interrupted; tts tts-w1: 1.5 s more"


def test_what_goes_on_until_the_caller_hangs_up_counts_once() -> None:
    finding = StreamsCancelled()(interrupted(60).history())
    assert (finding.outcome, finding.measures["cut_short"]) == ("fail", 6)


def test_it_names_the_work() -> None:
    finding = StreamsCancelled()(run(2.5).history())
    assert finding.measures["longest_s"] == 2.5
    assert finding.evidence[0].note == "hung up; llm llm-w1: 2.5 s more"


@pytest.mark.parametrize("stage", ["stt", "tools"])
def test_transcription_and_tools_may_be_finished(stage: str) -> None:
    assert StreamsCancelled()(run(3, stage=stage).history()).outcome == "unknown"


def test_a_summary_of_the_call_is_for_somebody_else() -> None:
    assert StreamsCancelled()(run(3, purpose="side").history()).outcome == "unknown"


def test_what_was_finished_before_is_not_counted() -> None:
    assert StreamsCancelled()(run(-0.1).history()).outcome == "unknown"


def test_few_hang_ups_are_unknown() -> None:
    assert StreamsCancelled()(run(3, calls=4).history()).outcome == "unknown"
