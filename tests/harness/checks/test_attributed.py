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


def test_what_could_not_be_joined_is_shown_with_the_remedy() -> None:
    story = run(0)
    story.work("llm", 7, 8, text_in="Which day?")
    story.work("tts", 9, 9, "fail", status=429, text_in="Which day?")
    finding = Attributed()(story.history())
    assert finding.outcome == "unknown"
    assert "(unjoined: 1 llm/openai, 1 tts/cartesia)" in finding.summary
    assert "agent: {correlate: {header: x-call-sid}}" in finding.summary
    assert [(one.call, one.note) for one in finding.evidence] == [
        ("llm-w100", "openai: 'Which day?'"),
        ("tts-w101", "cartesia (429): 'Which day?'"),
    ]


def test_side_requests_that_any_call_may_have_made_void_nothing() -> None:
    story = run(0)
    for at in range(10, 40):
        story.work("llm", at / 10, at / 10 + 0.1, purpose="side", text_in="Is that allowed?")
    finding = Attributed()(story.history())
    assert (finding.outcome, finding.measures["asides"]) == ("pass", 30)
    assert finding.summary.endswith("30 more are side requests that nothing tells apart")


def test_its_breach_is_what_is_missing_by_what_may_be() -> None:
    assert Attributed()(run(11).history()).breach == pytest.approx(10)
    assert Attributed(at_least=Share(1))(run(1).history()).breach is None


def test_the_share_can_be_set() -> None:
    assert Attributed(at_least=Share(0.5))(run(50).history()).outcome == "pass"


def test_no_provider_work_at_all_says_where_to_look() -> None:
    finding = Attributed()(Story().history())
    assert finding.outcome == "unknown"
    assert "provider URLs point at the mocks" in finding.summary
