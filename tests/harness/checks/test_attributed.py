import pytest

from harness.checks.attributed import Attributed
from kernel.units import Share
from tests.harness.histories import Story


def run(unknown: int) -> Story:
    story = Story()
    caller = story.call(1, at=0).talks().ends()
    for index in range(99):
        caller.works("llm", 1 + index / 10, 2 + index / 10)
    for _ in range(unknown):
        story.work("llm", 1, 2)
    return story


@pytest.mark.parametrize(("unknown", "outcome"), [(0, "pass"), (1, "pass"), (2, "unknown")])
def test_ninety_nine_in_a_hundred(unknown: int, outcome: str) -> None:
    finding = Attributed()(run(unknown).history())
    assert (finding.outcome, finding.instrument) == (outcome, True)
    assert finding.measures["by_facts"] == 99


def test_greetings_that_nothing_tells_apart_are_told_apart() -> None:
    story = run(1)
    for index in range(3):
        story.call(index + 2, at=50).ends()
        story.work("llm", 50.1, 50.2, type="info", purpose="greeting")
    finding = Attributed()(story.history())
    assert (finding.outcome, finding.measures["nameless"]) == ("pass", 3)
    assert finding.summary.endswith("3 more are greetings that nothing tells apart")


def test_the_share_can_be_set() -> None:
    assert Attributed(at_least=Share(0.5))(run(50).history()).outcome == "pass"


def test_no_provider_work_at_all_says_where_to_look() -> None:
    finding = Attributed()(Story().history())
    assert finding.outcome == "unknown"
    assert "provider URLs point at the mocks" in finding.summary
