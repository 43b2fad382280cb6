from hypothesis import given
from hypothesis import strategies as st

from harness.correlation.wording import normal, sentences, words


def test_case_punctuation_and_spacing_do_not_count() -> None:
    assert words("Sure, it's  9.30!") == ["sure", "it", "s", "9", "30"]
    assert normal(" The FIRST one,\nplease. ") == "the first one please"
    assert normal("…!?") == ""


def test_a_reply_falls_into_its_sentences() -> None:
    assert sentences("Sure. At 9.30? Yes! \nBye") == ["sure", "at 9 30", "yes", "bye"]
    assert sentences("  ") == []


@given(st.text())
def test_sentences_hold_all_the_words(text: str) -> None:
    assert " ".join(sentences(text)) == normal(text)
