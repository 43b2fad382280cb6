"""Keys that a caller pressed in place of words, as agents tell their model of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kernel.dialogue import SLOT, Dialogue

from .sayings import Saying

_TOLD = re.compile(
    r"\b(?:dtmf|tones?|digits?|keys?|keypad|numbers?|the|user|caller|customer|has|have|pressed"
    r"|entered|typed|input)\b|[\s.,:;'\"()\[\]-]",
    re.IGNORECASE,
)
_KEYS = re.compile(r"[0-9*#]+")
_LITERAL = 10  # what a key that the line itself has counts more than one in a slot
_ALONE = 2  # no two lines stand side by side in one key
_OTHER = re.compile(r"[^0-9*#]")


def pressed(text: str) -> str:
    """`DTMF: 1 2 3 #` → `123#`; empty if the text is anything but keys."""
    keys = _TOLD.sub("", text)
    return keys if _KEYS.fullmatch(keys) else ""


class Keypads:
    """The lines of all dialogues that are pressed."""

    def __init__(self, dialogues: Sequence[Dialogue]) -> None:
        self._lines = [
            (number, place, _pattern(line.dtmf))
            for number, dialogue in enumerate(dialogues)
            for place, line in enumerate(dialogue.caller, 1)
            if line.dtmf
        ]

    def of(self, text: str) -> Sequence[Saying]:
        """The lines that the text is likeliest to be, with the keys in their slots; mostly none."""
        keys = pressed(text) if self._lines else ""
        fitting = [saying for saying in self._read(keys, len(text)) if keys]
        most = max((saying.weight for saying in fitting), default=0.0)
        return [saying for saying in fitting if saying.weight == most]

    def _read(self, keys: str, length: int) -> Iterator[Saying]:
        for dialogue, line, pattern in self._lines:
            if match := pattern.fullmatch(keys):
                heard = match.groupdict()
                # A menu's "1" is likelier than a code of one digit.
                literal = len(keys) - sum(map(len, heard.values()))
                weight = float(len(keys) + _LITERAL * literal)
                yield Saying(dialogue, line, weight, 1.0, 0, length + _ALONE, heard)


def _pattern(dtmf: str) -> re.Pattern[str]:
    """What is pressed, any keys in the slots. Agents may keep the `#` at the end to themselves."""
    parts = SLOT.split(dtmf)
    keys = [re.escape(_OTHER.sub("", part)) for part in parts[::2]]
    slots = [f"(?P<{name}>[0-9*#]+?)" for name in parts[1::2]]
    written = "".join(f"{key}{slot}" for key, slot in zip(keys, [*slots, ""], strict=True))
    return re.compile(written.removesuffix(re.escape("#")) + "#?")
