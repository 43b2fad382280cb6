"""What a caller does because time has passed: begins by itself, loses patience, hangs up."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping

from kernel.actor import Instruction, Nudge
from kernel.clock import SECOND_NS

from .conversation import Conversation


def said(call: Conversation, now_ns: int) -> Iterator[Instruction]:
    """Its own words are over."""
    assert call.exchange is not None
    call.stage = "waiting"
    if call.exchange.answered and call.agent_is_done:  # the agent has talked on, to its end
        yield from call.go_on(call.exchange, now_ns)
        return
    yield from call.wait(call.exchange)
    if call.agent.speaks_from_ns is not None:
        yield from call.agent_speaks(call.agent.speaks_from_ns)
    if call.said_goodbye and call.agent.last_role:  # to nobody, a goodbye completes nothing
        yield Nudge("goodbye", call.exchange.until_ns + call.patience.goodbye_ns)


def greeting_missed(call: Conversation, now_ns: int) -> Iterator[Instruction]:
    """Nobody has greeted: it begins itself, or says hello to whoever has called."""
    if call.stage != "greeting" or not call.agent_is_done:
        return
    from_ns = call.agent.heard_ns if call.hello else call.answered_ns
    patient_until_ns = call.patience.greeting_until_ns(from_ns)
    if call.agent.sounds and now_ns < patient_until_ns:
        yield Nudge("greeting", patient_until_ns)  # the sound may become a greeting yet
    elif call.hello and now_ns < patient_until_ns:
        yield from call.say_aside(call.hello, now_ns)
    elif call.hello:  # whoever has called has nothing to say
        yield from call.hang_up("info", "patience", now_ns)
    else:
        yield from call.turn_comes(call.part.first, now_ns, at_once=True)


def lose_patience(call: Conversation, now_ns: int) -> Iterator[Instruction]:
    """No answer, or nothing after a courtesy."""
    exchange = call.exchange
    if exchange is None or call.stage != "waiting" or not call.agent_is_done:
        return  # once the agent's turn is over, patience is asked again
    if now_ns < call.waits_until_ns(exchange):
        yield from call.wait(exchange)
    elif call.courtesies_may_be_all(exchange):
        yield from call.settle(exchange, now_ns)
    else:
        yield from call.hang_up("info", "patience", now_ns)


def had_enough(call: Conversation, now_ns: int) -> Iterator[Instruction]:
    """The agent speaks on and on. What it says answers, though nobody hears the end of it."""
    speaks_from_ns = call.agent.speaks_from_ns
    if speaks_from_ns is None or call.stage in ("speaking", "leaving"):
        yield Nudge("listening", now_ns + SECOND_NS)  # its turn may be over just now
        return
    if call.stage == "waiting" and call.exchange:
        call.take_so_far(call.exchange)
    yield from call.hang_up("info", "monologue", now_ns)


def goodbye(call: Conversation, now_ns: int) -> Iterator[Instruction]:
    """Nobody has answered its goodbye; what sounds now may end."""
    call.goodbye_due = call.said_goodbye
    if call.goodbye_due and call.agent_is_done and call.exchange:
        yield from call.part_ways(call.exchange, now_ns)


def left(call: Conversation, now_ns: int) -> Iterator[Instruction]:
    """The agent has refused, and does not hang up."""
    if call.stage == "leaving":
        yield from call.hang_up("fail", "spoken_refusal", now_ns)


def too_long(call: Conversation, now_ns: int) -> Iterator[Instruction]:
    yield from call.hang_up("info", "too_long", now_ns)


NUDGED: Mapping[Hashable, Callable[[Conversation, int], Iterator[Instruction]]] = {
    "said": said,
    "greeting": greeting_missed,
    "patience": lose_patience,
    "listening": had_enough,
    "goodbye": goodbye,
    "leave": left,
    "length": too_long,
}
