"""Where a caller is in its call, and what it can do there: speak, wait, leave, hang up.

What it does when is decided by those that share it: `talking` by what the agent does, `waiting` by
what it does not do, and its behaviours by plan.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from kernel.actor import Emit, End, Instruction, Nudge
from kernel.clock import SECOND_NS
from kernel.event import Type
from kernel.records import Heard

from .attention import Attention
from .behaviour import Moment
from .exchange import Exchange
from .habits import Habits
from .messages import EndedBy, HangUp, Over, Say, Utterance
from .part import Part
from .patience import Patience

IMPULSE_NS = 60_000_000
"""From the impulse to speak to the first word: in that time the sound of it is made."""

Stage = Literal["greeting", "pausing", "speaking", "waiting", "listening", "leaving", "over"]


class Conversation:
    """The state of one call, from the caller's side.

    agent      what it has noticed of the agent
    say        what it says, or will say after the pause
    exchange   its last words and what has come of them, None before the first
    listens    the agent has begun to speak since those words
    into_ns    when the agent began the words that the caller spoke into last, None if it never did
    before     the exchange that those words of the agent belong to
    hello      what it says until the agent speaks; empty if it has called the agent
    aside_until_ns  when what it said beside its turns last is out: a mouth says one thing at a time
    """

    def __init__(
        self, part: Part, patience: Patience, habits: Habits | None = None, hello: str = ""
    ) -> None:
        self.stage: Stage = "greeting"
        self.hello = hello
        self.part, self.patience, self.habits = part, patience, habits or Habits()
        self.agent = Attention()
        self.answered_ns = self.aside_until_ns = 0
        self.say = part.first
        self.exchange: Exchange | None = None
        self.listens = self.goodbye_due = self.breaks_in = False
        self.into_ns: int | None = None
        self.before: Exchange | None = None
        self._cut_short: Exchange | None = None  # interrupted, and not reported yet
        self._reported: Exchange | None = None
        self._silent_ns = (0, 0)  # by plan, from and until

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

    @property
    def next_line(self) -> int:
        """The number of the line that is to come if nothing comes between."""
        if self.stage in ("pausing", "listening"):
            return self.say.index
        return self.exchange.say.index + 1 if self.exchange else 1

    def is_answered(self, now_ns: int) -> bool:
        """The agent is speaking to the caller's last words, and not just to fill the time."""
        return self._is_heard_out and self.agent.tells(now_ns, opening=self.exchange is None)

    @property
    def _is_heard_out(self) -> bool:
        """What the agent says is nothing that the caller has spoken into."""
        from_ns = self.agent.speaks_from_ns
        return from_ns is not None and (self.into_ns is None or from_ns > self.into_ns)

    def is_at(self, moment: Moment, line: int) -> bool:
        exchange_of_it = self.exchange is not None and self.exchange.say.index == line
        match moment:
            case "before":
                stages = ("greeting", "waiting", "listening")
                return self.stage in stages and self.next_line == line
            case "turn":
                return self.stage in ("pausing", "listening") and self.say.index == line
            case "line":
                return self.stage == "speaking" and exchange_of_it
            case "answer":
                return self.stage == "waiting" and exchange_of_it

    def left_in_silence(self, now_ns: int) -> bool:
        """It says nothing by plan, and the agent has spoken in vain."""
        from_ns, until_ns = self._silent_ns
        return from_ns <= now_ns < until_ns and self.agent.heard_ns > from_ns

    # Speaking.

    def turn_comes(self, say: Say, now_ns: int, *, at_once: bool = False) -> Iterator[Instruction]:
        """Say something after the natural pause, or the silence that is planned."""
        silence_ns = 0 if say.repeat else self.habits.silence_ns(say.index)
        self._silent_ns = now_ns, now_ns + silence_ns
        if at_once:
            yield from self.speak(say, self._silent_ns[1])
        else:
            yield from self.plan(say, now_ns)
        yield from self.habits.moment("turn", say.index, now_ns)

    def plan(self, say: Say, now_ns: int) -> Iterator[Instruction]:
        pause_s = self.part.pause_s(say)
        pause_ns = self.patience.pause_ns if pause_s is None else round(pause_s * SECOND_NS)
        yield Nudge("greeting", None)
        yield Nudge("patience", None)
        yield from self.speak(say, max(now_ns + pause_ns, self._silent_ns[1]))

    def speak(self, say: Say, at_ns: int) -> Iterator[Instruction]:
        self.stage, self.say = "pausing", say
        yield Emit(say, max(at_ns, self.aside_until_ns), key="say")

    def began(self, from_ns: int, until_ns: int) -> Iterator[Instruction]:
        """The words are on the line; an agent that speaks into them is listened to after them."""
        self.stage = "speaking"
        self.agent.caller_began()
        into_ns = self.into_ns if self.breaks_in else None
        self.exchange = Exchange(self.say, from_ns, until_ns, into_ns=into_ns)
        self.breaks_in = False
        self.listens = self.agent.speaks
        enough_ns = self.patience.listens_until_ns(until_ns)
        yield Nudge("listening", enough_ns if self.listens else None)
        yield Nudge("said", until_ns)
        yield from self.habits.moment("line", self.say.index, from_ns)

    def agent_speaks(self, from_ns: int) -> Iterator[Instruction]:
        """Some speak into what it says, or act on it."""
        if not self._is_heard_out:
            return
        yield from self.habits.moment("before", self.next_line, from_ns)
        if self.stage == "waiting" and self.exchange:
            yield from self.habits.moment("answer", self.exchange.say.index, from_ns)

    def break_in(self, now_ns: int) -> Iterator[Instruction]:
        """Say the next line into the agent's words, which are expected to stop."""
        say: Say | None = self.say
        if self.stage == "greeting":
            say = self.part.first
        elif self.stage == "waiting" and self.exchange:
            say = self.part.next(self.exchange.say, "")
        if say:
            yield from self._interrupt(replace(say, barge_in=True), now_ns)

    def talk_over(self, times: int, now_ns: int) -> Iterator[Instruction]:
        """Say the same again while the agent speaks."""
        said = self.exchange.say if self.exchange else self.say
        again = replace(said, text=" ".join([said.text] * times), repeat=said.repeat + 1)
        yield from self._interrupt(again, now_ns)

    def _interrupt(self, say: Say, now_ns: int) -> Iterator[Instruction]:
        if self.stage == "waiting" and self.exchange:
            self._cut_short = self.exchange
            self.exchange.interrupted = True
        self.before, self.into_ns, self.breaks_in = self.exchange, self.agent.speaks_from_ns, True
        yield Nudge("greeting", None)
        yield Nudge("patience", None)
        yield from self.speak(say, now_ns + IMPULSE_NS)

    def say_aside(
        self, text: str, now_ns: int, after_ns: int = IMPULSE_NS
    ) -> Iterator[Instruction]:
        """Say something that is no turn."""
        index = self.exchange.say.index if self.exchange else 0
        self.aside_until_ns = now_ns + after_ns  # at least: it has a length once it has begun
        yield Emit(Say(text, index, aside=True), self.aside_until_ns, key="aside")

    def go_on(self, exchange: Exchange, now_ns: int) -> Iterator[Instruction]:
        """It is answered: what comes next, if anything does."""
        yield from self.report(now_ns)
        say = self.part.next(exchange.say, " ".join(exchange.answers))
        if say:
            yield from self.turn_comes(say, now_ns)
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
            yield from self.turn_comes(say, now_ns)
        else:
            yield from self.hang_up("info", "patience", now_ns)

    # What is heard.

    def concerned(self, utterance: Utterance) -> Exchange | None:
        """The words of the caller that the agent reacts to."""
        cut = self.into_ns is not None and utterance.from_at_ns <= self.into_ns
        return self.before if cut else self.exchange

    def take(self, utterance: Utterance, heard: Heard) -> Iterator[Instruction]:
        exchange = self.concerned(utterance)
        if self._cut_short and exchange is self._cut_short:
            exchange.take(utterance, heard.role)
            yield from self._report_cut_short()
            if not self.breaks_in and self.exchange and self.exchange.concerns(utterance):
                self.exchange.take(utterance, heard.role)
        elif exchange and exchange is self.exchange and self.stage in ("waiting", "speaking"):
            exchange.take(utterance, heard.role)

    def take_so_far(self, exchange: Exchange) -> None:
        """What the agent is saying answers, though nobody hears the end of it."""
        said = self.agent.so_far
        if said:
            exchange.take(said, "answer")

    # Waiting and leaving.

    def wait(self, exchange: Exchange) -> Iterator[Instruction]:
        yield Nudge("patience", self.waits_until_ns(exchange))

    def leave(self, now_ns: int) -> Iterator[Instruction]:
        """The agent has refused: leave it the time to hang up itself."""
        self.stage = "leaving"
        yield Nudge("leave", now_ns + self.patience.refusal_ns)

    def leave_early(self, now_ns: int) -> Iterator[Instruction]:
        """Hang up by plan."""
        if self.stage == "waiting" and self.exchange and self.is_answered(now_ns):
            self.take_so_far(self.exchange)
        yield from self.hang_up("ok", "left_early", now_ns)

    def hang_up(self, type_: Type, how: str, now_ns: int) -> Iterator[Instruction]:
        yield Emit(HangUp())
        yield from self.end(type_, how, "caller", now_ns)

    def end(self, type_: Type, how: str, by: EndedBy, now_ns: int) -> Iterator[Instruction]:
        goodbye = self.said_goodbye and how == "completed"
        if self._cut_short:
            self.take_so_far(self._cut_short)
            yield from self._report_cut_short()
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

    def _report_cut_short(self) -> Iterator[Instruction]:
        if self._cut_short:
            self._reported = self._cut_short
            yield Emit(self._cut_short.turn(self._cut_short.until_ns))
            self._cut_short = None
