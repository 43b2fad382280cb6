import asyncio
import ssl
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web

from harness.files.grammar import Filled
from harness.nemesis.mock_control import MockControl
from harness.planning.plan import Plan, PlannedPhase, Target
from harness.preflight import choose_probe, preflight
from harness.recorder import Recorder
from kernel.clock import SystemClock
from kernel.dialogue import Dialogue, Done, Reply, Script, ToolCall
from kernel.dialogue import Line as Spoken
from kernel.errors import NotWired
from kernel.event import Event, from_lines

from .calls import planned
from .mock_stub import MockStub
from .pki import Authority, serves
from .scripted_agent import Line, ScriptedAgent

pytestmark = pytest.mark.system

PLAN = Plan(
    scenario="demo",
    why="",
    seed=1,
    phases=(PlannedPhase("baseline", 0, False, 0, 1),),
    calls=(planned(5, "Hi.", "Bye."),),
    faults=(),
    script=Script(),
    dialogues={},
)


def work(stub: MockStub, stage: str, **data: object) -> None:
    span = f"{stage}-w{len(stub.events)}"
    actor = f"mock.{stage}"
    stub.events.append(Event(stub.now_ns(), actor, "work", "invoke", span, data=data))
    stub.events.append(Event(stub.now_ns(), actor, "work", "ok", span, data=data))


async def check(
    agent: ScriptedAgent,
    stub: MockStub,
    folder: Path,
    tls: ssl.SSLContext | None = None,
    **target: Any,
) -> list[Event]:
    recorder = Recorder(folder)
    origin = "https://voice.example" if tls else ""
    async with agent.serving(tls, origin) as url, stub.serving() as mock_url:
        mock = MockControl(mock_url)
        await mock.open()
        try:
            await preflight(
                PLAN,
                Target(**{"webhook": Filled(url), "connect_to": agent.at, **target}),
                clock=SystemClock(),
                mocks=[mock],
                recorder=recorder,
            )
        finally:
            await mock.close()
            recorder.close()
            agent.errors.clear()
    return list(from_lines((folder / "events.jsonl").read_bytes().splitlines()))


def test_a_wired_agent_passes_and_the_history_knows_it(tmp_path: Path) -> None:
    stub = MockStub()

    async def script(line: Line) -> None:
        work(stub, "llm", purpose="greeting")
        work(stub, "tts", text_in="Hello.")
        await line.say("Hello.")
        await line.turn()
        work(stub, "stt", text_out="Hi.")
        work(stub, "llm", purpose="turn")
        await line.say("Nine is free.")
        await line.stopped.wait()

    (event,) = asyncio.run(check(ScriptedAgent(script), stub, tmp_path))
    assert (event.kind, event.type, event.actor) == ("preflight", "ok", "runner")
    assert event.at_ns < 0
    assert (tmp_path / "recordings" / "preflight.wav").exists()


def test_an_agent_with_its_own_stt_is_named(tmp_path: Path) -> None:
    async def script(line: Line) -> None:
        await line.say("Hello.")
        await line.turn()
        await line.say("Nine is free.")
        await line.stopped.wait()

    with pytest.raises(NotWired, match="did not connect to STT") as caught:
        asyncio.run(check(ScriptedAgent(script), MockStub(), tmp_path))
    assert caught.value.exit_code == 2
    assert "fastbusy env" in caught.value.remedy
    (event,) = from_lines((tmp_path / "events.jsonl").read_bytes().splitlines())
    assert (event.type, event.data["link"]) == ("fail", "stt")


@pytest.mark.parametrize(("asks", "speaks"), [("http", "https"), ("https", "http")])
def test_the_scheme_of_its_port_is_the_remedy(tmp_path: Path, asks: str, speaks: str) -> None:
    tls = serves(Authority(tmp_path).sign("voice.example")) if speaks == "https" else None
    url = Filled(f"{asks}://voice.example/incoming")
    with pytest.raises(NotWired) as caught:
        asyncio.run(check(ScriptedAgent(), MockStub(), tmp_path, tls, webhook=url))
    assert caught.value.remedy == (
        f"its port speaks {speaks}: write {speaks}://voice.example/incoming"
    )


def test_a_stream_without_webhook_has_none_to_tick(tmp_path: Path) -> None:
    agent = ScriptedAgent()
    with pytest.raises(NotWired):
        asyncio.run(check(agent, MockStub(), tmp_path, webhook=Filled("ws://voice.example/media")))
    (event,) = from_lines((tmp_path / "events.jsonl").read_bytes().splitlines())
    assert event.data["link"] == "stt"
    assert "webhook" in event.data["untried"]


def test_the_probe_goes_as_far_as_the_first_tool() -> None:
    calling = Dialogue(
        name="book",
        caller=(Spoken(say="Hi."), Spoken(say="On Monday."), Spoken(say="Bye.")),
        replies={2: Reply(call=ToolCall("lookup", {}), then="Ten."), 1: Reply(say="When?")},
        done=Done(tool_ok="lookup"),
    )
    calls = (planned(5, "Hi.", "Bye."), planned(6, "Hi.", "On Monday.", "Bye."))
    plan = msgspec.structs.replace(PLAN, calls=calls)
    assert choose_probe(plan)[0].lines == ("Hi.",)
    assert choose_probe(plan)[1] == ""
    probe, tool = choose_probe(msgspec.structs.replace(plan, dialogues={"book": calling}))
    assert (probe.lines, probe.number, tool) == (("Hi.", "Bye."), 0, "lookup")
    own = msgspec.structs.replace(calling, done=Done())
    probe, tool = choose_probe(msgspec.structs.replace(plan, dialogues={"book": own}))
    assert (probe.lines, tool) == (("Hi.",), "")


def test_a_webhook_that_says_no_is_named(tmp_path: Path) -> None:
    agent = ScriptedAgent()

    async def forbid(_: web.Request) -> web.Response:
        return web.Response(status=403)

    agent.webhook = forbid
    with pytest.raises(NotWired, match="http_403"):
        asyncio.run(check(agent, MockStub(), tmp_path))


def test_tls_that_is_not_trusted_is_the_webhooks_with_what_to_do(tmp_path: Path) -> None:
    ours = Authority(tmp_path)
    for host, ca, seen, remedy in (
        ("voice.example", "", "tls_unknown_ca", "agent.ca (--ca FILE)"),
        ("other.example", ours.file, "tls_wrong_host", "agent.connect_to (--connect-to"),
    ):
        tls = serves(ours.sign(host))
        with pytest.raises(NotWired, match=seen) as caught:
            asyncio.run(check(ScriptedAgent(), MockStub(), tmp_path / seen, tls, ca=ca))
        assert caught.value.where == "webhook of the agent"
        assert remedy in caught.value.remedy
