"""How many callers one core carries, and what one costs beside a plain aiohttp client.

    python -m bench.callers_per_core [--calls 50,100,150] [--runs 3] [--seconds 10]

Twilio Media Streams, a frame each way every 20 ms, hearing on. The callers have one core and the
agent's end, which does next to nothing, the other. Each number of calls is measured with fastbusy's
callers and with two plain clients in turn. Held are calls that keep to the limits by which a run
counts: less than 70 % of the core, and here frames no more than 5 ms late (p99).
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import msgspec

from .injected_latency import CLIENT_CORE, SERVER_CORE, cpu_s
from .media_callers import Cost

KINDS = ("fastbusy", "plain", "deaf")
CORE_SHARE, LATE_MS = 0.7, 5.0
FRAMES_HZ = 50


@contextmanager
def peer() -> Iterator[tuple[str, int]]:
    """The agent's end on a core of its own: its URL and process."""
    command = ["taskset", "-c", str(SERVER_CORE), sys.executable, "-m", "bench.media_peer"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip(), process.pid
        finally:
            process.terminate()


def measure(kind: str, calls: int, seconds: float) -> tuple[Cost, float]:
    """The callers' cost, and the share of a core that the agent's end used meanwhile."""
    with peer() as (url, process):
        words = [sys.executable, "-m", "bench.media_callers", kind, url, str(calls), str(seconds)]
        command = ["taskset", "-c", str(CLIENT_CORE), *words]
        told = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
        lasted_s = float(Path("/proc/uptime").read_text().split()[0]) - started_s(process)
        return msgspec.json.decode(told, type=Cost), cpu_s(process) / lasted_s


def started_s(process: int) -> float:
    """When a process began, in seconds of uptime."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()
    return int(fields[19]) / 100


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", default="50,100,150,200,250", help="at once, one row each")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--kinds", default=",".join(KINDS))
    options = parser.parse_args()
    kinds = options.kinds.split(",")
    print("| calls | caller | ms of CPU per call-second | to plain | of its core | late p99 "
          "| frames sent, of all due | of the other end's core |")  # fmt: skip
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    held: dict[str, int] = dict.fromkeys(kinds, 0)
    for calls in map(int, options.calls.split(",")):
        found: dict[str, list[tuple[Cost, float]]] = {kind: [] for kind in kinds}
        for _ in range(options.runs):
            for kind in kinds:
                found[kind].append(measure(kind, calls, options.seconds))
        plain = median(cost.cpu for cost, _ in found.get("plain", found[kinds[0]]))
        for kind, runs in found.items():
            cpu = median(cost.cpu for cost, _ in runs)
            late_ms = median(cost.late_ms for cost, _ in runs)
            sent = min(cost.sent for cost, _ in runs) / FRAMES_HZ / calls
            other = median(share for _, share in runs)
            if cpu < CORE_SHARE and late_ms <= LATE_MS and sent > 0.99:
                held[kind] = calls
            print(f"| {calls} | {kind} | {cpu / calls * 1000:.2f} | {cpu / plain:.2f} | {cpu:.0%} "
                  f"| {late_ms:.1f} ms | {sent:.1%} | {other:.0%} |", flush=True)  # fmt: skip
    for kind, calls in held.items():
        print(f"\n{kind}: {calls} calls held below {CORE_SHARE:.0%} of a core, "
              f"frames no more than {LATE_MS:g} ms late (p99)")  # fmt: skip


if __name__ == "__main__":
    main()
