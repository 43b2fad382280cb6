import asyncio
import base64
import json
from types import SimpleNamespace
from typing import Any

from aiohttp import WSMsgType

from desk.line import LEAD_S, Line
from desk.tasks import meanwhile
from tests.agents.jumping import now, run

START = {"streamSid": "MZ1", "callSid": "CA1"}


class Socket:
    """A media stream: a queue in, a list out."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.incoming: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()

    async def send_str(self, text: str) -> None:
        self.sent.append(json.loads(text))

    async def close(self) -> None:
        self.incoming.put_nowait(None)

    def __aiter__(self) -> "Socket":
        return self

    async def __anext__(self) -> SimpleNamespace:
        if (message := await self.incoming.get()) is None:
            raise StopAsyncIteration
        return SimpleNamespace(type=WSMsgType.TEXT, data=json.dumps(message))

    def marks(self) -> list[int]:
        return [int(sent["mark"]["name"]) for sent in self.sent if sent["event"] == "mark"]

    def audio(self) -> list[bytes]:
        media = [sent["media"]["payload"] for sent in self.sent if sent["event"] == "media"]
        return [base64.b64decode(payload) for payload in media]


def mark(name: int) -> dict[str, Any]:
    return {"event": "mark", "mark": {"name": str(name)}}


def line_on(socket: Socket) -> Line:
    return Line(socket, START)  # type: ignore[arg-type]


def test_a_call_is_answered_at_its_start_message() -> None:
    async def main() -> None:
        socket = Socket()
        socket.incoming.put_nowait({"event": "connected"})
        socket.incoming.put_nowait({"event": "start", "start": START})
        line = await Line.answer(socket)  # type: ignore[arg-type]
        assert line is not None
        assert line.call_sid == "CA1"
        assert await Line.answer(Socket(), within_s=10) is None  # type: ignore[arg-type]
        assert now() == 10

    run(main())


def test_audio_goes_out_in_frames_of_20_ms() -> None:
    async def main() -> None:
        socket = Socket()
        line = line_on(socket)
        assert await line.play(b"a" * 100) == 0
        assert socket.audio() == []
        assert await line.play(b"b" * 100) == 100
        await line.flush()
        assert socket.audio() == [b"a" * 100 + b"b" * 60, b"b" * 40 + b"\xff" * 120]
        assert socket.marks() == [320]

    run(main())


def test_what_was_played_is_known_from_marks() -> None:
    async def main() -> None:
        socket = Socket()
        line = line_on(socket)
        await line.play(b"a" * 4800)
        assert socket.marks() == [1600, 3200, 4800]
        async with meanwhile(line.receive(lambda frame: None)):
            socket.incoming.put_nowait(mark(3200))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            assert line.played == 3200
            asyncio.get_running_loop().call_later(1, socket.incoming.put_nowait, mark(4800))
            await line.drained()
        assert now() == 1

    run(main())


def test_marks_that_never_come_do_not_hold_the_call_up() -> None:
    async def main() -> None:
        line = line_on(Socket())
        await line.play(b"a" * 8000)
        await line.drained()
        assert line.played == 8000
        assert now() >= line.ends_at

    run(main())


def test_not_much_is_sent_ahead() -> None:
    async def main() -> None:
        line = line_on(Socket())
        await line.play(b"a" * 8000 * 10)
        assert round(line.ends_at - now(), 6) == LEAD_S

    run(main())


def test_clear_forgets_what_was_not_heard() -> None:
    async def main() -> None:
        socket = Socket()
        line = line_on(socket)
        await line.clear()
        assert socket.sent == [], "there was nothing to clear"
        await line.play(b"a" * 1700)
        await line.clear()
        assert socket.sent[-1]["event"] == "clear"
        assert line.ends_at == now()
        await line.drained()
        assert await line.play(b"b" * 160) == 1600

    run(main())


def test_hears_the_caller_until_the_end() -> None:
    async def main() -> list[bytes]:
        socket = Socket()
        heard: list[bytes] = []
        payload = base64.b64encode(b"sound").decode()
        socket.incoming.put_nowait({"event": "media", "media": {"payload": payload}})
        socket.incoming.put_nowait({"event": "dtmf", "dtmf": {"digit": "1"}})
        socket.incoming.put_nowait({"event": "stop"})
        await line_on(socket).receive(heard.append)
        return heard

    assert run(main()) == [b"sound"]


def test_hanging_up_ends_the_reading() -> None:
    async def main() -> None:
        line = line_on(Socket())
        asyncio.get_running_loop().call_later(5, lambda: asyncio.ensure_future(line.hang_up()))
        await line.receive(lambda frame: None)
        assert now() == 5

    run(main())


def test_keys_and_sound_of_the_caller_are_told_apart() -> None:
    async def main() -> None:
        socket = Socket()
        line = line_on(socket)
        payload = base64.b64encode(b"sound").decode()
        socket.incoming.put_nowait({"event": "media", "media": {"payload": payload}})
        socket.incoming.put_nowait({"event": "dtmf", "dtmf": {"digit": "5"}})
        socket.incoming.put_nowait({"event": "stop"})
        frames: list[bytes] = []
        keys: list[str] = []
        await line.receive(frames.append, keys.append)
        assert (frames, keys) == ([b"sound"], ["5"])

    run(main())
