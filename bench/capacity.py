"""How many calls at once the whole holds on one machine: `python -m bench.capacity`.

Callers, mocks and the reference agent share the machine; the load climbs until the instrument
gives up. Prints a row for every few calls: what each process used of a core, how late frames were,
and what the callers noticed of it. The last row within the limits of `harness_on_time` and
`generator_headroom` is the answer, and the first limit that is crossed is what binds; how busy the
whole machine was says whether it is that process or the lack of cores.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Self

import yaml

import fastbusy
from fastbusy import shelf
from fastbusy.judging import read_history
from kernel.history import History

LATE_SHARE, CORE_SHARE = 0.01, 0.7
SECOND_NS = 1_000_000_000
SPELL_S = 5


def scenario(to_rate: float, lasts_s: int) -> str:
    """The appointments' dialogues under a load that climbs evenly, and an agent without a limit."""
    made = yaml.safe_load((shelf.SCENARIOS / "appointments.yaml").read_text())
    made |= {
        "name": "capacity",
        "agent": {"webhook": "reference", "limit": 5000},
        "load": [
            {
                "phase": "climb",
                "arrivals": "ramp",
                "rate": "0.2/s",
                "to": f"{to_rate}/s",
                "for": f"{lasts_s}s",
            }
        ],
        "gate": {"no_dropped_calls": 0},
    }
    return yaml.safe_dump(made, sort_keys=False)


def rows(history: History, step: int) -> Iterator[tuple[int, Mapping[str, Counter[str]], float]]:
    """(calls up, process → late and sent frames, worst `cpu` and `p99_ms`, median answer in ms).

    One for every `step` calls more.
    """
    samples: dict[int, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for event in history.of_kind("instrument"):
        up = calls_up(history, event.at_ns) // step * step
        row = samples[up]["mocks" if event.actor.startswith("mock") else event.actor]
        row["late"] += event.data["late"]
        row["sent"] += event.data["sent"]
        row["cpu"] = max(row["cpu"], event.data["cpu_share"])
        row["p99_ms"] = max(row["p99_ms"], event.data["late_p99_ms"])
    answers: dict[int, list[float]] = defaultdict(list)
    for call in history.calls:
        for turn in call.turns:
            if turn.answer_ms is not None:
                answers[calls_up(history, turn.until_at_ns) // step * step].append(turn.answer_ms)
    for up in sorted(samples):
        if up:
            yield up, samples[up], statistics.median(answers[up] or [float("nan")])


def calls_up(history: History, at_ns: int) -> int:
    """How many calls were talking at a moment."""
    return sum(
        call.answered_ns is not None and call.answered_ns <= at_ns < call.ended_ns
        for call in history.calls
    )


class Busy:
    """How busy all cores were together; a context that looks at /proc/stat once a second."""

    def __init__(self) -> None:
        self._seen: list[tuple[int, int]] = []
        self._over = threading.Event()
        self._looking = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._looking.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._looking.join()

    @property
    def peak(self) -> float:
        """The share of their time in the busiest spell."""
        spells = zip(self._seen, self._seen[SPELL_S:], strict=False)
        return max((1 - (b[0] - a[0]) / (b[1] - a[1]) for a, b in spells), default=float("nan"))

    def _look(self) -> None:
        while not self._over.wait(1.0):
            ticks = [int(word) for word in Path("/proc/stat").read_text().split()[1:9]]
            self._seen.append((ticks[3] + ticks[4], sum(ticks)))


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=float, default=5.0, help="calls per second at the end")
    parser.add_argument("--for", dest="lasts_s", type=int, default=120, help="seconds of climbing")
    parser.add_argument("--step", type=int, default=20, help="calls per row")
    parser.add_argument("--port-base", type=int, default=8700)
    arguments = parser.parse_args()
    busy = Busy()
    with tempfile.TemporaryDirectory() as folder, busy:
        file = Path(folder) / "capacity.yaml"
        file.write_text(scenario(arguments.to, arguments.lasts_s))
        result = fastbusy.run(
            file, out=Path(folder) / "run", keep="none", port_base=arguments.port_base
        )
        history = read_history(result.folder)
    print(f"{result.summary}\n")
    print("| calls up | process | share of a core | frames late | late p99 | median answer |")
    print("| --- | --- | --- | --- | --- | --- |")
    held, binds = 0, ""
    for up, processes, answer_ms in rows(history, arguments.step):
        for name, row in sorted(processes.items()):
            late = row["late"] / max(1, row["sent"])
            print(
                f"| {up} | {name} | {row['cpu']:.0%} | {late:.2%} "
                f"| {row['p99_ms']:.1f} ms | {answer_ms:.0f} ms |"
            )
            if not binds and late > LATE_SHARE:
                binds = f"frames of {name} are late"
            elif not binds and row["cpu"] > CORE_SHARE:
                binds = f"{name} uses more than {CORE_SHARE:.0%} of a core"
        held = held if binds else up
    print(f"\nheld about {held} calls at once; what binds first: {binds or 'nothing yet'}")
    print(f"all cores together were {busy.peak:.0%} busy in the busiest {SPELL_S} s")


if __name__ == "__main__":
    main()
