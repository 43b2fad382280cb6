"""Cuts streamed text into sentences, so that the voice can start before the text is complete."""

from __future__ import annotations

import re

# A full stop ends a sentence only before a space: "9.30" and "3.5" do not, nor do the usual titles.
_END = re.compile(r"(?<!\bMr)(?<!\bMs)(?<!\bDr)(?<!\bMrs)(?<!\bSt)[.!?]+[\"')\]]*\s+")


class Sentences:
    """Text in, in pieces of any size; whole sentences out, as soon as the next one begins."""

    def __init__(self) -> None:
        self._text = ""

    def feed(self, piece: str) -> list[str]:
        """The sentences that are complete with this piece."""
        self._text += piece
        complete, start = [], 0
        for end in _END.finditer(self._text):
            complete.append(self._text[start : end.end()].strip())
            start = end.end()
        self._text = self._text[start:]
        return [sentence for sentence in complete if sentence]

    def rest(self) -> list[str]:
        """What is left when the text ends."""
        rest, self._text = self._text.strip(), ""
        return [rest] if rest else []
