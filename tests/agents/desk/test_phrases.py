from desk import phrases
from desk.sentences import Sentences


def test_every_phrase_is_recorded() -> None:
    spoken = {getattr(phrases, name) for name in vars(phrases) if name.isupper()}
    assert spoken - {phrases.SYSTEM, phrases.GREET, phrases.ALL} == set(phrases.ALL)


def test_phrases_can_be_spoken() -> None:
    for phrase in phrases.ALL:
        assert phrase.isascii()
        assert phrase[-1] in ".?"
        assert Sentences().feed(f"{phrase} ")
