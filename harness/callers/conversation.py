"""Where a caller is in its call, and what it can do there: speak, wait, leave, hang up.

What it does when is decided by those that share it: `talking` by what the agent does, `waiting` by
what it does not do.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from kernel.actor import Emit, End, Instruction, Nudge
from kernel.event import Type

from .attention import Attention
from .exchange import Exchange
from .messages import EndedBy, HangUp, Over, Say
from .part import Part
from .patience import Patience

Stage = Literal["greeting", "pausing", "speaking", "waiting", "listening", "leaving", "over"]


class Conversation:
    """The state of one call, from the caller's side.

    agent      what it has noticed of the agent
    say        what it says, or will say after the pause
    exchange   its last words and what has come of them, None before the first
    listens    the agent has begun to speak since those words
    """

    def __init__(self, part: Part, patience: Patience) -> None:
        self.stage: Stage = "greeting"
        self.part, self.patience = part, patience
        self.agent = Attention()
        self.answered_ns = 0
        self.say = part.first
        self.exchange: Exchange | None = None
        self.listens = self.goodbye_due = False
        self._reported: Exchange | None = None

    @property
    def agent_is_done(self) -> bool:
        """It is silent, and what it said before has been dealt with."""
        return not self.agent.speaks and not self.agent.roles

    @property
    def said_goodbye(self) -> bool:
        """The last line has been said to its end."""
        return (
            self.stage in ("waiting", "listening")
            and self.exchange is not None
            and self.part.is_last(self.exchange.say)
        )

    def courtesies_may_be_all(self, exchange: Exchange) -> bool:
        """Some were heard, and neither agent nor script promises more."""
        if not exchange.courtesies or exchange.announced:
            return False
        return not self.part.expects(exchange.say)

    def waits_until_ns(self, exchange: Exchange) -> int:
        more = self.courtesies_may_be_all(exchange)
        limit = self.patience.more_until_ns if more else self.patience.answer_until_ns
        return limit(exchange.until_ns, self.agent.heard_ns)

    # Speaking.

    def plan(self, say: Say, now_ns: int) -> Iterator[Instruction]:
        """Say something after the natural pause."""
        yield Nudge("greeting", None)
        yield Nudge("patience", None)
        yield from self.speak(say, now_ns + self.patience.pause_ns)

    def speak(self, say: Say, at_ns: int) -> Iterator[Instruction]:
        self.stage, self.say = "pausing", say
        yield Emit(say, at_ns, key="say")

    def began(self, from_ns: int, until_ns: int) -> Iterator[Instruction]:
        """The words are on the line; an agent that speaks into them is listened to after them."""
        self.stage = "speaking"
        self.agent.caller_began()
        self.exchange = Exchange(self.say, from_ns, until_ns)
        self.listens = self.agent.speaks
        enough_ns = self.patience.listens_until_ns(until_ns)
        yield Nudge("listening", enough_ns if self.listens else None)
        yield Nudge("said", until_ns)

    def go_on(self, exchange: Exchange, now_ns: int) -> Iterator[Instruction]:
        """It is answered: what comes next, if anything does."""
        yield from self.report(now_ns)
        say = self.part.next(exchange.say, " ".join(exchange.answers))
        if say:
            yield from self.plan(say, now_ns)
        else:
            yield from self.hang_up("ok", "completed", now_ns)

    def settle(self, exchange: Exchange, now_ns: int) -> Iterator[Instruction]:
        """Courtesies were the whole answer."""
        exchange.settle_for_courtesies()
        yield from self.go_on(exchange, now_ns)

    def part_ways(self, exchange: Exchange, now_ns: int) -> Iterator[Instruction]:
        """The last line was said, and there was time enough to answer it."""
        if self.courtesies_may_be_all(exchange):
            exchange.settle_for_courtesies()
        yield from self.hang_up("ok", "completed", now_ns)

    def say_again(self, exchange: Exchange, now_ns: int) -> Iterator[Instruction]:
        yield from self.report(self.agent.settled_ns)
        say = self.part.again(exchange.say)
        if say:
            yield from self.plan(say, now_ns)
        else:
            yield from self.hang_up("info", "patience", now_ns)

    # Waiting and leaving.

    def wait(self, exchange: Exchange) -> Iterator[Instruction]:
        yield Nudge("patience", self.waits_until_ns(exchange))

    def leave(self, now_ns: int) -> Iterator[Instruction]:
        """The agent has refused: leave it the time to hang up itself."""
        self.stage = "leaving"
        yield Nudge("leave", now_ns + self.patience.refusal_ns)

    def hang_up(self, type_: Type, how: str, now_ns: int) -> Iterator[Instruction]:
        yield Emit(HangUp())
        yield from self.end(type_, how, "caller", now_ns)

    def end(self, type_: Type, how: str, by: EndedBy, now_ns: int) -> Iterator[Instruction]:
        goodbye = self.said_goodbye and how == "completed"
        if self.exchange:  # after a goodbye nothing is owed
            yield from self.report(self.exchange.until_ns if goodbye else now_ns)
        self.stage = "over"
        yield Emit(Over(type_, how, by))
        yield End(how)

    def report(self, owed_until_ns: int) -> Iterator[Instruction]:
        """Report the exchange, once."""
        if self.exchange and self.exchange is not self._reported:
            self._reported = self.exchange
            yield Emit(self.exchange.turn(owed_until_ns))
