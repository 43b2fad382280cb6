"""The longer a provider is in trouble, the longer the agent waits before it tries again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import ClassVar

from kernel.history import History
from kernel.units import Duration, Ratio

from ..analysis.logical import Logical, requests
from ..check import Check
from ..finding import Evidence, Finding

_SLACK_S, _SLACK_SHARE = 0.05, 0.05
_ATTEMPTS = 4
_FEWEST = 5


class BackoffGrows(Check, frozen=True):
    """Of requests with four attempts or more, the last waits are longer than the first ones, in the
    median over all of them: jitter may make a single wait shorter than the one before it. A wait
    that the provider asked for says nothing, nor does one that is long enough by itself. An agent
    that always gives up before a fourth attempt has nothing to let grow, and passes. One that never
    waits at all lets nothing grow.

    factor  the last wait by the first
    enough  a wait that needs not grow any more
    """

    scalar: ClassVar[str] = "factor"
    per_call: ClassVar[bool] = True

    factor: Ratio = Ratio(1.2)
    enough: Duration = Duration(4)

    def look(self, history: History) -> Finding:
        wanted = requests(history).logical
        often = [logical for logical in wanted if len(logical.attempts) >= _ATTEMPTS]
        in_vain = sum(logical.attempts[-1].type == "fail" for logical in wanted)
        if not often and in_vain >= _FEWEST:
            return self.finding(
                "pass",
                f"{in_vain} requests were given up, all of them before attempt {_ATTEMPTS}",
                {"requests": 0},
            )
        found = [(logical, waits) for logical in often if len(waits := _own_waits_s(logical)) > 1]
        if len(found) < _FEWEST:
            return self.unknown(
                f"{len(found)} requests were tried {_ATTEMPTS} times or more with waits of the "
                f"agent's own choice; at least {_FEWEST} are needed"
            )
        first_s = median(waits[0] for _, waits in found)
        last_s = median(waits[-1] for _, waits in found)
        grows = last_s >= min(max(first_s, _SLACK_S) * self.factor, self.enough)
        return self.finding(
            "pass" if grows else "fail",
            f"the last wait before another attempt was {last_s:.2f} s, the first {first_s:.2f} s "
            f"(medians of {len(found)} requests with {_ATTEMPTS} attempts or more)",
            {"requests": len(found), "first_wait_p50_s": first_s, "last_wait_p50_s": last_s},
            () if grows else _evidence(found),
        )


def _own_waits_s(logical: Logical) -> list[float]:
    """The waits before the second and later attempts that are not merely what was asked for."""
    waits = []
    for failed, retry in pairwise(logical.attempts):
        if failed.until_at_ns is None:
            continue
        waited_s = (retry.from_at_ns - failed.until_at_ns) / 1e9
        asked_s = failed.retry_after_s
        if asked_s is None or waited_s < asked_s * (1 - _SLACK_SHARE) - _SLACK_S:
            waits.append(waited_s)
    return waits


def _evidence(found: Sequence[tuple[Logical, Sequence[float]]]) -> Iterator[Evidence]:
    for logical, waits in sorted(found, key=lambda one: -len(one[1])):
        note = f"{len(logical.attempts)} attempts, {waits[0]:.2f} s and at last {waits[-1]:.2f} s"
        yield Evidence(logical.call, logical.from_ns, f"{note} apart")
