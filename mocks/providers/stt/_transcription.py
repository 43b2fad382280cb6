"""What Deepgram makes of one stream's sound: interim results, finals, and ends of utterances.

Source: captures of the live service. Results come about once a second of audio, also in silence;
a long utterance is final in segments as it goes, and the last of them has `speech_final`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from kernel.actor import Emit, Instruction, Nudge
from kernel.clock import MILLISECOND_NS, SECOND_NS
from kernel.fault import Arrival
from speech.events import Cut, Ended, TextEvent

from ...dictation import Dictation, SpokenWord, Utterance
from ...wire import Text
from ...work import Begin, Finish, Note
from ...world import World
from ._deepgram import Parameters, results, speech_started, utterance_end

_INTERIM_S = 1.0
# How much of an utterance is still open to change at most.
_SEGMENT_S = 5.0
# Words that come sooner trigger an agent's barge-in before its own voice-activity detector does.
_FIRST_WORDS_S = 0.5
_BEHIND_S = 0.3
_SHORTEST_WAIT_NS, _STALLED_WAIT_NS = 40 * MILLISECOND_NS, 250 * MILLISECOND_NS
# How long an utterance without an end is held back for more of it.
_HOLD_NS = SECOND_NS


class Transcription:
    """Each utterance is a piece of work, `u1`, `u2`, …

    It asks to be nudged under `final`, which `final` answers, and `utterance_end`, which
    `utterance_end` answers.
    """

    def __init__(self, asked: Parameters, id: str, world: World) -> None:
        self._asked, self._id, self._world = asked, id, world
        self._said = Dictation()
        self._utterances = 0
        # Of the current utterance: when it began and was over, and how long its final takes.
        self._begun_ns = self._over_ns = self._first_ns = 0
        self._audio_ns = 0
        self.audio_s = self._final_s = self._last_word_s = 0.0
        self._interim_s = _INTERIM_S

    @property
    def thinks_until_ns(self) -> int:
        """When the transcript of what was said last can be had, if it is over."""
        current = self._said.current
        over = current is not None and current.end_s is not None
        return self._over_ns + self._first_ns if over else 0

    def admit(self, arrival: Arrival, work: str) -> Iterable[Instruction]:
        """An utterance may be thought about; one that is past already needs no more thought."""
        if work != self._work:
            return []
        self._first_ns = self._world.first_ns(arrival)
        return [self._await_final()]

    def hear(
        self, events: Iterable[TextEvent], audio_s: float, now_ns: int
    ) -> Iterator[Instruction]:
        """What the ear has made of the sound so far."""
        if audio_s > self.audio_s:
            self.audio_s, self._audio_ns = audio_s, now_ns
        for event in events:
            before = self._said.current
            # Where somebody begins anew, what was held back must not run into it.
            if (unfinished := self._said.take(event)) is not None:
                yield from self._conclude(unfinished, now_ns, speech_final=True)
            current = self._said.current
            if current is not None and current is not before:
                yield from self._begin(current, now_ns)
            # An echo ends too, which is no end of what the caller said.
            if isinstance(event, Ended | Cut) and current and current.end_s == event.at_s:
                self._over_ns = max(self._begun_ns, self._when_ns(event.at_s))
        if events:
            yield self._await_final()

    def running(self) -> Iterator[Instruction]:
        """The result that a second of sound gives, if it has come: interim, or final so far."""
        if self.audio_s < self._interim_s:
            return
        self._interim_s = math.floor(self.audio_s / _INTERIM_S + 1) * _INTERIM_S
        current = self._said.current
        words: Sequence[SpokenWord] = ()
        if current is not None and self.audio_s >= current.start_s + _FIRST_WORDS_S:
            words = current.untold(self.audio_s - _BEHIND_S)
        if current is not None and words and self.audio_s - self._open_s(current) >= _SEGMENT_S:
            told = current.tell(self.audio_s - _BEHIND_S)
            result = self._results(told, is_final=True, until_s=told[-1].end_s)
            yield Emit(Text(result, self._work))
        elif self._asked.interim_results:
            yield Emit(Text(self._results(words), self._work if words else ""))

    def next_ns(self, now_ns: int) -> int:
        """When to look for a `running` result again; sound that does not come is waited for."""
        comes_ns = self._audio_ns + round((self._interim_s - self.audio_s) * SECOND_NS)
        late = comes_ns <= now_ns
        return now_ns + _STALLED_WAIT_NS if late else max(comes_ns, now_ns + _SHORTEST_WAIT_NS)

    def final(self, now_ns: int) -> Iterator[Instruction]:
        """The utterance is over, and has been thought about."""
        if (utterance := self._said.release()) is not None:
            endpointing = self._asked.endpointing_ms is not None
            yield from self._conclude(utterance, now_ns, speech_final=endpointing)

    def finalize(self, now_ns: int) -> Iterator[Instruction]:
        """All that was heard, now; an utterance that still sounds goes on after it."""
        current = self._said.current
        if current is not None and current.end_s is not None:
            self._said.release()
            yield from self._conclude(current, now_ns, speech_final=True, from_finalize=True)
            return
        words = current.tell() if current is not None else ()
        told = self._results(words, is_final=True, from_finalize=True)
        yield Emit(Text(told, self._work if words else ""))

    def close(self, now_ns: int) -> Iterator[Instruction]:
        """The stream ends here, and with it whatever is being said."""
        if (utterance := self._said.release()) is not None:
            yield from self._conclude(utterance, now_ns, speech_final=False)

    def broken_off(self) -> Iterator[Instruction]:
        """The client is gone, and hears no more of what is being said."""
        if (utterance := self._said.current) is not None:
            yield Emit(Note(self._work, utterance.understood))

    def utterance_end(self) -> Instruction:
        """Nothing was said since the last word for as long as was asked for."""
        return Emit(Text(utterance_end(self._last_word_s)))

    @property
    def _work(self) -> str:
        return f"u{self._utterances}"

    def _begin(self, utterance: Utterance, now_ns: int) -> Iterator[Instruction]:
        self._utterances += 1
        self._begun_ns, self._first_ns = now_ns, 0
        yield Emit(Begin(self._work, refusable=False))
        yield Nudge("utterance_end", None)
        if self._asked.vad_events:
            yield Emit(Text(speech_started(utterance.start_s)))

    def _when_ns(self, audio_s: float) -> int:
        """When this moment of the sound came in."""
        return self._audio_ns - round((self.audio_s - audio_s) * SECOND_NS)

    def _open_s(self, utterance: Utterance) -> float:
        """The moment of the sound since which nothing of the utterance is final."""
        return max(self._final_s, utterance.start_s)

    def _await_final(self) -> Instruction:
        """The final comes after endpointing and thinking, both from the end of the sound."""
        current = self._said.current
        if current is None or current.end_s is None:
            return Nudge("final", None)
        settle_ns = (self._asked.endpointing_ms or 0) * MILLISECOND_NS
        if not current.ended:
            settle_ns = max(settle_ns, _HOLD_NS)
        return Nudge("final", self.thinks_until_ns + settle_ns)

    def _conclude(
        self, utterance: Utterance, now_ns: int, *, speech_final: bool, from_finalize: bool = False
    ) -> Iterator[Instruction]:
        """The last result of an utterance, and the end of the work on it."""
        told = self._results(
            utterance.tell(), is_final=True, speech_final=speech_final, from_finalize=from_finalize
        )
        data = utterance.understood
        if utterance.end_s is not None:
            data["asked_at_ns"] = self._over_ns
        yield Nudge("final", None)
        yield Emit(Text(told, self._work))
        yield Emit(Finish(self._work, data=data))
        if utterance.words and self._asked.utterance_end_ms is not None:
            self._last_word_s = utterance.words[-1].end_s
            gap_ns = self._asked.utterance_end_ms * MILLISECOND_NS
            yield Nudge("utterance_end", max(now_ns, self._when_ns(self._last_word_s) + gap_ns))

    def _results(
        self, words: Iterable[SpokenWord], *, until_s: float | None = None, **flags: bool
    ) -> str:
        """A result for the sound since the last final, to its end or `until_s`."""
        start_s, end_s = self._final_s, self.audio_s if until_s is None else until_s
        if flags.get("is_final"):
            self._final_s = end_s
        return results(
            words,
            id=self._id,
            start_s=start_s,
            until_s=end_s,
            punctuated=self._asked.punctuated,
            **flags,
        )
