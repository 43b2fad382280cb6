import pytest

from mocks.mind.harmless import harmless, is_good, is_high


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("is_safe", True),
        ("onTopic", True),
        ("turn_complete", True),
        ("allowed", True),
        ("is_unsafe", False),
        ("off_topic", False),
        ("not_allowed", False),
        ("flagged", False),
        ("transfer_to_human", False),
        ("end_conversation", False),
        ("", False),
    ],
)
def test_good_news_by_name(name: str, good: bool) -> None:
    assert is_good(name) is good


@pytest.mark.parametrize(
    ("name", "high"), [("confidence", True), ("safe", True), ("voicemail", False), ("risk", False)]
)
def test_what_should_be_a_high_number(name: str, high: bool) -> None:
    assert is_high(name) is high


@pytest.mark.parametrize(
    ("options", "choice"),
    [
        (["UNSAFE", "SAFE"], "SAFE"),
        (["block", "allow"], "allow"),
        (["voicemail", "conversation"], "conversation"),
        (["MACHINE", "HUMAN"], "HUMAN"),
        (["violence", "hate", "none"], "none"),
        (["billing", "sales"], "billing"),
        ([3, 4], 3),
    ],
)
def test_the_answer_that_lets_a_call_go_on(options: list[object], choice: object) -> None:
    assert harmless(options) == choice
