"""So many calls over Media Streams for so long, and what they cost: fastbusy's, or plain ones.

`python -m bench.media_callers KIND URL CALLS SECONDS` prints one line of JSON. KIND is `fastbusy`:
its callers as in a run, who speak, hear every word and answer; `plain`: what one writes with
aiohttp in an afternoon, a task that sends a frame every 20 ms and one that decodes what comes, and
hears nothing; or `deaf`: the same with frames made beforehand and nothing decoded, the least that
aiohttp can do.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import sys
import time
from collections import Counter

import aiohttp
import msgspec
import uvloop

from harness.media.lateness import Lateness, Sample
from harness.media.voicing import voice_ahead
from harness.planning.plan import PlannedCall
from kernel.event import Event
from speech.alphabet import Role
from speech.g711 import mulaw_encode
from speech.mouth import Mouth

from .live_calls import LINES, allow_many_files, call, placing_calls
from .stub_agent import FRAME

DIAL_S, SETTLE_S = 3.0, 3.0
STREAM, CALL = "MZ" + "0" * 32, "CA" + "0" * 32


class Cost(msgspec.Struct):
    """What some seconds of calls cost, once all of them were up.

    cpu         share of a core
    sent        frames per second, all calls together
    late_ms     p99 of what they were sent late by
    understood  events of the callers' that tell of words heard
    """

    cpu: float
    sent: float
    late_ms: float
    understood: int


class Stretch:
    """Measures from one moment to another."""

    def __init__(self, lateness: Lateness) -> None:
        self._lateness = lateness
        lateness.sample()
        self._from_s, self._from_cpu_s = time.monotonic(), time.process_time()

    def cost(self, understood: int) -> Cost:
        lasted_s = time.monotonic() - self._from_s
        cpu_s = time.process_time() - self._from_cpu_s
        sample: Sample = self._lateness.sample()
        return Cost(cpu_s / lasted_s, sample.sent / lasted_s, sample.late_p99_ms, understood)


async def fastbusy(url: str, calls: int, seconds: float) -> Cost:
    """The callers of a run, each with more to say than it will come to."""
    events: list[Event] = []
    async with placing_calls(url, events) as placing:
        wheel = placing.wheel
        plan = [call(number, LINES[:-1] * 50, pause_s=0.6) for number in range(1, calls + 1)]
        once = [call(number, LINES[:-1], pause_s=0.6) for number in range(1, calls + 1)]
        await voice_ahead(once, placing.clock)

        async def dial(planned: PlannedCall) -> None:
            await asyncio.sleep(DIAL_S * planned.number / calls)
            await placing.place(planned)

        calling = [asyncio.create_task(dial(planned)) for planned in plan]
        await asyncio.sleep(DIAL_S + SETTLE_S)
        assert wheel.live == calls, f"{wheel.live} of {calls} calls are up"
        stretch, before = Stretch(wheel.lateness), heard(events)
        await asyncio.sleep(seconds)
        cost = stretch.cost(heard(events) - before)
        assert wheel.live == calls, f"{wheel.live} of {calls} calls are still up"
        for each in calling:
            each.cancel()
        await asyncio.gather(*calling, return_exceptions=True)
    return cost


def heard(events: list[Event]) -> int:
    kinds = Counter(event.kind for event in events)
    return kinds["heard"]


async def aiohttp_calls(url: str, calls: int, seconds: float, *, deaf: bool) -> Cost:
    """The same number of frames both ways, on time, and no more."""
    lateness = Lateness()
    sound = mulaw_encode(Mouth(Role.CALLER, 8000).speak(LINES[0]).samples)
    frames = [sound[at : at + FRAME] for at in range(0, len(sound) - FRAME + 1, FRAME)]
    ready = [message(number, frame) for number, frame in enumerate(frames, 1)]

    async def send(socket: aiohttp.ClientWebSocketResponse) -> None:
        await socket.send_str(json.dumps({"event": "connected", "protocol": "Call"}))
        start = {"streamSid": STREAM, "callSid": CALL, "tracks": ["inbound"]}
        await socket.send_str(json.dumps({"event": "start", "start": start, "streamSid": STREAM}))
        due_s = time.monotonic()
        for number in itertools.count(1):
            due_s += 0.02
            await asyncio.sleep(due_s - time.monotonic())
            lateness.add(round((time.monotonic() - due_s) * 1e9))
            frame = number % len(frames)
            await socket.send_str(ready[frame] if deaf else message(number, frames[frame]))

    async def talk(session: aiohttp.ClientSession, number: int) -> None:
        await asyncio.sleep(DIAL_S * number / calls)
        async with session.ws_connect(url.replace("http", "ws"), compress=0) as socket:
            sending = asyncio.create_task(send(socket))
            played = 0
            try:
                async for received in socket:
                    if not deaf:
                        told = json.loads(received.data)
                        if told["event"] == "media":
                            played += len(base64.b64decode(told["media"]["payload"]))
            finally:
                sending.cancel()

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        talking = [asyncio.create_task(talk(session, number)) for number in range(calls)]
        await asyncio.sleep(DIAL_S + SETTLE_S)
        stretch = Stretch(lateness)
        await asyncio.sleep(seconds)
        cost = stretch.cost(0)
        for each in talking:
            each.cancel()
        await asyncio.gather(*talking, return_exceptions=True)
    return cost


def message(number: int, frame: bytes) -> str:
    """A frame as Twilio sends it."""
    media = {
        "track": "inbound",
        "chunk": str(number),
        "timestamp": str(number * 20),
        "payload": base64.b64encode(frame).decode(),
    }
    told = {"event": "media", "sequenceNumber": str(number + 1), "media": media}
    return json.dumps({**told, "streamSid": STREAM})


def main() -> None:
    """Run and print."""
    kind, url, calls, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
    allow_many_files()
    if kind == "fastbusy":
        cost = uvloop.run(fastbusy(url, calls, seconds))
    else:
        cost = uvloop.run(aiohttp_calls(url, calls, seconds, deaf=kind == "deaf"))
    print(msgspec.json.encode(cost).decode())


if __name__ == "__main__":
    main()
