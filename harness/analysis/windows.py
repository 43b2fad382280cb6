"""Which calls, turns and stretches of a run a check may speak about."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kernel.history import History
from kernel.records import Call, Phase, Turn

from ..callers.exchange import EARLY_NS
from ..correlation.correlate import attribution
from .fates import fate_of

# What happens at one instant is told within so long, in any order.
_JITTER_NS = 500_000_000


def judged_calls(history: History) -> Sequence[Call]:
    """Every offered call but those of the warm-up."""
    return [call for call in history.calls if not call.warm_up]


def faulted(history: History, from_ns: int, until_ns: int) -> bool:
    """Some fault was on between the two instants."""
    return any(
        fault.from_ns < until_ns and (fault.until_ns is None or from_ns < fault.until_ns)
        for fault in history.faults
    )


def baseline(history: History) -> Phase | None:
    """The unfaulted phase called `baseline`, else the first unfaulted one; never the warm-up."""
    calm = [
        phase
        for phase in history.phases
        if not phase.warm_up and not faulted(history, phase.from_ns, phase.until_ns - _JITTER_NS)
    ]
    named = [phase for phase in calm if phase.name == "baseline"]
    return next(iter(named or calm), None)


def overload_from_ns(history: History) -> int | None:
    """When the load or the faults after the baseline begin."""
    calm = baseline(history)
    later = [phase.from_ns for phase in history.phases if calm and phase.index > calm.index]
    return min(later, default=None)


def settled_from_ns(history: History) -> int | None:
    """When the last fault was healed and the phase `recovery`, if there is one, had begun.

    None if nothing disturbed the run, or a fault was never healed.
    """
    heals = [fault.until_ns for fault in history.faults]
    starts = [phase.from_ns for phase in history.phases if phase.name == "recovery"]
    ends = [end for end in [*heals, *starts[-1:]] if end is not None]
    return max(ends, default=None) if None not in heals else None


NO_RECOVERY = (
    "there is no unfaulted baseline, or nothing to recover from, or a fault that was never healed"
)
"""Why there is no `recovery`."""


def recovery(history: History) -> tuple[int, Phase] | None:
    """From when on the agent has to be as well as in which phase."""
    settled_ns, calm = settled_from_ns(history), baseline(history)
    return None if settled_ns is None or calm is None else (settled_ns, calm)


Like = tuple[str, int]
"""The dialogue, and the line in it that is answered."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One turn as a sample of latency; without an answer, how long the caller waited in vain."""

    call: Call
    turn: Turn
    waited_ms: float
    phase: str

    @property
    def at_ns(self) -> int:
        return self.turn.until_at_ns

    @property
    def like(self) -> Like:
        """What makes turns alike: an answer from a tool is slower than a greeting's."""
        return self.call.dialogue, self.turn.index


def answers(history: History) -> Iterator[Answer]:
    """The latency samples of all judged calls, by call.

    A turn belongs to the phase in which the caller stopped speaking. A caller that waited in vain
    and hung up is a sample of at least that long: leaving it out would reward silence. Any other
    turn without an answer (a refusal, a cut, the last goodbye) is none. Neither is an answer that
    the caller talked over: it had begun before the words that it is an answer to were over.
    """
    phases = sorted(history.phases, key=lambda phase: phase.from_ns)
    starts = [phase.from_ns for phase in phases]
    for call in judged_calls(history):
        for turn in call.turns:
            if _talked_over(call, turn):
                continue
            waited_ms = turn.answer_ms
            if waited_ms is None and _waited_in_vain(call, turn):
                waited_ms = (turn.owed_until_at_ns - turn.until_at_ns) / 1e6
            if waited_ms is not None:
                place = bisect_right(starts, turn.until_at_ns) - 1
                yield Answer(call, turn, waited_ms, phases[place].name if place >= 0 else "")


def _talked_over(call: Call, turn: Turn) -> bool:
    """The answer was audible while the caller spoke, and not just for its last sounds."""
    if turn.answer_at_ns is None or turn.answer_at_ns > turn.until_at_ns:
        return False
    return any(
        heard.from_at_ns < turn.until_at_ns - EARLY_NS and turn.from_at_ns < heard.until_at_ns
        for heard in call.heard
        if heard.role == "answer"
    )


def _waited_in_vain(call: Call, turn: Turn) -> bool:
    """The answer was still owed when the caller lost patience."""
    until_the_end = call.ended_ns - turn.owed_until_at_ns <= _JITTER_NS
    return fate_of(call) == "abandoned" and until_the_end


def waited_ms(samples: Sequence[Answer]) -> list[float]:
    return [sample.waited_ms for sample in samples]


def is_goodbye(call: Call, turn: Turn) -> bool:
    """The last line of a call that was talked to its end: no answer is owed to it."""
    return 0 < call.lines <= turn.index and fate_of(call) == "served"


class Scars:
    """Which turns a fault touched, by the provider work that was joined to their calls.

    A side request that nothing tells apart may have held up any turn of that time.
    """

    def __init__(self, history: History) -> None:
        self._bitten: dict[str, list[int]] = defaultdict(list)
        anybodys = attribution(history).asides
        for work in history.work:
            call = "" if work.span in anybodys else history.call_of(work)
            if work.bites and call is not None:
                self._bitten[call].append(work.from_at_ns)

    def on(self, call: Call, turn: Turn) -> bool:
        """A fault bit work that began between the caller's first word and the answer."""
        return any(_within(turn, self._bitten.get(whose, [])) for whose in (call.span, ""))


def _within(turn: Turn, at_ns: Sequence[int]) -> bool:
    place = bisect_left(at_ns, turn.from_at_ns)
    return place < len(at_ns) and at_ns[place] <= turn.owed_until_at_ns
