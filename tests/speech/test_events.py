from typing import get_args

from speech.events import TextEvent


def test_every_event_says_what_it_is_when_shown() -> None:
    names = {kind.__name__ for kind in get_args(TextEvent)}
    assert names == {"Started", "Heard", "Word", "Identified", "Ended", "Cut"}
    for kind in get_args(TextEvent):
        shown = kind(*range(len(kind._fields)))
        assert repr(shown).startswith(kind.__name__)
