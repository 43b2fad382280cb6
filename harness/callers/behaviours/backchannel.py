"""The caller shows that it listens."""

from __future__ import annotations

from collections.abc import Iterator

from kernel.actor import Instruction
from kernel.units import Duration

from ..behaviour import Behaviour, Moment
from ..conversation import Conversation


class Backchannel(Behaviour, frozen=True):
    """`backchannel: 30%`. Says "mhm" while the agent answers the line, and expects nothing for it:
    no answer is owed to it. An agent may go on or begin its answer anew.

    after  so long after the agent began to answer
    say    the word; the mock LLM takes mhm, uh-huh, right, okay, yeah and the like for none
    """

    after: Duration = Duration(1)
    say: str = "mhm"

    @property
    def moment(self) -> Moment:
        return "answer"

    @property
    def after_ns(self) -> int:
        return self.after.ns

    def act(self, call: Conversation, now_ns: int) -> Iterator[Instruction]:
        yield from call.say_aside(self.say, now_ns)
