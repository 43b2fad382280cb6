"""A hand-driven stage for callers: virtual time in seconds, messages by hand, nothing waits."""

from __future__ import annotations

from typing import Any

from harness.callers.messages import (
    Answered,
    HangUp,
    LineClosed,
    Over,
    Say,
    SayBegan,
    SoundBegan,
    SpeechBegan,
    Utterance,
)
from harness.callers.talking import Talking
from kernel.actor import Emit, End, Nudge, Nudged
from kernel.records import Heard, Turn
from kernel.timeline import Timeline

LINES = ("Hi, this is Ada Byron.", "On Tuesday, please.", "No, that is all. Goodbye.")
SPEECH_S = 2.0
"""How long every line of a caller takes here."""


def ns(seconds: float) -> int:
    return round(seconds * 1_000_000_000)


class Speaking:
    """What is heard of an utterance, as much as its time has passed."""

    def __init__(self, stage: Stage, text: str, from_s: float, until_s: float) -> None:
        self._stage, self._text, self._from_s, self._until_s = stage, text, from_s, until_s

    @property
    def so_far(self) -> str:
        share = (self._stage.now_s - self._from_s) / (self._until_s - self._from_s)
        return self._text[: round(len(self._text) * min(share, 1.0))]

    @property
    def voiced_until_ns(self) -> int:
        return ns(min(self._stage.now_s, self._until_s))


class Stage:
    """Drives one `Talking` as the wheel does; `at` moves time on and lets what is due happen."""

    def __init__(self, lines: tuple[str, ...] = LINES, **settings: Any) -> None:
        settings = {"answers": {}, "patience_s": 8.0, "pause_s": 0.6} | settings
        self.caller = Talking(lines, **settings)
        self.timeline = Timeline()
        self.now_s = 0.0
        self.said: list[tuple[float, Say]] = []
        self.turns: list[Turn] = []
        self.heard: list[Heard] = []
        self.hung_up_s: float | None = None
        self.over: Over | None = None
        self.tell(Answered())

    def tell(self, message: Any) -> None:
        """Give the caller a message now."""
        now_ns = ns(self.now_s)
        for instruction in self.caller.receive(message, now_ns):
            match instruction:
                case Emit(withdraw=True, key=key):
                    self.timeline.withdraw("call", key)
                case Emit(output=Say() as say, at_ns=at_ns, key=key):
                    self.timeline.add("call", say, now_ns if at_ns is None else at_ns, key)
                case Emit(output=output):
                    self._note(output)
                case Nudge(key=key, at_ns=None):
                    self.timeline.withdraw("call", key)
                case Nudge(key=key, at_ns=int(at_ns)):
                    self.timeline.add("call", Nudged(key), at_ns, key)
                case End():
                    self.timeline.drop("call")

    def _note(self, output: Any) -> None:
        match output:
            case HangUp():
                self.hung_up_s = self.now_s
            case Over():
                assert self.over is None, "a call ends once"
                self.over = output
            case Turn():
                self.turns.append(output)
            case Heard():
                self.heard.append(output)

    def at(self, now_s: float) -> Stage:
        """Let everything happen that is due by then."""
        while (wake_ns := self.timeline.next_wake()) is not None and wake_ns <= ns(now_s):
            self.now_s = max(self.now_s, wake_ns / 1e9)
            for _, item, due_ns in list(self.timeline.due(wake_ns)):
                if isinstance(item, Say):
                    self.said.append((self.now_s, item))
                    self.tell(SayBegan(due_ns, due_ns + ns(SPEECH_S), item.aside))
                else:
                    self.tell(item)
        assert now_s >= self.now_s
        self.now_s = now_s
        return self

    def agent(
        self, text: str, from_s: float, until_s: float | None = None, *, verified: bool = True
    ) -> Stage:
        """The agent speaks; without `verified` it is known to be over two seconds later."""
        until_s = from_s + 1.0 if until_s is None else until_s
        self.at(from_s).tell(SoundBegan(ns(from_s)))
        speaking = Speaking(self, text, from_s, until_s)
        self.at(from_s + 0.2).tell(SpeechBegan(ns(from_s), speaking))
        self.at(until_s + (0.12 if verified else 2.0))
        self.tell(Utterance(ns(from_s), ns(until_s), text, verified))
        return self

    def noise(self, from_s: float, until_s: float) -> Stage:
        self.at(from_s).tell(SoundBegan(ns(from_s)))
        self.at(until_s + 2.0).tell(Utterance(ns(from_s), ns(until_s), sound="noise"))
        return self

    def closed(self, at_s: float, by: Any = "agent", how: str = "closed", words: str = "") -> Stage:
        self.at(at_s).tell(LineClosed(by, how, words))
        return self

    @property
    def texts(self) -> list[str]:
        return [say.text for _, say in self.said]

    @property
    def last_said_s(self) -> float:
        return self.said[-1][0]

    @property
    def end_s(self) -> float:
        """When the caller's last words are over."""
        return self.last_said_s + SPEECH_S

    def greeted(self) -> Stage:
        """The agent has greeted and the caller has just said its first line."""
        return self.agent("Hello, how can I help you?", 0.5, 2.0).at(5.2)
