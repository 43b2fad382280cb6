"""What was heard against what was said: errors, doubts, and errors without a doubt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from speech.heard import HeardUtterance

DOUBT = 0.5


@dataclass
class Tally:
    """Counts over some utterances."""

    utterances: int = 0
    characters: int = 0
    errors: int = 0
    bad: int = 0
    """Wrong characters of a confidence of 0.5 or more."""
    flagged: int = 0
    """Right characters of less."""
    verified: int = 0
    falsely_verified: int = 0
    identified: int = 0
    wrongly_identified: int = 0

    def add(self, said: str, heard: Sequence[HeardUtterance], identity: int | None = None) -> None:
        """One utterance, and all that was heard of it."""
        text = "".join(each.text for each in heard)
        confidences = [confidence for each in heard for confidence in each.confidences]
        matched = alignment(said, text)
        right = {there for there in matched if there is not None}
        self.utterances += 1
        self.characters += len(said)
        self.errors += edits(said, text)
        for place, confidence in enumerate(confidences):
            if place in right:
                self.flagged += confidence < DOUBT
            else:
                self.bad += confidence >= DOUBT
        verified = any(each.verified for each in heard)
        self.verified += verified
        self.falsely_verified += verified and text != said
        found = [each.identity for each in heard if each.identity is not None]
        self.identified += identity in found
        self.wrongly_identified += any(each != identity for each in found)

    def row(self) -> str:
        """CER %, bad %, flag %, share verified, share identified."""
        share = 100 / self.characters
        return (
            f"{self.errors * share:7.2f} {self.bad * share:7.2f} {self.flagged * share:7.2f}"
            f" {self.verified / self.utterances:6.2f} {self.identified / self.utterances:6.2f}"
            f" {self.falsely_verified + self.wrongly_identified:6d}"
        )


def _distances(said: str, heard: str) -> list[list[int]]:
    rows = [list(range(len(heard) + 1))]
    for place, character in enumerate(said, 1):
        above, row = rows[-1], [place]
        for there, other in enumerate(heard, 1):
            row.append(min(above[there] + 1, row[-1] + 1, above[there - 1] + (character != other)))
        rows.append(row)
    return rows


def edits(said: str, heard: str) -> int:
    """The Levenshtein distance."""
    return 0 if said == heard else _distances(said, heard)[-1][-1]


def alignment(said: str, heard: str) -> list[int | None]:
    """For each character said, where it was heard right."""
    if said == heard:
        return list(range(len(said)))
    rows = _distances(said, heard)
    place, there = len(said), len(heard)
    matched: list[int | None] = [None] * len(said)
    while place and there:
        same = said[place - 1] == heard[there - 1]
        if rows[place][there] == rows[place - 1][there - 1] + (not same):
            place, there = place - 1, there - 1
            matched[place] = there if same else None
        elif rows[place][there] == rows[place - 1][there] + 1:
            place -= 1
        else:
            there -= 1
    return matched


@dataclass
class WordTally:
    """Damaged words, and those among them that nothing gives away."""

    words: int = 0
    damaged: int = 0
    unflagged: int = 0
    """Wrong, and every character of the word or words heard instead is sure."""
    unflagged_and_verified: int = 0

    def add(self, said: str, heard: Sequence[HeardUtterance]) -> None:
        """One utterance, and all that was heard of it."""
        words = [word for each in heard for word in each.words]
        verified = any(each.verified for each in heard)
        spoken = said.split()
        self.words += len(spoken)
        matcher = SequenceMatcher(None, spoken, [word.text for word in words], autojunk=False)
        for kind, first, last, from_word, to_word in matcher.get_opcodes():
            if kind == "equal":
                continue
            self.damaged += last - first
            around = words[max(0, from_word - (kind == "delete")) : to_word + (kind == "delete")]
            if not any(word.confidence < DOUBT for word in around):
                self.unflagged += max(1, last - first)
                self.unflagged_and_verified += verified * max(1, last - first)
