"""Is the latency that a mock was told to add the latency that a client sees?

    python -m bench.injected_latency [--streams 1000] [--runs 5] [--only fastbusy,bare] [--herd no]

So many streamed chat completions at once, first token after 400 ms and then 20 chunks a second:
how much later than that the first bytes come out of the client's socket. Beside fastbusy, in turn
and in the same run: a bare uvloop server that does nothing but wait and write, which is what
machine, loop and client cost; aimock and LLMock, set to the same latency (installed into --folder
on first use).
The server has one core and the client another. Five runs of four servers take seven minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

import msgspec

from . import peers
from .sse_client import Seen

FIRST_MS, BETWEEN_MS = 400, 50
WORDS = 100
SPREAD_S = 2.0
SERVER_CORE, CLIENT_CORE = 0, 1
START_LIMIT_S = 90
TICKS = os.sysconf("SC_CLK_TCK")

Command = Callable[[Path, int], list[str]]


class Figures(NamedTuple):
    """One run. Errors are milliseconds later than configured.

    ttft     of the first chunk: median, 99th percentile, worst
    chunk    p99 of all chunks, each against the moment it was to come at after the request
    cpu      of the server: its share of a core, and microseconds per chunk, all else included
    client   its share of a core, and the p99 of what its own timers were late by
    """

    ttft: tuple[float, float, float]
    chunk: float
    cpu: tuple[float, float]
    client: tuple[float, float]


def fastbusy(folder: Path, port: int) -> list[str]:
    latency = f"--latency=llm.first={FIRST_MS}ms", f"--latency=llm.between={BETWEEN_MS}ms"
    return [sys.executable, "-m", "fastbusy", "mocks", "llm", "--port-base", str(port), *latency]


def bare(folder: Path, port: int) -> list[str]:
    figures = map(str, (port, FIRST_MS / 1000, BETWEEN_MS / 1000, WORDS + 2))
    return [sys.executable, "-m", "bench.sse_floor", *figures]


def aimock(folder: Path, port: int) -> list[str]:
    """`ttft` is that of the first chunk, which says who speaks."""
    text = " ".join(f"w{word:03}" for word in range(WORDS))
    fixture = {"match": {"userMessage": "number"}, "response": {"content": text}, "chunkSize": 5,
               "streamingProfile": {"ttft": FIRST_MS, "tps": 1000 / BETWEEN_MS}}  # fmt: skip
    file = folder / "fixtures.json"
    file.write_text(json.dumps({"fixtures": [fixture]}))
    quiet = "--log-level", "silent"
    return [*peers.aimock(folder), "--fixtures", str(file), "--port", str(port), *quiet]


def llmock(folder: Path, port: int) -> list[str]:
    """Its latency is that of the whole answer's beginning; `prepare` gives it enough to say."""
    latency = f"--latency-ms={FIRST_MS}", f"--stream-chunk-delay-ms={BETWEEN_MS}"
    return [*peers.llmock(folder), "--port", str(port), "--log-level", "warning", *latency]


MOCKS: dict[str, Command] = {
    "fastbusy": fastbusy, "bare": bare, "aimock": aimock, "llmock": llmock,
}  # fmt: skip


def prepare(name: str, port: int) -> None:
    if name == "llmock":
        text = " ".join(f"w{word:03}" for word in range(WORDS))
        behaviour = {"type": "reply", "text": text, "times": None}
        body = json.dumps({"behaviors": [behaviour]}).encode()
        urllib.request.urlopen(f"http://127.0.0.1:{port}/_llmock/scenario", body).close()


