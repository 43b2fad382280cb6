"""The caller shows that it listens."""

from __future__ import annotations

from collections.abc import Iterator

from kernel.actor import Instruction

from ..behaviour import OverAnswer
from ..conversation import Conversation


class Backchannel(OverAnswer, frozen=True):
    """`backchannel: 30%`. Says "mhm" while the agent answers the line, and expects nothing for it:
    no answer is owed to it. An agent may go on or begin its answer anew. What else the caller is to
    do meanwhile, such as to interrupt, waits until the word is out.

    after  so long after the agent began to answer
    say    the word; the mock LLM takes mhm, uh-huh, right, okay, yeah and the like for none
    """

    say: str = "mhm"

    def act(self, call: Conversation, now_ns: int) -> Iterator[Instruction]:
        yield from call.say_aside(self.say, now_ns)
