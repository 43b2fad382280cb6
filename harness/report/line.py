"""One line of a call's transcript, and what is known of the call that it is made from.

Each line carries its place on the call's time axis, from which the page's script draws that axis:
`data-lane` is its row there, `data-at` and `data-until` are seconds, `data-await` is the stretch in
which somebody waited for it, `data-spent` what for, `data-after` the end of the try before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kernel.records import Call, FaultWindow, Work

from .marks import Mark
from .markup import Html, tag
from .quantities import clock
from .spent import REST, Wait
from .tries import Try


def zero_ns(call: Call) -> int:
    """What a call's seconds count from: the first sample of its sound, if there was any."""
    return int(call.media.get("from_at_ns") or call.answered_ns or call.dialled_ns)


def zeros_ns(calls: Iterable[Call]) -> Mapping[str, int]:
    """Span of the call → what its seconds count from."""
    return {call.span: zero_ns(call) for call in calls}


@dataclass(frozen=True)
class Told:
    """What is known of one call.

    marks     what findings say about its moments
    recorded  its recording stands beside the page
    faults    those of the whole run
    tries     of the whole run, by span of provider work
    started_s the wall time of the run's zero, in seconds since 1970, if the run tells it
    """

    call: Call
    work: Sequence[Work]
    marks: Sequence[Mark]
    recorded: bool
    faults: Sequence[FaultWindow] = ()
    tries: Mapping[str, Try] = field(default_factory=dict)
    started_s: float | None = None

    @property
    def zero_ns(self) -> int:
        return zero_ns(self.call)

    @property
    def until_ns(self) -> int:
        """The end of the call and of all that was done for it."""
        ends = (work.until_at_ns or work.from_at_ns for work in self.work)
        return max((self.call.ended_ns, *ends))

    def second(self, at_ns: int) -> float:
        return round((at_ns - self.zero_ns) / 1e9, 3)


@dataclass(frozen=True, slots=True)
class Line:
    """`rank` orders lines of the same instant; `lane` is the row of the time axis, if any."""

    at_ns: int
    rank: int
    lane: str | None
    html: Html


def line(
    told: Told,
    kind: str,
    lane: str | None,
    when: tuple[int, int | None],
    content: Html,
    *,
    rank: int,
    wait: Wait | None = None,
    after_ns: int | None = None,
    anchor: str | None = None,
    colour: str | None = None,
) -> Line:
    at_ns, until_ns = when
    time = tag("time", clock(at_ns - told.zero_ns, tenths=True))
    item = tag(
        "li",
        tag("button", time, type="button", data_seek=True),
        content,
        class_=kind,
        id=anchor,
        style=colour and f"--mark:{colour}",
        data_lane=lane,
        data_at=told.second(at_ns),
        data_until=None if until_ns is None else told.second(until_ns),
        data_await=f"{told.second(wait.from_ns)} {told.second(wait.until_ns)}" if wait else None,
        data_spent=_spent(told, wait) if wait else None,
        data_after=None if after_ns is None else told.second(after_ns),
    )
    return Line(at_ns, rank, lane, item)


def _spent(told: Told, wait: Wait) -> str | None:
    """`stt 2.6 3.1 llm 3.1 3.9`: each stage that was waited for, from when, until when."""
    ends = (
        f"{part.stage} {told.second(part.from_ns)} {told.second(part.until_ns)}"
        for part in wait.spent
        if part.stage != REST
    )
    return " ".join(ends) or None
