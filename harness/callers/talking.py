"""The talking caller: listens to the greeting, says its lines, waits for answers, has patience.

greeting ─▶ pausing ─▶ speaking ─▶ waiting ─▶ pausing … ─▶ over
               ▲ ▼                    ▼
            listening              leaving ─▶ over      (the agent goes on; the agent refuses)
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Any, Literal

from kernel.actor import Emit, End, Instruction, Nudge, Nudged
from kernel.clock import SECOND_NS
from kernel.event import Type

from .attention import Attention
from .exchange import Exchange
from .manners import COMFORT_PATIENCE, TURN_QUIET_NS, Manners
from .messages import (
    Answered,
    EndedBy,
    HangUp,
    LineClosed,
    Over,
    Say,
    SayBegan,
    SoundBegan,
    SpeechBegan,
    Utterance,
)
from .phrases import manner_of, questions

Stage = Literal["greeting", "pausing", "speaking", "waiting", "listening", "leaving", "over"]


class Talking:
    """A caller as an actor: messages of `callers.messages` in; `Say`, `HangUp` and reports out.

    lines    what it says, in order; it says the next one after any answer, whatever the words
    answers  pattern (any case) → what it says instead if asked out of order
    """

    def __init__(
        self,
        lines: Sequence[str],
        answers: Mapping[str, str],
        *,
        patience_s: float,
        pause_s: float,
        manners: Manners | None = None,
    ) -> None:
        self.stage: Stage = "greeting"
        self._lines = tuple(lines)
        self._asides = [(re.compile(ask, re.IGNORECASE), tell) for ask, tell in answers.items()]
        self._told: Counter[str] = Counter()
        self._patience_ns, self._pause_ns = _ns(patience_s), _ns(pause_s)
        self._manners = manners or Manners()
        self._agent = Attention()
        self._answered_ns = 0
        self._say = Say("", 0)  # what is being said, or will be after the pause
        self._exchange: Exchange | None = None
        self._reported: Exchange | None = None
        self._repeats = 0
        self._goodbye_due = False

    def receive(self, message: Any, now_ns: int) -> Iterator[Instruction]:
        """The messages of `callers.messages`, and `Nudged`."""
        match message:
            case Utterance():
                yield from self._utterance(message, now_ns)
            case _ if self.stage == "over":
                return
            case SoundBegan(at_ns):
                yield from self._sound_began(at_ns)
            case SpeechBegan():
                yield from self._speech_began()
            case SayBegan(from_ns, until_ns):
                yield from self._say_began(from_ns, until_ns)
            case Nudged(key):
                yield from _NUDGED[key](self, now_ns)
            case Answered():
                self._answered_ns = self._agent.heard_ns = now_ns
                yield Nudge("greeting", now_ns + _ns(self._manners.greeting_wait_s))
                yield Nudge("length", now_ns + _ns(self._manners.length_s))
            case LineClosed():
                yield from self._line_closed(message, now_ns)

    # What the agent does.

    def _sound_began(self, at_ns: int) -> Iterator[Instruction]:
        self._agent.sound_began(at_ns)
        yield Nudge("quiet", None)
        if self._exchange:
            self._exchange.sounds(at_ns)

    def _speech_began(self) -> Iterator[Instruction]:
        self._agent.speaks = True
        if self.stage == "pausing":  # its turn was not over after all: let it finish
            self.stage = "listening"
            yield Emit(key="say", withdraw=True)

    def _utterance(self, utterance: Utterance, now_ns: int) -> Iterator[Instruction]:
        heard = self._agent.note(utterance, self._exchange)
        yield Emit(heard)
        if self.stage == "over":
            return
        if heard.role == "answer" and self._exchange and self.stage in ("waiting", "speaking"):
            self._exchange.take_answer(utterance)
        if utterance.verified:
            yield Nudge("quiet", utterance.until_at_ns + TURN_QUIET_NS)
        else:  # it is told only after a long quiet
            yield from self._turn_over(now_ns)

    def _turn_over(self, now_ns: int) -> Iterator[Instruction]:
        """The agent has said what it had to say."""
        roles = self._agent.take_roles()
        if self.stage == "greeting":
            yield from self._after_greeting(roles, now_ns)
        elif self.stage == "listening":
            yield from self._plan(self._say, now_ns)
        elif self.stage == "waiting" and self._exchange:
            yield from self._after_reply(roles, self._exchange, now_ns)
            if self.stage == "waiting":
                yield Nudge("patience", self._deadline_ns())

    def _after_greeting(self, roles: set[str], now_ns: int) -> Iterator[Instruction]:
        if "refusal" in roles:
            yield from self._leave(now_ns)
        elif "greeting" in roles:
            yield from self._plan(Say(self._lines[0], 1), now_ns)
        else:  # a filler, or noise
            yield Nudge("greeting", now_ns + _ns(self._manners.greeting_wait_s))

    def _after_reply(
        self, roles: set[str], exchange: Exchange, now_ns: int
    ) -> Iterator[Instruction]:
        if "refusal" in roles:
            yield from self._report(self._agent.settled_ns)
            yield from self._leave(now_ns)
        elif exchange.answered:
            yield from self._report(now_ns)
            yield from self._go_on(exchange, now_ns)
        elif self._goodbye_due:
            yield from self._hang_up("ok", "completed", now_ns)
        elif roles & {"reprompt", "apology"}:
            yield from self._say_again(exchange, now_ns)

    def _line_closed(self, closed: LineClosed, now_ns: int) -> Iterator[Instruction]:
        refused = (
            self.stage == "leaving" or self._agent.refuses or manner_of(closed.words) == "refusal"
        )
        if closed.by != "agent":
            yield from self._end("info", closed.how, closed.by, now_ns)
        elif refused:
            yield from self._end("fail", "spoken_refusal", "agent", now_ns)
        elif self._said_goodbye:
            yield from self._end("ok", "completed", "agent", now_ns)
        else:
            yield from self._end("info", closed.how, "agent", now_ns)

    # What the caller does.

    def _plan(self, say: Say, now_ns: int) -> Iterator[Instruction]:
        """Say something after the natural pause."""
        self.stage, self._say = "pausing", say
        yield Nudge("greeting", None)
        yield Nudge("patience", None)
        yield Emit(say, now_ns + self._pause_ns, key="say")

    def _say_began(self, from_ns: int, until_ns: int) -> Iterator[Instruction]:
        self.stage = "speaking"
        self._agent.take_roles()
        self._exchange = Exchange(self._say, from_ns, until_ns)
        yield Nudge("said", until_ns)

    def _said(self, now_ns: int) -> Iterator[Instruction]:
        assert self._exchange is not None
        self.stage = "waiting"
        yield Nudge("patience", self._deadline_ns())
        if self._said_goodbye and self._agent.last_role:  # to nobody, a goodbye completes nothing
            yield Nudge("goodbye", self._exchange.until_ns + _ns(self._manners.goodbye_wait_s))

    def _go_on(self, exchange: Exchange, now_ns: int) -> Iterator[Instruction]:
        """The next line, or what was asked out of order; after the last line nothing."""
        self._repeats = 0
        index = exchange.say.index
        aside = self._aside(" ".join(exchange.answers))
        if aside:
            yield from self._plan(Say(aside, index, exchange.say.repeat + 1), now_ns)
        elif index < len(self._lines):
            yield from self._plan(Say(self._lines[index], index + 1), now_ns)
        else:
            yield from self._hang_up("ok", "completed", now_ns)

    def _aside(self, answer: str) -> str:
        asked = questions(answer)
        for pattern, tell in self._asides:
            if pattern.search(asked) and self._told[tell] < self._manners.asides:
                self._told[tell] += 1
                return tell
        return ""

    def _say_again(self, exchange: Exchange, now_ns: int) -> Iterator[Instruction]:
        yield from self._report(self._agent.settled_ns)
        if self._repeats < self._manners.repeats:
            self._repeats += 1
            say = exchange.say
            yield from self._plan(Say(say.text, say.index, say.repeat + 1), now_ns)
        else:
            yield from self._hang_up("info", "patience", now_ns)

    def _greeting_missed(self, now_ns: int) -> Iterator[Instruction]:
        if self.stage != "greeting" or self._agent.speaks or self._agent.roles:
            return
        patient_until_ns = self._answered_ns + self._patience_ns
        if self._agent.sounds and now_ns < patient_until_ns:
            yield Nudge("greeting", patient_until_ns)  # the sound may become a greeting yet
        else:
            self.stage, self._say = "pausing", Say(self._lines[0], 1)
            yield Emit(self._say, now_ns, key="say")

    def _lose_patience(self, now_ns: int) -> Iterator[Instruction]:
        if self.stage != "waiting" or self._agent.speaks or self._agent.roles:
            return  # its turn is not over; then patience is asked again
        deadline_ns = self._deadline_ns()
        if now_ns < deadline_ns:
            yield Nudge("patience", deadline_ns)
        else:
            yield from self._hang_up("info", "patience", now_ns)

    def _deadline_ns(self) -> int:
        assert self._exchange is not None
        asked_ns = self._exchange.until_ns
        heard_ns = max(self._agent.heard_ns, asked_ns)
        return min(heard_ns + self._patience_ns, asked_ns + COMFORT_PATIENCE * self._patience_ns)

    @property
    def _said_goodbye(self) -> bool:
        """The last line has been said to its end."""
        exchange = self._exchange
        return (
            self.stage in ("waiting", "listening")
            and exchange is not None
            and exchange.say.index == len(self._lines)
        )

    def _goodbye(self, now_ns: int) -> Iterator[Instruction]:
        self._goodbye_due = self._said_goodbye
        if self._goodbye_due and not self._agent.speaks and not self._agent.roles:
            yield from self._hang_up("ok", "completed", now_ns)

    def _leave(self, now_ns: int) -> Iterator[Instruction]:
        """The agent has refused: leave it the time to hang up itself."""
        self.stage = "leaving"
        yield Nudge("leave", now_ns + _ns(self._manners.refusal_wait_s))

    def _left(self, now_ns: int) -> Iterator[Instruction]:
        if self.stage == "leaving":
            yield from self._hang_up("fail", "spoken_refusal", now_ns)

    def _too_long(self, now_ns: int) -> Iterator[Instruction]:
        yield from self._hang_up("info", "too_long", now_ns)

    def _hang_up(self, type_: Type, how: str, now_ns: int) -> Iterator[Instruction]:
        yield Emit(HangUp())
        yield from self._end(type_, how, "caller", now_ns)

    def _end(self, type_: Type, how: str, by: EndedBy, now_ns: int) -> Iterator[Instruction]:
        goodbye = self._said_goodbye and how == "completed"
        if self._exchange:  # after a goodbye nothing is owed
            yield from self._report(self._exchange.until_ns if goodbye else now_ns)
        self.stage = "over"
        yield Emit(Over(type_, how, by))
        yield End(how)

    def _report(self, owed_until_ns: int) -> Iterator[Instruction]:
        """Report the exchange, once."""
        if self._exchange and self._exchange is not self._reported:
            self._reported = self._exchange
            yield Emit(self._exchange.turn(owed_until_ns))


_NUDGED: Mapping[Hashable, Callable[[Talking, int], Iterator[Instruction]]] = {
    "greeting": Talking._greeting_missed,
    "quiet": Talking._turn_over,
    "said": Talking._said,
    "patience": Talking._lose_patience,
    "goodbye": Talking._goodbye,
    "leave": Talking._left,
    "length": Talking._too_long,
}


def _ns(seconds: float) -> int:
    return round(seconds * SECOND_NS)
