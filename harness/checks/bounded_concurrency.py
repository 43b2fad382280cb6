"""The agent asks no more of its providers at once than its calls need."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import ceil
from typing import ClassVar

from kernel.clock import SECOND_NS
from kernel.history import History
from kernel.units import Share

from ..analysis.occupancy import Occupancy
from ..analysis.windows import baseline
from ..analysis.work import work_by_call
from ..check import Check
from ..correlation.asides import LINGER_NS
from ..correlation.correlate import attribution
from ..finding import Evidence, Finding

_STAGES = ("llm", "tts", "tools", "realtime")
_FEWEST = 10
# Work may end a moment after its call.
_LINGERS_NS = 2 * SECOND_NS


class BoundedConcurrency(Check, frozen=True):
    """How much work of one stage is going on at once, against the calls that are up: no more than
    each call has at once at baseline, or the declared limit. Work that is running counts, not open
    sockets. What is asked beside a conversation counts while its call is up: a summary that is
    written after it may take its time. Side requests that nothing tells apart are counted by
    themselves, against what all calls together had at baseline.

    beyond  how much more than that is allowed
    limit   so much work of one stage at once, instead of the calls' need
    """

    scalar: ClassVar[str] = "beyond"
    per_call: ClassVar[bool] = True

    beyond: Share = Share(0.1)
    limit: int | None = None

    def look(self, history: History) -> Finding:
        calm, own, beside = baseline(history), list(_spells(history)), list(_asides(history))
        usual = [one for one in own if calm and calm.from_ns <= one.from_ns < calm.until_ns]
        if len(usual) < _FEWEST and self.limit is None:
            return self.unknown(
                f"{len(usual)} pieces of provider work began at baseline; at least {_FEWEST} are "
                "needed"
            )
        calls = Occupancy(history.calls, lingers_ns=_LINGERS_NS)
        lately = Occupancy(history.calls, lingers_ns=LINGER_NS)
        calm_ones = [one for one in beside if calm and calm.from_ns <= one.from_ns < calm.until_ns]
        everything = own if self.limit is None else [*own, *beside]
        peaks = [
            *self._peaks("pieces of {} work", everything, calls, _fan_out(usual)),
            *self._peaks("side requests to {}", beside, lately, _shared_out(calm_ones, lately)),
        ]
        if not peaks:
            return self.unknown("no provider work was seen while calls were up")
        worst = max(peaks, key=lambda peak: (self._excess(peak), peak.active, peak.stage))
        too_much = self._excess(worst) > 0
        return self.finding(
            "fail" if too_much else "pass",
            f"{worst.active} {worst.what.format(worst.stage)} went on at once where "
            f"{worst.allowed} are what the calls need"
            + ("" if self.limit is None else " by the declared limit"),
            {"stage": worst.stage, "active": worst.active, "allowed": worst.allowed},
            [
                Evidence(call.span, worst.at_ns, "up at that moment")
                for call in history.calls
                if too_much and call.dialled_ns <= worst.at_ns <= call.ended_ns + _LINGERS_NS
            ],
        )

    def _peaks(
        self, what: str, spells: Iterable[_Spell], calls: Occupancy, per_call: Mapping[str, int]
    ) -> Iterator[_Peak]:
        for stage, at_ns, active in _rises_by_stage(spells):
            needed = calls.at(at_ns) * per_call.get(stage, 1)
            allowed = needed if self.limit is None else self.limit
            yield _Peak(what, stage, at_ns, active, allowed)

    def _excess(self, peak: _Peak) -> float:
        """Pieces of work too many; one more than is needed is none."""
        return max(0.0, peak.active - peak.allowed * (1 + self.beyond) - 1)


@dataclass(frozen=True, slots=True)
class _Peak:
    what: str
    stage: str
    at_ns: int
    active: int
    allowed: int


@dataclass(frozen=True, slots=True)
class _Spell:
    """A stretch of time in which a provider works for a call; it may go on at the end."""

    call: str
    stage: str
    from_ns: int
    until_ns: int | None


def _spells(history: History) -> Iterator[_Spell]:
    works = work_by_call(history)
    for call in history.calls:
        for work in works.get(call.span, ()):
            if work.stage not in _STAGES or work.purpose == "prewarm":
                continue
            until_ns = work.until_at_ns
            if work.purpose == "side":
                until_ns = min(until_ns or call.ended_ns, call.ended_ns)
            if until_ns is None or work.from_at_ns < until_ns:
                yield _Spell(call.span, work.stage, work.from_at_ns, until_ns)


def _asides(history: History) -> Iterator[_Spell]:
    """Side requests of whichever call."""
    spans = attribution(history).asides
    for work in history.work:
        if work.span in spans and work.stage in _STAGES:
            yield _Spell("", work.stage, work.from_at_ns, work.until_at_ns)


def _rises_by_stage(spells: Iterable[_Spell]) -> Iterator[tuple[str, int, int]]:
    by_stage: dict[str, list[_Spell]] = defaultdict(list)
    for spell in spells:
        by_stage[spell.stage].append(spell)
    for stage, alike in by_stage.items():
        for at_ns, active in _rises(alike):
            yield stage, at_ns, active


def _rises(spells: Iterable[_Spell]) -> Iterable[tuple[int, int]]:
    """When a piece of work began, and how many were going on then, itself included."""
    spells = list(spells)
    begins = [(spell.from_ns, 1) for spell in spells]
    ends = [(spell.until_ns, -1) for spell in spells if spell.until_ns is not None]
    active = 0
    for at_ns, step in sorted([*begins, *ends]):
        active += step
        if step > 0:
            yield at_ns, active


def _fan_out(usual: Iterable[_Spell]) -> Mapping[str, int]:
    """Stage → the most work that one call has at once at baseline."""
    by_call: dict[tuple[str, str], list[_Spell]] = defaultdict(list)
    for spell in usual:
        by_call[spell.stage, spell.call].append(spell)
    most: dict[str, int] = defaultdict(lambda: 1)
    for (stage, _), spells in by_call.items():
        most[stage] = max(most[stage], *(active for _, active in _rises(spells)))
    return most


def _shared_out(usual: Iterable[_Spell], calls: Occupancy) -> Mapping[str, int]:
    """Stage → the most side requests at once at baseline, shared out among the calls."""
    most: dict[str, int] = defaultdict(lambda: 1)
    for stage, at_ns, active in _rises_by_stage(usual):
        most[stage] = max(most[stage], ceil(active / max(1, calls.at(at_ns))))
    return most
