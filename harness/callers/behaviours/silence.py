"""The caller says nothing when its turn comes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

import msgspec

from kernel.actor import Instruction
from kernel.clock import SECOND_NS
from kernel.units import Duration

from ..behaviour import Behaviour, Moment
from ..conversation import Conversation


class Silence(Behaviour, frozen=True):
    """`silence: 12s`. Is silent for so long in place of the natural pause before the line. Nothing
    is owed meanwhile. The agent may ask whether anybody is there; if it hangs up after that, the
    call was served.

    for   how long
    then  `say` goes on with the line, `hang_up` ends the call, by plan
    """

    scalar: ClassVar[str] = "for"

    lasts: Duration = msgspec.field(default=Duration(10), name="for")
    then: Literal["say", "hang_up"] = "say"

    @property
    def moment(self) -> Moment:
        return "turn"

    @property
    def after_ns(self) -> int:
        return self.lasts.ns

    @property
    def silence_ns(self) -> int:
        # Who hangs up does it before the line is due.
        return self.lasts.ns + SECOND_NS * (self.then == "hang_up")

    def act(self, call: Conversation, now_ns: int) -> Iterator[Instruction]:
        if self.then == "hang_up":
            yield from call.leave_early(now_ns)
