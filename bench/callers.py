"""CPU of this process per second of call, everything included, at several numbers of calls.

`python -m bench.callers [CALLS…]`. The agent is a stub in another process; loopback sockets.
"""

from __future__ import annotations

import sys

import uvloop

from .live_calls import allow_many_files, place, stub_agent


def main() -> None:
    allow_many_files()
    print("| calls at once | CPU per call-second | frames | late > 20 ms | p99 | max |")
    print("|---|---|---|---|---|---|")
    for calls in map(int, sys.argv[1:] or ("1", "20", "60")):
        for pace in ("burst", "paced"):
            with stub_agent(500, pace) as url:
                result = uvloop.run(place(url, calls, 5.0))
            done = sum(call.how == "completed" for call in result.history.calls)
            late = result.lateness
            print(
                f"| {calls} ({pace}, {done} completed) "
                f"| {result.cpu_ns / 1e6 / result.call_s:.2f} ms "
                f"| {late.sent} | {100 * late.late / max(1, late.sent):.2f} % "
                f"| {late.late_p99_ms:.1f} ms | {late.late_max_ms:.1f} ms |",
                flush=True,
            )


if __name__ == "__main__":
    main()
