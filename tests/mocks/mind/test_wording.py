import pytest

from mocks.mind.wording import GREETING, greeting, still_there


@pytest.mark.parametrize(
    "text",
    [GREETING, "Riverside dental, how can I help?", "Hi, this is Anna of Riverside. What is it?"],
)
def test_a_greeting_has_hundreds_of_wordings_that_all_say_the_same(text: str) -> None:
    said = {greeting(text, 3, "digest", ordinal) for ordinal in range(2000)}
    assert len(said) >= 200
    point = text.split(",")[-1].strip(" ,")[-12:]
    assert all(point in one for one in said)
    assert all(one[0].isupper() and len(one) < len(text) + 90 for one in said)


def test_a_greeting_salutes_once() -> None:
    for ordinal in range(300):
        said = greeting("Hello, how can I help you?", 1, ordinal)
        assert said.endswith(". How can I help you?")
        assert "Hello, how" not in said


def test_a_greeting_with_a_name_gets_no_other() -> None:
    for ordinal in range(300):
        said = greeting("Hello, this is Anna. What is it?", 1, ordinal)
        assert "This is Anna. What is it?" in said
        assert "speaking" not in said


def test_names_decide_and_nothing_else() -> None:
    assert greeting(GREETING, 1, "a", 1) == greeting(GREETING, 1, "a", 1)
    assert len({greeting(GREETING, seed, "a", 1) for seed in range(50)}) > 30
    assert still_there(1, "a", 1) == still_there(1, "a", 1)


def test_the_silent_are_asked_in_many_ways() -> None:
    said = {still_there(1, ordinal) for ordinal in range(500)}
    assert len(said) > 30
    assert all("are you still" in one.lower() for one in said)
