import pytest

from harness.analysis.greetings import refused_greetings
from harness.analysis.knocks import Knocks
from harness.correlation.correlate import correlate
from tests.harness.histories import Story

SLACK = (0.05, 0.05)
ASKED = {"purpose": "greeting", "text_in": "Greet the caller.", "retry_after_s": 1.5}


def rush(calls: int, waits: tuple[float, ...], greet: bool = True) -> Story:
    """Calls at one instant whose greetings are refused, tried again after these waits, and come."""
    story = Story()
    for number in range(calls):
        hello = f"Hello, this is {chr(65 + number) * 4}."
        caller = story.call(number + 1, at=0)
        if greet:
            caller.hears(hello, role="greeting", after=8)
        caller.says().ends(after=9)
        at = 0.5
        for wait in waits:
            story.work("llm", at, at, "fail", **ASKED)
            at += wait
        if greet:
            story.work("llm", at, at + 0.5, text_out=hello, **ASKED)
    return story


def only(story: Story) -> Knocks:
    history = story.history()
    (found,) = refused_greetings(history.plus(correlate(history)))
    return found


def surplus(found: Knocks) -> int:
    return sum(run.surplus for run in found.too_early(*SLACK))


@pytest.mark.parametrize("greet", [True, False])
def test_waiting_as_long_as_told_is_two_attempts_and_none_too_early(greet: bool) -> None:
    found = only(rush(5, (1.6, 1.6), greet))
    assert (found.what, len(found.needs)) == ("llm/openai greeting", 5)
    assert (found.per_need, surplus(found)) == (3.0 if greet else 2.0, 0)


def test_a_storm_is_seen_though_nobody_knows_whose_it_is() -> None:
    found = only(rush(5, (0.05,) * 10))
    assert found.per_need == 11.0
    assert surplus(found) == 45


def test_a_greeting_that_is_known_is_no_knock() -> None:
    history = rush(1, (1.6, 1.6)).history()
    assert list(refused_greetings(history.plus(correlate(history)))) == []
    assert list(refused_greetings(Story().history())) == []


def test_a_call_that_has_its_greeting_needs_no_other() -> None:
    story = rush(5, (1.6,))
    story.work("llm", 7, 7, "fail", **ASKED)
    assert only(story).suspects.keys() <= {f"c000{number}" for number in range(1, 6)}
    assert surplus(only(story)) == 0
