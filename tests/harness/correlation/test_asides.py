from harness.correlation.correlate import attribution
from tests.harness.histories import Story


def two_calls() -> Story:
    story = Story()
    for number in (1, 2):
        story.call(number, at=10).talks().ends()  # until 37
    return story


def aside(story: Story, at: float, until: float | None, **more: object) -> str:
    return story.work("llm", at, until, **{"purpose": "side", "text_in": "Allowed?", **more})


def lost(story: Story) -> list[str]:
    return [work.span for work in attribution(story.history()).lost]


def test_a_side_request_during_a_call_matters_to_none() -> None:
    story = two_calls()
    found = {aside(story, at, at + 1) for at in (12, 20, 25)}
    found.add(aside(story, 20, 20.1, type="fail", status=429, bites=["429"]))
    assert attribution(story.history()).asides == found
    assert lost(story) == []
    assert attribution(story.history()).enough


def test_what_goes_on_for_long_or_begins_after_all_calls_may_be_an_orphan() -> None:
    story = two_calls()
    last_s = max(caller.now for caller in story.callers)
    orphans = [
        aside(story, 20, None),
        aside(story, 20, last_s + 15.1),
        aside(story, last_s + 1, last_s + 2),
    ]
    assert lost(story) == orphans


def test_a_client_that_names_its_calls_is_held_to_it() -> None:
    story = two_calls()
    misnamed = aside(story, 20, 21, call="CA9")
    assert lost(story) == [misnamed]


def test_a_call_that_nobody_answered_explains_none() -> None:
    story = Story()
    story.call(1, at=10, answered=False).ends(after=20)
    unexplained = aside(story, 12, 13)
    assert lost(story) == [unexplained]


def test_what_is_asked_for_a_turn_stays_unexplained() -> None:
    story = two_calls()
    turn = aside(story, 20, 21, purpose="turn")
    assert lost(story) == [turn]
