"""What AssemblyAI tells of a turn: while it is spoken, at a pause, and at its end.

The Universal-Streaming models tell it word by word, the last word not final yet. The pro models
tell all of it, once soon after its start, at every pause, and every few seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from ...dictation import SpokenWord, Utterance
from ._assemblyai import turn
from ._assemblyai_session import Parameters

DONE = 0.93
"""The end-of-turn confidence where all has been said."""
_SPEAKING, _PAUSING = 0.004, 0.21
# Words that come sooner trigger an agent's barge-in before its own voice-activity detector does.
_FIRST_WORDS_S = 0.5
_BEHIND_S = 0.3
_FURTHER_S = 3.0


def end_of_turn_confidence(utterance: Utterance) -> float:
    """Of an utterance whose sound is over."""
    return DONE if utterance.ended else _PAUSING


class Turns:
    """The turns of a session, one after the other. Answers are messages, seconds those of sound.

    paused  the pause that the speaker is making has been told
    """

    def __init__(self) -> None:
        self.paused = False
        self._order = 0
        self._words = 0
        self._look_s = 0.0

    def begin(self, at_s: float, asked: Parameters) -> None:
        """Somebody begins to speak, or goes on after a turn was ended by force."""
        self.paused, self._words = False, 0
        self._look_s = at_s + asked.interruption_delay / 1000

    def partial(self, spoken: Utterance, audio_s: float, asked: Parameters) -> Iterator[str]:
        """The words that can be known by now, if they are news."""
        if audio_s < spoken.start_s + _FIRST_WORDS_S or (asked.pro and audio_s < self._look_s):
            return
        words = spoken.untold(audio_s - _BEHIND_S)
        if len(words) > self._words:
            yield self._so_far(words, _SPEAKING, asked)
        if words:
            self._look_s = audio_s + _FURTHER_S if asked.partials_go_on else float("inf")
        else:
            self._look_s = audio_s + asked.interruption_delay / 1000

    def pause(self, spoken: Utterance, audio_s: float, asked: Parameters) -> Iterator[str]:
        """The utterance seems to be over, its turn does not."""
        self.paused = True
        if words := spoken.untold(audio_s):
            confidence = end_of_turn_confidence(spoken)
            yield self._so_far(words, confidence, asked, utterance=not asked.pro)

    def end(
        self, words: Sequence[SpokenWord], confidence: float, asked: Parameters
    ) -> Iterator[str]:
        """The turn is over. Where turns are formatted, the formatted one comes last."""
        over = partial(turn, words, asked, order=self._order, final=len(words), end_of_turn=True)
        if asked.pro:
            yield over(confidence=1, formatted=True, utterance=True)
        else:
            yield over(confidence=confidence, utterance=not self.paused)
            if asked.format_turns:
                yield over(confidence=confidence, formatted=True)
        self._order += 1

    def _so_far(
        self, words: Sequence[SpokenWord], confidence: float, asked: Parameters, **flags: bool
    ) -> str:
        self._words = len(words)
        final, confidence = (0, 0) if asked.pro else (len(words) - 1, confidence)
        return turn(words, asked, order=self._order, final=final, confidence=confidence, **flags)
