"""The talking caller: listens to the greeting, says its lines, waits for answers, has patience.

greeting ─▶ pausing ─▶ speaking ─▶ waiting ─▶ pausing … ─▶ over
               ▲ ▼                    ▼
            listening              leaving ─▶ over      (the agent goes on; the agent refuses)
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from typing import Any

from kernel.actor import Emit, Instruction, Nudge, Nudged

from .behaviour import Behaviour
from .conversation import Conversation, Stage
from .exchange import Exchange
from .habits import Habits
from .manners import TURN_QUIET_NS, Manners
from .messages import (
    ELSEWHERE,
    Answered,
    LineClosed,
    SayBegan,
    SoundBegan,
    SpeechBegan,
    Utterance,
)
from .part import Part
from .patience import Patience
from .phrases import manner_of
from .waiting import NUDGED

HELLO_NS = 300_000_000
"""From picking up the telephone to the first word."""


class Talking:
    """A caller as an actor: messages of `callers.messages` in; `Say`, `HangUp` and reports out.

    `lines`, `answers`, `replies`, `keyed` and `pauses` are those of its `Part`; `behaviours` stand
    with the number of their line. A courtesy alone ("Okay.") answers at
    once where the script has no more to say, and never where the script has: then the answer is
    still to come. Where the script says nothing it does if nothing follows in time
    (`Manners.more_wait_s`) and the agent has not announced that something will.

    Who is `called` by the agent says hello, and has no wish of its own: it waits for the agent to
    speak, and hangs up if it does not.
    """

    def __init__(
        self,
        lines: Sequence[str],
        answers: Mapping[str, str],
        *,
        patience_s: float,
        pause_s: float,
        manners: Manners | None = None,
        replies: Mapping[int, Sequence[str]] | None = None,
        keyed: Collection[int] = (),
        pauses: Mapping[int, float] | None = None,
        behaviours: Sequence[tuple[int, Behaviour]] = (),
        called: bool = False,
    ) -> None:
        manners = manners or Manners()
        part = Part(lines, answers, replies or {}, manners, keyed, pauses)
        patience = Patience(patience_s, pause_s, manners)
        hello = manners.hello if called else ""
        self._call = Conversation(part, patience, Habits(behaviours), hello)

    @property
    def stage(self) -> Stage:
        return self._call.stage

    def receive(self, message: Any, now_ns: int) -> Iterator[Instruction]:
        """The messages of `callers.messages`, and `Nudged`."""
        match message:
            case Utterance():
                yield from self._utterance(message, now_ns)
            case _ if self.stage == "over":
                return
            case SoundBegan(at_ns):
                yield from self._sound_began(at_ns)
            case SpeechBegan(at_ns, speech):
                self._call.agent.speech_began(at_ns, speech)
                yield from self._speech_began(at_ns)
            case SayBegan(from_ns, until_ns, aside=False):
                yield from self._call.began(from_ns, until_ns)
            case SayBegan(_, until_ns):
                yield from self._aside_began(until_ns)
            case Nudged(key):
                yield from self._nudged(key, now_ns)
            case Answered():
                yield from self._answered(now_ns)
            case LineClosed():
                yield from self._line_closed(message, now_ns)

    def _answered(self, now_ns: int) -> Iterator[Instruction]:
        call = self._call
        call.answered_ns = call.agent.heard_ns = now_ns
        yield Nudge("greeting", now_ns + call.patience.greeting_ns)
        yield Nudge("length", now_ns + call.patience.length_ns)
        if call.hello:
            yield from call.say_aside(call.hello, now_ns, HELLO_NS)

    def _aside_began(self, until_ns: int) -> Iterator[Instruction]:
        call = self._call
        call.aside_until_ns = until_ns
        if call.hello and call.stage == "greeting":
            patient_until_ns = call.patience.greeting_until_ns(call.agent.heard_ns)
            yield Nudge("greeting", min(patient_until_ns, until_ns + call.patience.hello_ns))

    def _sound_began(self, at_ns: int) -> Iterator[Instruction]:
        self._call.agent.sound_began(at_ns)
        yield Nudge("quiet", None)
        if self._call.hello and self._call.stage == "greeting":
            yield Emit(key="aside", withdraw=True)
        if self._call.exchange:
            self._call.exchange.sounds(at_ns)

    def _speech_began(self, at_ns: int) -> Iterator[Instruction]:
        call = self._call
        if not call.listens:
            call.listens = True
            yield Nudge("listening", call.patience.listens_until_ns(at_ns))
        if call.stage == "pausing" and not call.breaks_in:
            # Its turn was not over after all: let it finish.
            call.stage = "listening"
            yield Emit(key="say", withdraw=True)
        yield from call.agent_speaks(at_ns)

    def _nudged(self, key: Hashable, now_ns: int) -> Iterator[Instruction]:
        match key:
            case "quiet":
                yield from self._turn_over(now_ns)
            case ("habit", int(number)):
                due = self._call.habits.due(number, self._call, now_ns)
                if isinstance(due, Behaviour):
                    yield from due.act(self._call, now_ns)
                elif due:
                    yield due
            case _:
                yield from NUDGED[key](self._call, now_ns)

    def _utterance(self, utterance: Utterance, now_ns: int) -> Iterator[Instruction]:
        call = self._call
        heard = call.agent.note(utterance, call.concerned(utterance))
        yield Emit(heard)
        if call.stage == "over":
            return
        yield from call.take(utterance, heard)
        if utterance.verified:
            yield Nudge("quiet", utterance.until_at_ns + TURN_QUIET_NS)
        else:  # it is told only after a long quiet
            yield from self._turn_over(now_ns)

    def _turn_over(self, now_ns: int) -> Iterator[Instruction]:
        """The agent has said what it had to say."""
        call = self._call
        roles = call.agent.take_roles()
        if call.stage == "greeting":
            yield from self._after_greeting(roles, now_ns)
        elif call.stage == "listening":
            yield from call.plan(call.say, now_ns)
        elif call.stage == "waiting" and call.exchange:
            yield from self._after_reply(roles, call.exchange, now_ns)

    def _after_greeting(self, roles: set[str], now_ns: int) -> Iterator[Instruction]:
        call = self._call
        if "refusal" in roles:
            yield from call.leave(now_ns)
        elif "greeting" in roles:
            yield from call.turn_comes(call.part.first, now_ns)
        else:  # a filler, or noise
            yield Nudge("greeting", now_ns + call.patience.greeting_ns)

    def _after_reply(
        self, roles: set[str], exchange: Exchange, now_ns: int
    ) -> Iterator[Instruction]:
        call = self._call
        if "refusal" in roles:
            yield from call.report(call.agent.settled_ns)
            yield from call.leave(now_ns)
        elif exchange.answered:
            yield from call.go_on(exchange, now_ns)
        elif call.goodbye_due:
            yield from call.part_ways(exchange, now_ns)
        elif roles & {"reprompt", "apology"}:
            yield from call.say_again(exchange, now_ns)
        elif exchange.courtesies and "acknowledgement" in call.part.expects(exchange.say):
            yield from call.settle(exchange, now_ns)
        else:
            yield from call.wait(exchange)

    def _line_closed(self, closed: LineClosed, now_ns: int) -> Iterator[Instruction]:
        call = self._call
        words = manner_of(closed.words)
        refused = call.stage == "leaving" or call.agent.refuses or words == "refusal"
        if closed.by == "us" or closed.how in ELSEWHERE:
            yield from call.end("info", closed.how, closed.by, now_ns)
        elif refused:  # the caller has been told, however the line was closed then
            yield from call.end("fail", "spoken_refusal", closed.by, now_ns)
        elif closed.by == "agent" and call.left_in_silence(now_ns):
            yield from call.end("ok", "left_early", "agent", now_ns)
        elif closed.by == "agent" and call.said_goodbye:
            yield from call.end("ok", "completed", "agent", now_ns)
        else:
            yield from call.end("info", closed.how, closed.by, now_ns)
