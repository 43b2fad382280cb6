"""Child processes: started, awaited, and gone afterwards, whatever they do."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from functools import partial
from pathlib import Path

import pytest

from fastbusy import stack
from harness.files.grammar import Filled
from harness.planning.plan import Target
from harness.planning.reach import Address
from harness.transports.connection import open_session
from kernel.clock import SystemClock
from kernel.errors import StackError, UsageError
from tests.system.pki import Authority
from tests.system.ports import free_port_base

pytestmark = pytest.mark.system

SERVER = """
import http.server, sys
import ssl
class Answer(http.server.BaseHTTPRequestHandler):
    seen = 0
    def do_GET(self):
        Answer.seen += 1
        self.send_response(int(sys.argv[2]) if Answer.seen < 3 else 405)
        self.end_headers()
print("up", flush=True)
server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Answer)
if sys.argv[3:]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*sys.argv[3:])
    server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
"""
STUBBORN = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = os.fork()
print(child or os.getpid(), flush=True)
time.sleep(600)
"""


def alive(pid: int) -> bool:
    try:
        # A zombie is as good as gone; who is its parent now decides when it is buried.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def started(tmp_path: Path, program: str, *words: str) -> stack.Child:
    command = [sys.executable, "-c", program, *words]
    return await stack.start("it", command, env={}, log=tmp_path / "logs" / "it.log")


async def first_line(log: Path) -> str:
    def read() -> str:
        return log.read_text()

    async with asyncio.timeout(20):
        while not read().endswith("\n"):  # noqa: ASYNC110 - a file has no event
            await asyncio.sleep(0.02)
    return read()


def asked(log: Path) -> int:
    return log.read_text().count("GET /x")


@pytest.mark.parametrize(("status", "requests"), [(503, 3), (500, 1), (302, 1)])
def test_it_is_ready_when_it_answers_anything_but_that_nobody_is_there(
    tmp_path: Path, status: int, requests: int
) -> None:
    async def scene() -> None:
        port = free_port_base()
        child = await started(tmp_path, SERVER, str(port), str(status))
        try:
            await child.ready(f"http://127.0.0.1:{port}/x", SystemClock())
            assert child.running
            assert asked(child.log) == requests
            with pytest.raises(UsageError, match=rf"port {port} is taken .*\n  → move"):
                stack.refuse_taken_ports("127.0.0.1", [port], "move")
        finally:
            await child.stop()
        assert not child.running
        stack.refuse_taken_ports("127.0.0.1", [port], "move")

    asyncio.run(scene())


def test_a_gateway_that_waits_for_good_is_taken_as_it_is(tmp_path: Path) -> None:
    async def scene() -> None:
        port = free_port_base()
        child = await started(tmp_path, SERVER.replace("< 3", "< 999"), str(port), "502")
        try:
            await child.ready(f"http://127.0.0.1:{port}/x", SystemClock(), within_s=5)
        finally:
            await child.stop()

    asyncio.run(scene())


@pytest.mark.parametrize(("asks", "speaks"), [("http", "https"), ("https", "http")])
def test_a_scheme_that_its_port_does_not_speak_is_named(
    tmp_path: Path, asks: str, speaks: str
) -> None:
    pair = Authority(tmp_path).sign("voice.example") if speaks == "https" else ()

    async def scene() -> None:
        port = free_port_base()
        child = await started(tmp_path, SERVER, str(port), "200", *map(str, pair))
        try:
            url = f"{asks}://voice.example:{port}/x?key=hush"
            to = Address("127.0.0.1", port)
            target = Target(webhook=Filled(url), connect_to=to)
            session = partial(open_session, target)
            await child.ready(url, SystemClock(), open_session=session, at=to)
        finally:
            await child.stop()

    with pytest.raises(StackError, match=f"it speaks {speaks} at the port of {asks}://") as caught:
        asyncio.run(scene())
    assert caught.value.remedy.startswith(f"write {speaks}://voice.example:")
    assert "hush" not in str(caught.value)


def test_the_environment_and_a_shell_command(tmp_path: Path) -> None:
    async def scene() -> str:
        log = tmp_path / "it.log"
        greet = 'echo "$WORD" && exec sleep 600'
        child = await stack.start("it", greet, env={"WORD": "hey"}, log=log)
        line = await first_line(log)
        await child.stop()
        return line

    assert asyncio.run(scene()) == "hey\n"


def test_an_early_end_is_told_with_its_last_words(tmp_path: Path) -> None:
    async def scene() -> None:
        child = await started(tmp_path, "import sys; sys.exit('no key given')")
        try:
            await child.ready("http://127.0.0.1:9/", SystemClock())
        finally:
            await child.stop()

    with pytest.raises(StackError) as caught:
        asyncio.run(scene())
    assert "it ended with code 1 before it was ready" in str(caught.value)
    assert "no key given" in str(caught.value)
    assert caught.value.where == str(tmp_path / "logs" / "it.log")


def test_one_that_never_answers_is_given_up(tmp_path: Path) -> None:
    async def scene() -> None:
        child = await started(tmp_path, "import time; time.sleep(600)")
        try:
            await child.ready(f"http://127.0.0.1:{free_port_base()}/", SystemClock(), within_s=0.3)
        finally:
            await child.stop()

    with pytest.raises(StackError, match=r"did not answer .* within 0\.3 s"):
        asyncio.run(scene())


def test_one_that_cannot_be_started(tmp_path: Path) -> None:
    command = [str(tmp_path / "nothing")]
    with pytest.raises(StackError, match=r"it cannot be started: .*No such file"):
        asyncio.run(stack.start("it", command, env={}, log=tmp_path / "it.log"))


def test_nothing_of_a_stubborn_group_is_left(tmp_path: Path) -> None:
    async def scene() -> tuple[int, int]:
        child = await started(tmp_path, STUBBORN)
        grandchild = int((await first_line(child.log)).split()[0])
        assert alive(grandchild)
        await child.stop(grace_s=0.3)
        return child.pid, grandchild

    pid, grandchild = asyncio.run(scene())
    assert not alive(pid)
    assert not alive(grandchild)
    assert os.getpid() != pid


def test_a_taken_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port} is taken"):
            stack.refuse_taken_ports("127.0.0.1", [port], "choose another")


def test_a_stranger_is_looked_for_where_connections_go() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        at = ("127.0.0.1", server.getsockname()[1])
        with pytest.raises(UsageError, match=f"port {at[1]} is taken"):
            stack.refuse_strangers("https://me:hush@voice.example/in", at)
    stack.refuse_strangers("https://voice.example/in", at)


@pytest.mark.parametrize("host", ["n" * 300, "a..b"])
def test_what_names_no_machine(host: str) -> None:
    with pytest.raises(UsageError, match="nothing can listen on port 8700: this is no name"):
        stack.refuse_taken_ports(host, [8700], "choose another")