@contextmanager
def serving(name: str, folder: Path) -> Iterator[tuple[int, int]]:
    """A mock on a core of its own: its port and process."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
    command = ["taskset", "-c", str(SERVER_CORE), *MOCKS[name](folder, port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            _await(port)
            prepare(name, port)
            yield port, process.pid
        finally:
            process.terminate()


def _await(port: int) -> None:
    until = time.monotonic() + START_LIMIT_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except ConnectionRefusedError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def read(port: int, streams: int, spread_s: float) -> Seen:
    """What a client in a process and on a core of its own sees."""
    with tempfile.NamedTemporaryFile() as file:
        words = map(str, (port, streams, spread_s, WORDS, file.name))
        client = [sys.executable, "-m", "bench.sse_client", *words]
        subprocess.run(["taskset", "-c", str(CLIENT_CORE), *client], check=True)
        return msgspec.json.decode(file.read(), type=Seen)


def cpu_s(process: int) -> float:
    """CPU time of a process until now."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def measure(port: int, process: int, streams: int, spread_s: float) -> Figures:
    before_s = cpu_s(process)
    seen = read(port, streams, spread_s)
    used_s = cpu_s(process) - before_s
    lasted_s = (max(map(max, seen.chunks_ns)) - min(seen.asked_ns)) / 1e9
    first: list[float] = []
    chunks: list[float] = []
    for asked_ns, chunks_ns in zip(seen.asked_ns, seen.chunks_ns, strict=True):
        assert len(chunks_ns) > WORDS, f"{len(chunks_ns)} chunks of more than {WORDS}"
        late_ms = [
            (at_ns - asked_ns) / 1e6 - FIRST_MS - index * BETWEEN_MS
            for index, at_ns in enumerate(chunks_ns[: WORDS + 1])
        ]
        first.append(late_ms[0])
        chunks += late_ms
    return Figures(
        (median(first), percentile(first, 0.99), max(first)),
        percentile(chunks, 0.99),
        (used_s / lasted_s, used_s * 1e6 / len(chunks)),
        (seen.cpu, percentile(seen.late_ms, 0.99)),
    )


def percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def row(name: str, runs: Sequence[Figures]) -> str:
    """The median of every figure over the runs, and what the p99 was between."""
    p50, p99, worst = (median(run.ttft[at] for run in runs) for at in range(3))
    p99s = sorted(run.ttft[1] for run in runs)
    chunk = median(run.chunk for run in runs)
    server, per_chunk = (median(run.cpu[at] for run in runs) for at in range(2))
    client, own = (median(run.client[at] for run in runs) for at in range(2))
    return (
        f"| {name} | {p50:.1f} | **{p99:.1f}** ({p99s[0]:.1f}–{p99s[-1]:.1f}) | {worst:.1f} "
        f"| {chunk:.1f} | {server:.0%}, {per_chunk:.0f} µs | {client:.0%}, {own:.1f} ms |"
    )


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", default=",".join(MOCKS), help="which mocks, in this order")
    parser.add_argument("--herd", choices=("yes", "no"), default="yes")
    default = Path(tempfile.gettempdir()) / "fastbusy-peers"
    parser.add_argument("--folder", type=Path, default=default, help="where the peers are kept")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    starts = {f"over {SPREAD_S:g} s": SPREAD_S, "at once": 0.0}
    if options.herd == "no":
        del starts["at once"]
    names = options.only.split(",")
    found: dict[tuple[str, str], list[Figures]] = {}
    for run in range(options.runs):
        for name in names:
            with serving(name, options.folder) as (port, process):
                read(port, 20, 0.5)
                for start, spread_s in starts.items():
                    figures = measure(port, process, options.streams, spread_s)
                    found.setdefault((start, name), []).append(figures)
                    late = ", ".join(f"{one:.1f}" for one in figures.ttft)
                    print(f"{run + 1}: {name}, {start}: {late} ms", file=sys.stderr, flush=True)
    for start in starts:
        print(f"\n{options.streams} streams, begun {start}; first token later than {FIRST_MS} ms "
              f"by (ms; median of {options.runs} runs):\n")  # fmt: skip
        print("| mock | p50 | p99 | max | any chunk, p99 | of the server's core, and per chunk "
              "| of the client's core, and its timers late by (p99) |")  # fmt: skip
        print("| --- | --- | --- | --- | --- | --- | --- |")
        for name in names:
            print(row(name, found[start, name]))


if __name__ == "__main__":
    main()
