"""A caller's telephone: words into frames, frames played into what the caller notices."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from kernel.clock import SECOND_NS
from speech.alphabet import Role
from speech.breath import breathing_out
from speech.ear import Symbol
from speech.events import Heard, Started
from speech.g711 import mulaw_encode
from speech.identity import caller_identity
from speech.mouth import Mouth
from speech.steps import Steps
from speech.transcript import Transcript

from ..callers.keypad import presses
from ..callers.listening import Listening
from ..callers.messages import Say, SayBegan, SoundBegan, SpeechBegan, Utterance
from ..callers.talking import Talking
from ..protocols.media_streams import FRAME_BYTES, RATE_HZ
from ..transports.link import Link
from .clips import NO_CLIPS, Clips
from .playout import FRAME_NS, SAMPLE_NS, SILENCE

FED_SILENCE_FRAMES = 25
"""After so many silent frames the ear has let go of everything, and need not hear more of them."""

Noticed = SoundBegan | SpeechBegan | Utterance


@dataclass(frozen=True, slots=True)
class Words:
    """An utterance as frames. Its last voiced sample is the last of a frame.

    So the agent has all of it at the moment at which it ends, and packets of 20 ms add nothing to
    the latency that is measured from there. `voiced` are the first sample and the one after the
    last.
    """

    frames: tuple[bytes, ...]
    voiced: tuple[int, int]


class Phone:
    """One live call. Pure but for what it hands to its link.

    report   takes what the caller did, heard or came to, and when that was known
    clips    recordings of the agent that the caller knows
    on_over  called once, when the caller has nothing more to say or to hear
    from_ns  when what is said and heard begins
    due_ns   when its next frame is due: the end of the 20 ms that the frame covers
    """

    def __init__(
        self,
        number: int,
        voice: str,
        link: Link,
        caller: Talking,
        report: Callable[[Any, int], None],
        on_over: Callable[[], None],
        clips: Clips = NO_CLIPS,
    ) -> None:
        self.link, self.caller, self.report = link, caller, report
        self.number = number
        self.over = False
        self._on_over = on_over
        self.from_ns = self.due_ns = 0
        self.stream = -1  # its number at the ear
        self.listening = Listening(self._recognise)
        self.said, self.heard = bytearray(), bytearray()
        self.sent = self.late = self.late_max_ns = 0
        self.muffled = False
        self._mouth = Mouth(Role.CALLER, RATE_HZ, voice)
        self._transcript = Transcript(Role.CALLER)
        self._clips = clips
        self._ear_zero_ns = 0
        self._silent_frames = 0
        self._planned: tuple[Say, Steps[Words]] | None = None
        self._words: Words | None = None  # that were planned, once they are made
        self._frames: deque[bytes] = deque()
        self._keys: deque[tuple[int, str]] = deque()  # when each is due

    def begin(self, from_ns: int, stream: int) -> None:
        """The first frame covers the 20 ms from `from_ns` on."""
        self.from_ns, self.due_ns, self.stream = from_ns, from_ns + FRAME_NS, stream
        self._ear_zero_ns = from_ns
        self.link.begin(from_ns)

    def end(self) -> None:
        """The caller is done."""
        if not self.over:
            self.over = True
            self._on_over()

    # What the caller says.

    def plan(self, say: Say) -> None:
        """These words will be said; `prepare` makes their sound until then, once."""
        if self._planned is None or self._planned[0] != say:
            self._planned, self._words = (say, self._making(say)), None

    def prepare(self) -> bool:
        """One step of making the sound of planned words; False if nothing is left to do."""
        if self._planned is None or self._words:
            return False
        try:
            next(self._planned[1])
        except StopIteration as made:
            self._words = made.value
        return self._words is None

    def _making(self, say: Say) -> Steps[Words]:
        identity = caller_identity(self.number, say.index)
        utterance = yield from self._mouth.speaking(say.text, identity)
        lead = -utterance.voiced_end % FRAME_BYTES
        sound = SILENCE[:lead] + mulaw_encode(breathing_out(utterance))
        sound += SILENCE[: -len(sound) % FRAME_BYTES]
        frames = (sound[at : at + FRAME_BYTES] for at in range(0, len(sound), FRAME_BYTES))
        return Words(tuple(frames), (lead, lead + utterance.voiced_end))

    def say(self, say: Say) -> SayBegan:
        """Begin to speak with the next frame, or to press keys."""
        if say.keys:
            return self._press(say)
        self.plan(say)
        while self.prepare():
            pass
        assert self._words
        words, self._words, self._planned = self._words, None, None
        self._frames = deque(words.frames)
        frame_ns = self.due_ns - FRAME_NS
        first, end = words.voiced
        from_ns, until_ns = frame_ns + first * SAMPLE_NS, frame_ns + end * SAMPLE_NS
        return SayBegan(from_ns, until_ns, say.aside)

    def _press(self, say: Say) -> SayBegan:
        pressed = presses(say.text, self.number, say.index, say.repeat)
        self._keys = deque((self.due_ns + after_ns, key) for after_ns, key in pressed)
        return SayBegan(self.due_ns, self._keys[-1][0])

    def turn(self, late_ns: int) -> tuple[bytes, bool]:
        """Send the frame that is due and take what was played meanwhile.

        False with it if the agent has ceased to read.
        """
        frame = self._frames.popleft() if self._frames else SILENCE
        alive = self.link.send(frame)
        while self._keys and self._keys[0][0] <= self.due_ns:
            self.link.press(self._keys.popleft()[1])
        played = self.link.take(self.due_ns)
        self.said += frame
        self.heard += played
        self.due_ns += FRAME_NS
        self.sent += 1
        self.late_max_ns = max(self.late_max_ns, late_ns)
        return played, alive

    # What the caller hears.

    def to_hear(self, played: bytes) -> bool:
        """Whether the ear must hear a frame; those of a long silence it need not."""
        if played != SILENCE:
            self._silent_frames = 0
            return True
        self._silent_frames += 1
        if self._silent_frames <= FED_SILENCE_FRAMES:
            return True
        self._ear_zero_ns += FRAME_NS
        return False

    def notice_energy(self, frame_ns: int, span: tuple[int, int] | None) -> Iterable[Noticed]:
        """The frame played from `frame_ns` on is voiced from one sample to another, or not."""
        if span:
            first, last = span
            return self.listening.voiced(frame_ns + first * SAMPLE_NS, frame_ns + last * SAMPLE_NS)
        return self.listening.quiet(frame_ns + FRAME_NS) if self.listening.sounding else ()

    def _recognise(self, from_ns: int, until_ns: int) -> str | None:
        """What the recording is for that was played between two instants, if it is a known one."""
        first, last = ((at_ns - self.from_ns) // SAMPLE_NS for at_ns in (from_ns, until_ns))
        return self._clips.purpose_of(bytes(self.heard[max(0, first) : last]))

    def notice_symbol(self, symbol: Symbol) -> Iterator[Noticed]:
        """The ear has read a symbol in the agent's sound."""
        for event in self._transcript.add(symbol):
            match event:
                case Started(at_s=at_s, echo=False):
                    at_ns = self._ear_zero_ns + round(at_s * SECOND_NS)
                    yield from self.listening.started(at_ns, self._transcript.utterance)
                case Heard():
                    yield from self.listening.grew()
