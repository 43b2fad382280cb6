import pytest

from harness.checks.no_brownout import NoBrownout
from kernel.units import Duration
from tests.harness.histories import Story, crowd


def run(answer: float, lasting: float = 40) -> Story:
    """A minute at 0.8 s, then so long at another latency, then 0.8 s again."""
    story = Story().phase("baseline", 0, 60)
    crowd(story, 20, at=0, every=2)
    story.phase("surge", 60, 300)
    for number in range(100):
        at = 70 + 2 * number
        slow = 80 <= at < 80 + lasting
        story.call(100 + number, at).talks(2, answer if slow else 0.8).ends()
    return story


def test_as_quick_as_before_passes() -> None:
    assert NoBrownout()(run(0.9).history()).outcome == "pass"


def test_everybody_slow_for_long_fails() -> None:
    finding = NoBrownout()(run(2.5, lasting=60).history())
    assert finding.outcome == "fail"
    assert finding.measures["slowest_answer_p25_ms"] == 2500
    assert "waited 2.5 s" in finding.evidence[0].note


def test_slow_dialogues_are_compared_with_slow_dialogues() -> None:
    def mixed(surge_answer: float, surge_dialogue: str) -> str:
        story = Story().phase("baseline", 0, 60)
        for number in range(20):
            story.call(number, 2 * number, dialogue="easy").talks(2, 0.8).ends()
            story.call(50 + number, 2 * number, dialogue="hard").talks(2, 2.5).ends()
        story.callers[-1].works("llm", 40, 41)
        story.phase("surge", 60, 300)
        for number in range(100):
            at = 70 + 2 * number
            story.call(100 + number, at, dialogue=surge_dialogue).talks(2, surge_answer).ends()
        return NoBrownout()(story.history()).outcome

    assert mixed(2.5, "hard") == "pass"
    assert mixed(2.5, "easy") == "fail"
    assert mixed(2.5, "new") == "unknown"


@pytest.mark.parametrize(("more", "outcome"), [(1, "pass"), (4, "unknown")])
def test_it_may_hide_in_turns_that_had_no_like(more: int, outcome: str) -> None:
    story = Story().phase("baseline", 0, 60)
    crowd(story, 20, at=0, every=2, turns=2)
    story.phase("surge", 60, 300)
    for number in range(100):
        caller = story.call(100 + number, 62 + 2 * number).talks(2, 0.8)
        for _ in range(more):
            caller.says().hears(after=9)
        caller.ends()
    finding = NoBrownout()(story.history())
    assert finding.outcome == outcome
    assert ("had no like at baseline" in finding.summary) == (outcome == "unknown")


def test_a_short_dip_passes() -> None:
    story = run(2.5, lasting=16)
    assert NoBrownout()(story.history()).outcome == "pass"
    assert NoBrownout(lasting=Duration(12))(story.history()).outcome == "fail"


def test_turns_that_a_fault_touched_are_left_out() -> None:
    story = run(2.5, lasting=60)
    for caller in story.callers:
        if caller.dialled >= 70:
            for turn in range(2):
                at = caller.dialled + 3.5 + turn * 6.5
                caller.works("llm", at, at + 0.5, bites=["slow"])
    assert NoBrownout()(story.history()).outcome != "fail"


def test_without_a_baseline_or_later_turns_it_is_unknown() -> None:
    story = Story().phase("baseline", 0, 60)
    crowd(story, 20, at=0, every=2)
    assert NoBrownout()(story.history()).outcome == "unknown"
    assert NoBrownout()(Story().history()).outcome == "unknown"
