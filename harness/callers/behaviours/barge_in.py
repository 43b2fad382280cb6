"""The caller interrupts."""

from __future__ import annotations

from collections.abc import Iterator

from kernel.actor import Instruction
from kernel.units import Duration

from ..behaviour import Behaviour, Moment
from ..conversation import Conversation


class BargeIn(Behaviour, frozen=True):
    """`barge_in: 20%`. Begins the line while the agent still speaks what the line reacts to, as
    soon as that is known to be an answer and no filler. The agent is expected to stop: the check
    `barge_in_stop_time` measures when it did. What was heard until then is the answer.

    after  so long after the agent began to speak
    """

    after: Duration = Duration(1.5)

    @property
    def moment(self) -> Moment:
        return "before"

    @property
    def after_ns(self) -> int:
        return self.after.ns

    def act(self, call: Conversation, now_ns: int) -> Iterator[Instruction]:
        yield from call.break_in(now_ns)
