"""Those who were refused together do not come back together."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import ClassVar

from kernel.clock import MILLISECOND_NS
from kernel.history import History
from kernel.records import Work
from kernel.units import Duration, Share

from ..analysis.logical import requests
from ..analysis.statistics import of_all
from ..check import Check
from ..finding import Evidence, Finding

_FEWEST = 20
_INSTANT_NS = 200 * MILLISECOND_NS

Retry = tuple[str, Work, Work]
"""Call, the refused attempt, and the one after it."""


class RetriesNotSynchronised(Check, frozen=True):
    """Where twenty calls or more are refused at one instant, their retries are spread out: not most
    of them arrive within one moment again. Jitter does that.

    at_most  share of such retries within one moment
    moment   how long that is
    """

    scalar: ClassVar[str] = "at_most"
    per_call: ClassVar[bool] = True

    at_most: Share = Share(0.5)
    moment: Duration = Duration(0.2)

    def look(self, history: History) -> Finding:
        retries = sorted(
            (
                (logical.call, failed, retry)
                for logical in requests(history).logical
                for failed, retry in pairwise(logical.attempts)
                if failed.type == "fail" and failed.until_at_ns is not None
            ),
            key=_refused_ns,
        )
        herds = list(_herds(retries))
        if not herds:
            return self.unknown(f"no {_FEWEST} calls were refused at one instant and tried again")
        crowds = [(_most_within(herd, self.moment.ns), herd) for herd in herds]
        most, herd = max(crowds, key=lambda found: found[0] / len(found[1]))
        together = most > self.at_most * len(herd)
        return self.finding(
            "fail" if together else "pass",
            f"{of_all(most, len(herd))} calls that were refused at one instant tried again within "
            f"the same {self.moment}",
            {"refused_together": len(herd), "retried_together": most},
            [
                Evidence(call, retry.from_at_ns, f"{retry.provider} asked again")
                for call, _, retry in herd
                if together
            ],
        )


def _herds(retries: Sequence[Retry]) -> Iterator[Sequence[Retry]]:
    """Retries of enough different calls that one provider refused within an instant, whenever that
    instant begins. `retries` are in order of the refusals.
    """
    places: dict[tuple[str, str], list[Retry]] = defaultdict(list)
    for retry in retries:
        places[retry[1].stage, retry[1].provider].append(retry)
    for refused in places.values():
        last = 0
        for first, retry in enumerate(refused):
            end = bisect_left(refused, _refused_ns(retry) + _INSTANT_NS, key=_refused_ns)
            if end > last:  # else it is a part of the instant before
                last = end
                herd = {one[0]: one for one in refused[first:last]}
                if len(herd) >= _FEWEST:
                    yield list(herd.values())


def _refused_ns(retry: Retry) -> int:
    return retry[1].until_at_ns or 0


def _most_within(herd: Sequence[Retry], moment_ns: int) -> int:
    starts = sorted(retry.from_at_ns for _, _, retry in herd)
    return max(bisect_left(starts, at_ns + moment_ns) - place for place, at_ns in enumerate(starts))
