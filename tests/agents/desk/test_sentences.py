import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.sentences import Sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello there. How are you? Fine!", ["Hello there.", "How are you?", "Fine!"]),
        ("I have 9.30 or 11.00. Which one?", ["I have 9.30 or 11.00.", "Which one?"]),
        ("Dr. Hill is in. Mrs. Hill is out.", ["Dr. Hill is in.", "Mrs. Hill is out."]),
        ('He said "no." Then he left.', ['He said "no."', "Then he left."]),
        ("Well... let me see", ["Well...", "let me see"]),
        ("  ", []),
    ],
)
def test_cuts_after_sentences(text: str, expected: list[str]) -> None:
    sentences = Sentences()
    assert sentences.feed(text) + sentences.rest() == expected


def test_a_sentence_is_out_as_soon_as_the_next_begins() -> None:
    sentences = Sentences()
    assert sentences.feed("One.") == []
    assert sentences.feed(" T") == ["One."]
    assert sentences.rest() == ["T"]
    assert sentences.rest() == []


@given(st.lists(st.sampled_from(["Yes.", "no", "9.30", "Dr.", "Why?", " "])), st.integers(1, 4))
def test_no_word_is_lost_however_it_is_cut(words: list[str], size: int) -> None:
    text = " ".join(words)
    sentences = Sentences()
    out = []
    for at in range(0, len(text), size):
        out += sentences.feed(text[at : at + size])
    out += sentences.rest()
    assert " ".join(out).split() == text.split()
