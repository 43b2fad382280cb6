"""Evidence as places in the page: each is a line in its call's transcript that links lead to."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..finding import Evidence, Finding
from .quantities import clock

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Mark:
    """What a finding says about one moment of a call. `anchor` is its id in the page."""

    anchor: str
    finding: Finding
    evidence: Evidence


def marks_by_call(findings: Iterable[Finding]) -> Mapping[str, Sequence[Mark]]:
    """The marks of every call that some finding names, those of one finding worst first."""
    marks: dict[str, list[Mark]] = defaultdict(list)
    for finding in findings:
        seen: Counter[str] = Counter()
        for evidence in finding.evidence:
            seen[evidence.call] += 1
            anchor = anchor_of(finding, evidence.call, seen[evidence.call])
            marks[evidence.call].append(Mark(anchor, finding, evidence))
    return marks


def anchor_of(finding: Finding, call: str, ordinal: int = 1) -> str:
    """The id of the so-manieth mark of a finding in a call."""
    return f"{call}-{finding.name}-{ordinal}"


def place(evidence: Evidence, zeros_ns: Mapping[str, int]) -> str:
    """Where to listen: `c0007 at 0:05.2` of its recording, or else an instant of the run."""
    if evidence.call in zeros_ns:
        within_ns = max(0, evidence.at_ns - zeros_ns[evidence.call])
        return f"{evidence.call} at {clock(within_ns, tenths=True)}"
    return f"{evidence.call} {clock(evidence.at_ns)} into the run".lstrip()


def turn_anchor(call: str, ordinal: int) -> str:
    """The id of the so-manieth line that the caller spoke, from 1."""
    return f"{call}-t{ordinal}"


def one_per_call(finding: Finding) -> Sequence[Evidence]:
    """The worst evidence of each call."""
    worst: dict[str, Evidence] = {}
    for evidence in finding.evidence:
        worst.setdefault(evidence.call, evidence)
    return tuple(worst.values())


def shown_evidence(finding: Finding) -> Sequence[Evidence]:
    """What the table of checks shows of it; these calls are always listed."""
    return one_per_call(finding)[:_SHOWN]
