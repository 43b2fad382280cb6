"""The caller hangs up early."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from kernel.actor import Instruction
from kernel.units import Duration

from ..behaviour import Behaviour, Moment
from ..conversation import Conversation


class HangUp(Behaviour, frozen=True):
    """`hang_up: 5%`. Hangs up before the dialogue is over. That is the call's planned end: it is
    served, and leaves the denominator of `task_completed`.

    during  `greeting` (of the first line only), `line` in the middle of the caller's own words,
            `answer` while the agent answers them
    after   so long after these words began
    """

    during: Literal["greeting", "line", "answer"] = "answer"
    after: Duration = Duration(1)

    @property
    def moment(self) -> Moment:
        return "before" if self.during == "greeting" else self.during

    @property
    def after_ns(self) -> int:
        return self.after.ns

    def act(self, call: Conversation, now_ns: int) -> Iterator[Instruction]:
        yield from call.leave_early(now_ns)

    def flaw(self, line: int, lines: int) -> str:
        if self.during == "greeting" and line > 1:
            return "during: greeting stands with the first line; use during: answer"
        return ""
