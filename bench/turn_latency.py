"""Error of the measured turn latency against an agent whose answer delay is known.

`python -m bench.turn_latency`. The stub agent answers exactly DELAY_MS after it received the
caller's last voiced frame; what the caller measures beyond that is error.
"""

from __future__ import annotations

import numpy as np
import uvloop

from .live_calls import allow_many_files, place, stub_agent

DELAY_MS = 700.0
TURNS = 200
LINES = tuple(f"Yes {{day}}, {number}." for number in range(10))


def main() -> None:
    allow_many_files()
    print("| calls at once | turns | error p50 | p99 | worst | frames late > 20 ms |")
    print("|---|---|---|---|---|---|")
    for at_once in (1, 20):
        errors: list[float] = []
        late = sent = 0
        with stub_agent(DELAY_MS, "brief") as url:
            while len(errors) < TURNS:
                result = uvloop.run(place(url, at_once, 5.0, LINES, 0.1))
                late, sent = late + result.lateness.late, sent + result.lateness.sent
                errors += [
                    abs(turn.answer_ms - DELAY_MS)
                    for call in result.history.calls
                    for turn in call.turns
                    if turn.answer_ms is not None
                ]
        p50, p99 = np.percentile(errors, [50, 99])
        print(
            f"| {at_once} | {len(errors)} | {p50:.1f} ms | {p99:.1f} ms | {max(errors):.1f} ms "
            f"| {100 * late / sent:.2f} % |",
            flush=True,
        )


if __name__ == "__main__":
    main()
