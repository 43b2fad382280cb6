from typing import Any

import pytest

from harness.checks.timeouts_bounded import TimeoutsBounded
from kernel.event import Type
from tests.harness.histories import Caller, Story


def stalled(story: Story, number: int, **more: Any) -> Caller:
    """A caller whose words meet an LLM that takes the request and says nothing."""
    caller = story.call(number, at=100 + number / 10)
    caller.hears("Hello?", role="greeting").says()
    work = {"type": "info", "bites": ["stall"], "cancelled": True, **more}
    return caller.works("llm", caller.now + 0.3, caller.now + 8, **work)


def run(lasting: float = 60) -> Story:
    return Story().phase("surge", 0, 300).fault("stall", "llm", at=100, until=100 + lasting)


def test_an_announcement_in_time_passes() -> None:
    story = run()
    for number in range(1, 7):
        stalled(story, number).hears("One moment.", after=2, role="filler").ends("patience", 8)
    finding = TimeoutsBounded()(story.history())
    assert (finding.outcome, finding.measures["stalled_turns"]) == ("pass", 6)
    assert finding.measures["heard_after_max_s"] == 2


def test_who_hangs_up_having_heard_nothing_was_left_alone() -> None:
    story = run()
    for number in range(1, 7):
        stalled(story, number).ends("patience", after=8, type="info")
    finding = TimeoutsBounded()(story.history())
    assert (finding.outcome, finding.measures["left_alone"]) == ("fail", 6)
    assert finding.evidence[0].note == "8.0 s of nothing, then hung up"
    assert TimeoutsBounded(tolerated=6)(story.history()).outcome == "pass"


def test_something_after_the_limit_is_too_late() -> None:
    story = run()
    for number in range(1, 7):
        stalled(story, number).hears("Sorry.", after=13, role="apology").ends()
    assert TimeoutsBounded()(story.history()).outcome == "fail"


def test_an_impatient_caller_proves_nothing() -> None:
    story = run()
    for number in range(1, 7):
        stalled(story, number).ends("patience", after=3, type="info")
    assert TimeoutsBounded()(story.history()).outcome == "unknown"


def test_a_short_stall_cannot_tell() -> None:
    story = run(lasting=14)
    for number in range(1, 7):
        stalled(story, number).ends("patience", after=8, type="info")
    assert TimeoutsBounded()(story.history()).outcome == "unknown"


def test_a_refusal_or_a_slow_answer_is_no_stall() -> None:
    story = run()
    for number in range(1, 4):
        stalled(story, number, type="fail", status=429).ends("patience", after=8, type="info")
        slow = story.call(10 + number, at=100 + number).hears(role="greeting").says()
        slow.works("llm", slow.now, slow.now + 9, bites=["stall"], first_at=slow.now + 7)
        slow.ends("patience", after=8, type="info")
    assert TimeoutsBounded()(story.history()).outcome == "unknown"


@pytest.mark.parametrize(
    ("how", "type", "by"), [("stopped", "info", "us"), ("left_early", "ok", "caller")]
)
def test_whose_call_was_to_end_anyway_has_waited_for_the_limit_or_proves_nothing(
    how: str, type: Type, by: str
) -> None:
    for after, outcome in ((8, "unknown"), (13, "fail")):
        story = run()
        for number in range(1, 7):
            stalled(story, number).ends(how, after=after, type=type, by=by)
        assert TimeoutsBounded()(story.history()).outcome == outcome
