"""How long the judge takes for a large run: `python -m bench.judging [CALLS]`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from time import perf_counter
from typing import TypeVar

from harness.correlation.correlate import correlate
from harness.gates import configure
from harness.headline import headline
from harness.verdict import judge
from kernel.event import from_lines, to_line
from kernel.history import History
from tests.harness.volume import large_run

T = TypeVar("T")


def timed(what: str, work: Callable[[], T]) -> T:
    started = perf_counter()
    result = work()
    print(f"{what:32} {perf_counter() - started:7.2f} s")
    return result


def main(calls: int) -> None:
    lines = [to_line(event) for event in large_run(calls).history().events]
    print(f"{calls} calls, {len(lines)} events, {sum(map(len, lines)) / 1e6:.0f} MB")
    history = timed("read", lambda: History(from_lines(lines)))
    timed("views (calls, work)", lambda: (history.calls, history.work))
    joins = timed("correlate", lambda: correlate(history))
    joined = timed("views with joins", lambda: history.plus(joins))
    timed("  (calls, work)", lambda: (joined.calls, joined.work))
    for check in configure({}):
        timed(f"check {check.name}", lambda check=check: check(joined))
    verdict = timed("all of it, from the events", lambda: judge(History(from_lines(lines)), {}))
    print(headline(verdict))
    print(f"{verdict.verdict}: {verdict.reason}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
