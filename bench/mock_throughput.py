"""How much the mocks carry: whole answers per second, how punctual many streams at once are, and
for how long the synthesis of a text that was never said before keeps everybody else waiting.

    python -m bench.mock_throughput [--streams 1000] [--seconds 10]

The mocks run as a process of their own; this one is the client, so that two cores are wanted.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import quantiles

import aiohttp
import uvloop

from mocks.synthesis import Synthesis
from speech.cache import SoundCache
from speech.encoding import Encoding
from speech.mouth import Mouth, Role

PORT = 18_790
URL = f"http://127.0.0.1:{PORT}"
KEY = {"Authorization": "Bearer sk-x"}
ANSWER = (
    "Good morning, and thank you for calling the clinic. There are three free appointments in the "
    "coming week: one on Monday at nine, one on Tuesday at half past two, and one on Friday in the "
    "afternoon. Which is best?"
)


@contextmanager
def mocks(*latency: str) -> Iterator[None]:
    """The LLM mock on a port of its own."""
    options = [word for one in latency for word in ("--latency", one)]
    command = [sys.executable, "-P", "-m", "mocks", "llm", "--one-port", "--port-base", str(PORT)]
    process = subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("mocks ready")
        yield
    finally:
        process.terminate()
        process.communicate(timeout=20)


def body(number: int, *, stream: bool) -> bytes:
    said = (
        f"This is caller number {number} with twenty words or so, as callers say them on the phone"
    )
    asked = {"model": "m", "stream": stream, "messages": [{"role": "user", "content": said}]}
    return json.dumps(asked).encode()


async def whole(seconds: float) -> float:
    """Whole answers per second over 32 connections."""
    done = 0
    until = time.monotonic() + seconds

    async def client(session: aiohttp.ClientSession, number: int) -> None:
        nonlocal done
        while time.monotonic() < until:
            async with session.post("/v1/chat/completions", data=body(number, stream=False)) as one:
                await one.read()
                done += one.status == 200

    async with aiohttp.ClientSession(URL, headers=KEY) as session:
        started = time.monotonic()
        await asyncio.gather(*(client(session, number) for number in range(32)))
        return done / (time.monotonic() - started)


async def streams(count: int, first_s: float) -> list[float]:
    """How much later than asked the first byte of each of `count` streams came, in ms."""
    late_ms: list[float] = []
    connector = aiohttp.TCPConnector(limit=0)

    async def client(session: aiohttp.ClientSession, number: int) -> None:
        await asyncio.sleep(number / count * 4)
        asked = time.monotonic()
        async with session.post("/v1/chat/completions", data=body(number, stream=True)) as one:
            await one.content.readany()
            late_ms.append((time.monotonic() - asked - first_s) * 1000)
            await one.read()

    async with aiohttp.ClientSession(URL, headers=KEY, connector=connector) as session:
        await asyncio.gather(*(client(session, number) for number in range(count)))
        async with session.get("/_fastbusy/journal?after=0") as answer:
            page = await answer.json()
    samples = [one["data"] for one in page["events"] if one["kind"] == "instrument"]
    for sample in samples:
        print("  the mock itself says:", sample)
    return late_ms


def cold_steps_ms(text: str, rate_hz: int) -> list[float]:
    """CPU time of each step in which a text is voiced that no cache knows."""
    mouth = Mouth(Role.AGENT, rate_hz, cache=SoundCache())
    saying = Synthesis(mouth, 1, Encoding.LINEAR16.encode).saying(text, 0)
    found: list[float] = []
    rests = True
    while rests:
        started = time.thread_time()
        rests = next(saying, None) is not None
        found.append((time.thread_time() - started) * 1000)
    return found


def synthesis(rate_hz: int, repeats: int) -> str:
    """The whole synthesis of a cold text and its longest step, `repeats` times."""
    Mouth(Role.AGENT, rate_hz, cache=SoundCache()).speak(ANSWER)
    runs = [cold_steps_ms(ANSWER, rate_hz) for _ in range(repeats)]
    longest, whole = sorted(map(max, runs)), sorted(map(sum, runs))
    return (
        f"{len(ANSWER)} characters at {rate_hz} Hz, never said before: {whole[repeats // 2]:.1f} ms"
        f" in {len(runs[0])} steps, the longest {longest[repeats // 2]:.2f} ms"
        f" (p95 {longest[int(repeats * 0.95)]:.2f} ms)"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=10)
    options = parser.parse_args()
    for rate_hz in (8000, 24000):
        print(synthesis(rate_hz, repeats=40))
    with mocks("llm.first=0ms", "llm.between=0ms"):
        print(f"whole answers: {uvloop.run(whole(options.seconds)):.0f}/s over 32 connections")
    # Long enough that every stream is open before the first of them ends.
    with mocks("llm.first=5s", "llm.between=200ms"):
        late = uvloop.run(streams(options.streams, 5.0))
        cuts = quantiles(late, n=100)
        print(f"{options.streams} streams at once: first byte later than asked by "
              f"p50 {cuts[49]:.2f} ms, p95 {cuts[94]:.2f} ms, p99 {cuts[98]:.2f} ms, "
              f"max {max(late):.2f} ms")  # fmt: skip


if __name__ == "__main__":
    main()
