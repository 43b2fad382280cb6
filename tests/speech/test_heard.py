from itertools import chain

import pytest

from speech.alphabet import START_CALLER, UNREADABLE, Role, spell_text
from speech.crc import crc_symbols
from speech.heard import HeardUtterance
from speech.sequence import LOST
from speech.tracker import Symbol


def values_of(text: str) -> list[int]:
    return list(chain.from_iterable(spell_text(text)))


def heard(values: list[int], start: int | None = START_CALLER) -> HeardUtterance:
    utterance = HeardUtterance(Role.CALLER, start, 0.0)
    utterance.end_s = 0.06
    for place, value in enumerate(values):
        confidence = 0.0 if value == LOST else 0.9
        utterance.read(Symbol(0, 0.06 * (place + 2), value, 0, confidence, True))
    return utterance


def crc_of(text: str) -> tuple[int, int]:
    return crc_symbols([START_CALLER, *values_of(text)])


@pytest.mark.parametrize("text", ["Hi yo", "Łódź, 北京 \U0001f600!", " a  b ", "", "x\ty\n"])
def test_text_reads_back_and_passes_its_check(text: str) -> None:
    utterance = heard(values_of(text))
    assert utterance.text == text
    assert utterance.finish(*crc_of(text))
    assert utterance.ended
    assert utterance.verified


def test_characters_and_words_have_times() -> None:
    utterance = heard(values_of("Hi yo"))
    assert [word.text for word in utterance.words] == ["Hi", "yo"]
    assert [word.start_s for word in utterance.words] == pytest.approx([0.06, 0.3])
    assert [word.end_s for word in utterance.words] == pytest.approx([0.24, 0.42])
    assert [character.end_s for character in utterance.characters] == pytest.approx(
        [0.18, 0.24, 0.3, 0.36, 0.42]
    )


def test_a_word_that_fails_its_check_is_doubtful() -> None:
    values = values_of("one two six")
    values[4] += 1
    utterance = heard(values)
    assert utterance.text == "one uwo six"
    assert [word.confidence <= 0.3 for word in utterance.words] == [False, True, False]
    assert utterance.passed_words == 1


def test_a_lost_symbol_is_unreadable_and_its_word_doubtful() -> None:
    values = values_of("one two six")
    values[4] = LOST
    utterance = heard(values)
    assert utterance.text == f"one {UNREADABLE}wo six"
    assert utterance.words[1].confidence == 0
    assert not utterance.finish(*crc_of("one two six"))


def test_the_last_word_is_doubtful_where_only_the_whole_fails() -> None:
    values = values_of("one two")
    values[-1] += 1
    utterance = heard(values)
    assert not utterance.finish(*crc_of("one two"))
    utterance.finish_in_doubt()
    assert [word.confidence <= 0.3 for word in utterance.words] == [False, True]


def test_the_last_word_is_believed_where_a_symbol_is_known_to_be_lost() -> None:
    utterance = heard(values_of("one two"), start=None)
    utterance.finish_in_doubt()
    assert [word.confidence > 0.5 for word in utterance.words] == [False, True]


def test_a_passed_check_leaves_no_doubt() -> None:
    utterance = HeardUtterance(Role.CALLER, START_CALLER, 0.0)
    for place, value in enumerate(values_of("so")):
        utterance.read(Symbol(0, 0.06 * place, value, 0, 0.4, False))
    assert max(utterance.confidences) < 0.5
    assert utterance.finish(*crc_of("so"))
    assert min(utterance.confidences) > 0.9
    assert utterance.words[0].confidence > 0.9
    assert utterance.characters[0].confidence > 0.9


@pytest.mark.parametrize("text", ["one two", "Zürich 7", "%", "ab ", ""])
def test_a_lost_end_is_recognised_by_the_check_after_it(text: str) -> None:
    utterance = heard([*values_of(text), LOST, *crc_of(text)])
    assert utterance.finish_without_end()
    assert utterance.text == text
    assert utterance.verified
    assert "".join(word.text for word in utterance.words) == text.replace(" ", "")


def test_text_that_was_cut_has_no_end() -> None:
    utterance = heard(values_of("one two th"))
    assert not utterance.finish_without_end()
    assert utterance.text == "one two th"
    assert not heard([8]).finish_without_end()
    assert not heard([*values_of("one"), 20, *crc_of("one")]).finish_without_end()


def test_without_a_start_nothing_is_verified() -> None:
    utterance = heard(values_of("one two"), start=None)
    assert not utterance.trusted
    assert not utterance.finish(*crc_of("one two"))
