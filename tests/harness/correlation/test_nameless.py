import pytest

from harness.correlation.correlate import attribution
from tests.harness.histories import Story

CLOSES = 3.0


def short_calls(number: int) -> Story:
    """Calls that end before their agent was heard, as when its speech to text is refused."""
    story = Story()
    for index in range(number):
        story.call(index + 1, at=index / 10).ends(after=CLOSES)
    return story


def greet(story: Story, at: float, text: str = "", **more: object) -> str:
    given = {"type": "info", "purpose": "greeting", "text_out": text, **more}
    return story.work("llm", at, at + 0.2, **given)


def counted(story: Story) -> tuple[int, int]:
    found = attribution(story.history())
    return found.total, len(found.nameless)


def test_one_greeting_for_each_call_is_counted_apart() -> None:
    story = short_calls(5)
    for index in range(5):
        greet(story, at=1 + index / 10)
    assert counted(story) == (0, 5)
    assert attribution(story.history()).enough


def test_what_is_more_than_that_stays_unexplained() -> None:
    story = short_calls(5)
    for index in range(8):
        greet(story, at=1 + index / 10)
    assert counted(story) == (3, 5)


def test_a_greeting_needs_a_call_that_was_up() -> None:
    story = short_calls(2)
    greet(story, at=1)
    greet(story, at=30)
    assert counted(story) == (1, 1)


def test_of_the_calls_that_were_up_the_one_that_ends_first_is_taken() -> None:
    story = Story()
    story.call(1, at=0).ends(after=60)
    story.call(2, at=0).ends(after=2)
    for at in (1, 50):
        greet(story, at=at)
    assert counted(story) == (0, 2)


def test_a_call_whose_greeting_is_known_explains_no_other() -> None:
    story = short_calls(2)
    story.callers[0].works("llm", 0.1, 0.3, purpose="greeting")
    for at in (0.2, 0.3):
        greet(story, at=at)
    assert counted(story) == (2, 1)


@pytest.mark.parametrize("answered", [True, False])
def test_a_call_that_nobody_answered_explains_nothing(answered: bool) -> None:
    story = Story()
    story.call(1, at=0, answered=answered).ends(after=CLOSES)
    greet(story, at=1)
    assert counted(story) == ((0, 1) if answered else (1, 0))


def test_the_voice_that_was_to_speak_it_goes_with_it() -> None:
    story = short_calls(2)
    greet(story, 1, "Hi, Sam here. How can I help you?")
    spoken = {"type": "info", "text_in": "Hi, Sam here."}
    story.work("tts", 1.2, 1.3, **spoken)
    assert counted(story) == (0, 2)
    story.work("tts", 1.4, 1.5, **spoken)
    assert counted(story) == (1, 2), "each sentence was spoken once"
    story.work("tts", 1.4, 1.5, type="info", text_in="Something else.")
    assert counted(story) == (2, 2)


def test_other_requests_stay_unexplained() -> None:
    story = short_calls(2)
    story.work("llm", 1, 1.2, type="info", text_in="Hello?")
    assert counted(story) == (1, 0)
