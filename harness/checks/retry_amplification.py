"""A provider in trouble is not buried under retries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from kernel.history import History
from kernel.records import FaultWindow

from ..analysis.greetings import refused_greetings
from ..analysis.knocks import Knocks, knocks
from ..analysis.logical import Logical, Requests, requests
from ..check import Check
from ..finding import Evidence, Finding, Outcome

_FEWEST = 10


class RetryAmplification(Check, frozen=True):
    """Attempts per logical request while a fault is on, for the provider that has it. A retry
    asks for the same thing in the same call and turn after an earlier attempt failed, timed out or
    was given up. The next turn, side requests, prewarming, hedges and requests that the agent took
    back are none. A socket that was refused, or given up before it opened, is an attempt at the
    connection that some call needed: those are counted per call and turn without a socket, and so
    are refused greetings, per call without one.

    at_most     attempts per request, more fail
    warn_above  more than this warn
    """

    scalar: ClassVar[str] = "at_most"
    per_call: ClassVar[bool] = True

    at_most: float = 4.0
    warn_above: float = 2.0

    def look(self, history: History) -> Finding:
        return self._judged(history, requests(history))

    def look_without_joins(self, history: History) -> Finding | None:
        """A storm of sockets: a call whose work is not joined seems to lack one, which only
        makes the figure smaller.
        """
        found = self._judged(history, Requests([]))
        return found if found.outcome in ("warn", "fail") else None

    def _judged(self, history: History, asked: Requests) -> Finding:
        in_vain = (*knocks(history), *refused_greetings(history))
        strains = [
            strain
            for fault in history.faults
            for strain in (*_requests(fault, asked.logical), *_knocks(fault, in_vain))
            if strain.requests >= _FEWEST
        ]
        apart = {f"{kind}_requests": count for kind, count in sorted(asked.apart.items())}
        if not strains:
            return self.unknown(
                f"fewer than {_FEWEST} requests were made of a provider while it had a fault", apart
            )
        worst = max(strains, key=lambda strain: strain.ratio)
        outcome: Outcome = "warn" if worst.ratio > min(self.warn_above, self.at_most) else "pass"
        if worst.ratio > self.at_most:
            outcome = "fail"
        ratio = {"attempts_per_request": worst.ratio, "requests": worst.requests}
        return self.finding(
            outcome,
            f"{worst.ratio:.2f} attempts per {worst.what} during {worst.fault} "
            f"(limit {self.at_most:g}), {worst.most}",
            {**ratio, **worst.measures, **apart},
            worst.evidence,
        )


@dataclass(frozen=True)
class _Strain:
    """What a provider with a fault was put to. `most` says how unevenly."""

    fault: str
    what: str
    ratio: float
    requests: int
    most: str
    measures: Mapping[str, int]
    evidence: Sequence[Evidence]


def _requests(fault: FaultWindow, logical: Sequence[Logical]) -> Iterator[_Strain]:
    """The requests that began while the fault was on, by provider."""
    stage, _, provider = fault.target.partition("/")
    found: dict[str, list[Logical]] = defaultdict(list)
    for request in logical:
        hit = request.stage == stage and (not provider or request.provider == provider)
        if hit and fault.covers(request.from_ns):
            found[f"{request.stage}/{request.provider}"].append(request)
    for place, affected in found.items():
        stubborn = sorted(affected, key=lambda request: -len(request.attempts))
        most = len(stubborn[0].attempts)
        evidence = [
            Evidence(request.call, request.from_ns, f"{len(request.attempts)} attempts")
            for request in stubborn
            if len(request.attempts) > 1
        ]
        yield _Strain(
            fault=fault.name,
            what=f"{place} request",
            ratio=sum(len(request.attempts) for request in affected) / len(affected),
            requests=len(affected),
            most=f"{most} at most",
            measures={"most_attempts": most},
            evidence=evidence,
        )


def _knocks(fault: FaultWindow, in_vain: Sequence[Knocks]) -> Iterator[_Strain]:
    """What was asked for in vain while the fault was on, and nobody knows for whom."""
    for provider in in_vain:
        during = provider.during(fault)
        if during.sockets:
            count, suspects = len(during.sockets), during.suspects
            note = f"one of {len(suspects)} calls without a {during.what}"
            yield _Strain(
                fault=fault.name,
                what=during.what,
                ratio=during.per_need,
                requests=len(during.needs),
                most=f"{count} in vain, whichever of the calls without one asked",
                measures={f"refused_{during.noun}s": count},
                evidence=[Evidence(call, at_ns, note) for call, at_ns in suspects.items()],
            )
