from __future__ import annotations

from collections.abc import Sequence

from mocks.dictation import Dictation, SpokenWord, Utterance
from speech.alphabet import Role
from speech.events import Cut, Ended, Heard, Identified, Started, TextEvent, Word


def spelled(text: str, from_s: float = 0.0) -> list[TextEvent]:
    """A character every 0.1 s."""
    ends_s = [round(from_s + 0.1 * place, 1) for place in range(1, len(text) + 1)]
    return [
        Heard(character, round(end_s - 0.1, 1), end_s, 0.9)
        for character, end_s in zip(text, ends_s, strict=True)
    ]


def started(at_s: float = 0.0, *, echo: bool = False) -> Started:
    return Started(Role.AGENT if echo else Role.CALLER, at_s, echo)


def taken(*events: TextEvent) -> Dictation:
    dictation = Dictation()
    for event in events:
        dictation.take(event)
    return dictation


def current(dictation: Dictation) -> Utterance:
    assert dictation.current is not None
    return dictation.current


def texts(words: Sequence[SpokenWord]) -> list[str]:
    return [word.text for word in words]


def test_words_stand_between_spaces() -> None:
    utterance = current(taken(started(), *spelled("Hi, it is")))
    assert utterance.text == "Hi, it is"
    assert utterance.words[1] == SpokenWord("it", 0.4, 0.6, 0.9)
    assert (utterance.start_s, utterance.end_s, utterance.ended) == (0.0, None, False)


def test_a_word_is_as_sure_as_its_check() -> None:
    utterance = current(taken(started(), *spelled("two"), Word("two", 0, 0.3, 0.2), *spelled(" x")))
    assert [word.confidence for word in utterance.words] == [0.2, 0.9]


def test_an_end_makes_sure_of_all_words_or_doubts_the_last() -> None:
    heard = current(taken(started(), *spelled("a b"), Ended(True, 0.5)))
    assert [word.confidence for word in heard.words] == [0.99, 0.99]
    doubted = current(taken(started(), *spelled("a b"), Ended(False, 0.5)))
    assert [word.confidence for word in doubted.words] == [0.9, 0.3]
    assert (doubted.end_s, doubted.ended) == (0.5, True)


def test_words_are_whole_before_they_are_told() -> None:
    utterance = current(taken(started(), *spelled("one two th")))
    assert texts(utterance.untold(0.3)) == ["one"]
    assert texts(utterance.untold(9.0)) == ["one", "two"]
    assert texts(utterance.tell(0.3)) == ["one"]
    assert texts(utterance.tell()) == ["two"]
    assert texts(utterance.tell()) == []
    utterance.heard("ree", 1.0, 1.3, 0.9)
    utterance.over(1.5, verified=True)
    assert texts(utterance.untold(9.0)) == ["three"]
    assert texts(utterance.tell()) == ["three"]
    assert utterance.text == "one two three"


def test_a_cut_word_is_told_and_what_comes_after_belongs_to_it() -> None:
    dictation = taken(started(), *spelled("seven th"), Cut(1.0))
    assert current(dictation).end_s == 1.0
    assert not current(dictation).ended
    assert texts(current(dictation).untold(9.0)) == ["seven", "th"]
    for event in spelled("irty", 2.0):
        dictation.take(event)
    assert current(dictation).text == "seven thirty"
    assert current(dictation).end_s is None


def test_a_new_start_pushes_out_what_is_unfinished() -> None:
    dictation = taken(started(), *spelled("one"))
    pushed = dictation.take(started(2.0))
    assert pushed is not None
    assert pushed.text == "one"
    assert current(dictation).start_s == 2.0
    assert taken(started()).take(started(1.0)) is not None
    assert Dictation().take(started(1.0)) is None


def test_what_is_heard_after_a_release_is_another_part_of_the_same_caller() -> None:
    dictation = taken(started(), *spelled("one "), Identified(77, 0.4), *spelled("two"), Cut(1.0))
    released = dictation.release()
    assert released is not None
    assert (released.text, released.identity) == ("one two", 77)
    assert dictation.release() is None
    for event in spelled("three", 2.0):
        dictation.take(event)
    rest = current(dictation)
    assert (rest.text, rest.identity, rest.start_s) == ("three", 77, 2.0)


def test_an_identity_is_that_of_one_utterance() -> None:
    dictation = taken(started(), *spelled("a"), Identified(77, 0.4), started(1.0))
    assert current(dictation).identity is None
    dictation.take(Identified(78, 1.4))
    assert current(dictation).identity == 78


def test_an_end_without_an_utterance_is_nobodys() -> None:
    assert taken(Ended(True, 1.0), Cut(1.0), Word("x", 0, 1, 1.0)).current is None


def test_an_echo_is_nobodys_words() -> None:
    assert taken(started(echo=True), *spelled("hello"), Ended(True, 1.0)).current is None


def test_an_echo_does_not_end_the_callers_utterance() -> None:
    dictation = taken(started(), *spelled("one"), started(0.5, echo=True), Ended(True, 1.0))
    assert current(dictation).end_s is None
    assert current(dictation).text == "one"
