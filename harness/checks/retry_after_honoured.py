"""When a provider says how long to wait, the agent waits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from kernel.history import History
from kernel.records import Work
from kernel.units import Share

from ..analysis.greetings import refused_greetings
from ..analysis.knocks import Knocks, knocks
from ..analysis.logical import Logical, requests
from ..analysis.statistics import of_all
from ..check import Check
from ..finding import Evidence, Finding, Outcome

_FEWEST = 5
_SLACK_S, _SLACK_SHARE = 0.05, 0.05


class RetryAfterHonoured(Check, frozen=True):
    """No request is tried again at the same provider before the wait it asked for in Retry-After
    is over, less 50 ms and 5 %. Asking another provider, or apologising to the caller instead of
    waiting, is right. Refused sockets, and refused greetings, are not known by call: within
    one wait each call without one may ask once, and what is beyond that came too early.

    early  share of refusals that may be answered too early; any early retry warns
    """

    scalar: ClassVar[str] = "early"
    per_call: ClassVar[bool] = True

    early: Share = Share(0.05)

    def look(self, history: History) -> Finding:
        return self._judged(history, requests(history).logical)

    def look_without_joins(self, history: History) -> Finding | None:
        """Sockets that came too early: a call whose work is not joined seems to lack one, which
        only makes them fewer.
        """
        found = self._judged(history, [])
        return found if found.outcome in ("warn", "fail") else None

    def _judged(self, history: History, asked: Sequence[Logical]) -> Finding:
        refusals = [refusal for logical in asked for refusal in _refusals(logical)]
        early = [refusal for refusal in refusals if refusal.too_early_s > 0]
        retried = sum(refusal.retry is not None for refusal in refusals)
        measures = {"refusals": len(refusals), "retried": retried, "early": len(early)}
        told = [
            f"{of_all(len(early), len(refusals))} refusals with Retry-After were retried too "
            f"early, {retried - len(early)} in time, {len(refusals) - retried} not at all"
        ]
        evidence = [found.evidence for found in sorted(early, key=lambda found: -found.too_early_s)]
        shares, rushes = [(len(early), len(refusals))], list(_rushes(history))
        for rush in rushes:
            told.insert(0 if rush.early and not early else len(told), rush.told)
            shares.append(rush.telling)
            evidence += rush.evidence
            for kind, count in (("refused", rush.refused), ("early", rush.early)):
                name = f"{kind}_{rush.noun}s"
                measures[name] = measures.get(name, 0) + count
        all_refusals = len(refusals) + sum(rush.refused for rush in rushes)
        if all_refusals < _FEWEST:
            return self.unknown(
                f"{all_refusals} refusals carried Retry-After; at least {_FEWEST} are needed",
                measures,
            )
        outcome: Outcome = "warn" if early or any(rush.early for rush in rushes) else "pass"
        if any(n >= _FEWEST and found > self.early * n for found, n in shares):
            outcome = "fail"
        return self.finding(outcome, "; ".join(told), measures, evidence)


@dataclass(frozen=True)
class _Refusal:
    call: str
    refused: Work
    retry: Work | None

    @property
    def asked_s(self) -> float:
        return self.refused.retry_after_s or 0.0

    @property
    def waited_s(self) -> float | None:
        if self.retry is None or self.refused.until_at_ns is None:
            return None
        return (self.retry.from_at_ns - self.refused.until_at_ns) / 1e9

    @property
    def too_early_s(self) -> float:
        """By how much more than the slack the retry came before its time."""
        if self.waited_s is None:
            return 0.0
        return self.asked_s * (1 - _SLACK_SHARE) - _SLACK_S - self.waited_s

    @property
    def evidence(self) -> Evidence:
        note = f"{self.refused.provider} asked for {self.asked_s:g} s, retried after "
        return Evidence(self.call, self.refused.from_at_ns, f"{note}{self.waited_s:.2f} s")


def _refusals(logical: Logical) -> Iterator[_Refusal]:
    following = [*logical.attempts[1:], None]
    for refused, retry in zip(logical.attempts, following, strict=True):
        if refused.type == "fail" and refused.retry_after_s is not None:
            yield _Refusal(logical.call, refused, retry)


@dataclass(frozen=True)
class _Rush:
    """What one provider refused and told to wait, and nobody knows for whom."""

    what: str
    noun: str
    runs: Sequence[Knocks]

    @property
    def refused(self) -> int:
        return sum(len(run.sockets) for run in self.runs)

    @property
    def early(self) -> int:
        return sum(run.surplus for run in self.runs)

    @property
    def telling(self) -> tuple[int, int]:
        """Early ones, and all, of the runs that would show a habit."""
        telling = [run for run in self.runs if run.telling]
        return sum(run.surplus for run in telling), sum(len(run.sockets) for run in telling)

    @property
    def told(self) -> str:
        early = f"at least {self.early}" if self.early else "0"
        return f"{early} of {self.refused} refused {self.what}s came back too early"

    @property
    def evidence(self) -> Iterator[Evidence]:
        for run in self.runs:
            if run.surplus:
                asked = f"{len(run.sockets)} {self.what}s asked for within one Retry-After"
                for call, at_ns in run.suspects.items():
                    yield Evidence(call, at_ns, f"{asked} by {len(run.suspects)} calls")


def _rushes(history: History) -> Iterator[_Rush]:
    for provider in (*knocks(history), *refused_greetings(history)):
        runs = [run for run in provider.too_early(_SLACK_SHARE, _SLACK_S) if run.sockets]
        if runs:
            yield _Rush(provider.what, provider.noun, runs)
