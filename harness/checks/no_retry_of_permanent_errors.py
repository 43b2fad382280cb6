"""What a provider will never accept is not asked again."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import ClassVar

from kernel.history import History
from kernel.units import Share

from ..analysis.logical import Logical, requests
from ..analysis.statistics import of_all
from ..check import Check
from ..finding import Evidence, Finding

_PERMANENT = (400, 401, 403, 404, 422)
_FEWEST = 5


class NoRetryOfPermanentErrors(Check, frozen=True):
    """A request that was refused because it is wrong or not allowed (400, 401, 403, 404, 422) is
    not sent to the same provider again as it was: it will be refused for ever. Another model is
    another request.

    at_most  share of such refusals that may be retried all the same; any retry warns
    """

    scalar: ClassVar[str] = "at_most"
    per_call: ClassVar[bool] = True

    at_most: Share = Share(0.05)

    def look(self, history: History) -> Finding:
        refused = [found for logical in requests(history).logical for found in _refusals(logical)]
        if len(refused) < _FEWEST:
            return self.unknown(
                f"{len(refused)} requests were refused for good; at least {_FEWEST} are needed"
            )
        retried = [evidence for again, evidence in refused if again]
        return self.finding(
            "fail" if len(retried) > self.at_most * len(refused) else "warn" if retried else "pass",
            f"{of_all(len(retried), len(refused))} requests that were refused for good were sent "
            "again",
            {"refused_for_good": len(refused), "retried": len(retried)},
            retried,
        )


def _refusals(logical: Logical) -> Iterator[tuple[bool, Evidence]]:
    """Every refusal for good: whether another attempt followed it, and where."""
    last = logical.attempts[-1]
    for refused, _ in pairwise(logical.attempts):
        if refused.type == "fail" and refused.status in _PERMANENT:
            note = f"{refused.provider} said {refused.status}, and was asked again"
            yield True, Evidence(logical.call, refused.from_at_ns, note)
    if last.type == "fail" and last.status in _PERMANENT:
        yield False, Evidence(logical.call, last.from_at_ns)
