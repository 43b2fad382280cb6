import dataclasses

import msgspec

from harness.callers.messages import Say, Utterance
from kernel.records import Heard


def test_an_utterance_says_what_the_history_needs_of_it() -> None:
    told = {field.name for field in dataclasses.fields(Utterance)}
    wanted = {field.name for field in msgspec.structs.fields(Heard)}
    assert wanted - told == {"role", "turn"}  # the caller adds these
    assert told - wanted == {"clip"}  # the role says it


def test_words_to_say_are_equal_if_they_are_the_same_in_the_same_place() -> None:
    assert Say("Hi.", 1) == Say("Hi.", 1, 0)
    assert len({Say("Hi.", 1), Say("Hi.", 1, 1), Say("Hi.", 2)}) == 3
