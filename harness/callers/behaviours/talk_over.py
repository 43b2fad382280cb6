"""The caller goes on talking although the agent speaks."""

from __future__ import annotations

from collections.abc import Iterator

from kernel.actor import Instruction

from ..behaviour import OverAnswer
from ..conversation import Conversation


class TalkOver(OverAnswer, frozen=True):
    """`talk_over: 10%`. While the agent answers the line, the caller says it again and talks on to
    the end of it whatever the agent does. Both talk: an agent that goes on to the end of its answer
    is heard, one that stops owes the answer to what was said last.

    after  so long after the agent began to answer
    times  how often the line is said again, without a break
    """

    times: int = 1

    def __post_init__(self) -> None:
        if self.times < 1:
            raise ValueError(f"times: {self.times} says nothing; write 1 or more")

    def act(self, call: Conversation, now_ns: int) -> Iterator[Instruction]:
        yield from call.talk_over(self.times, now_ns)
