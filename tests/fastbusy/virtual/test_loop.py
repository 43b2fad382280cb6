"""Connecting and listening, and what the loop refuses."""

import asyncio
import errno
import io
import socket
from typing import Any

import pytest

from fastbusy.virtual import VirtualLoop, run


def _loop() -> VirtualLoop:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    return loop


def test_connecting_takes_two_latencies() -> None:
    async def main() -> float:
        await _loop().create_server(asyncio.Protocol, None, 80)
        await _loop().create_connection(asyncio.Protocol, "127.0.0.1", 80)
        return _loop().time()

    assert run(main(), seed=1, latency_s=0.1) == 0.2


def test_nobody_listens_and_no_such_name() -> None:
    async def main() -> None:
        with pytest.raises(ConnectionRefusedError) as refused:
            await _loop().create_connection(asyncio.Protocol, "10.0.0.1", 80)
        assert refused.value.errno == errno.ECONNREFUSED
        with pytest.raises(socket.gaierror, match=r"api\.deepgram\.com"):
            await _loop().create_connection(asyncio.Protocol, "api.deepgram.com", 443)

    run(main(), seed=1)


def test_several_hosts_or_none_halfway() -> None:
    async def main() -> list[tuple[str, int]]:
        server = await _loop().create_server(asyncio.Protocol, ["127.0.0.1", "::1"], 80)
        with pytest.raises(OSError, match=r"while binding \('127.0.0.1', 80\)") as caught:
            await _loop().create_server(asyncio.Protocol, ["127.0.0.2", "127.0.0.1"], 80)
        assert caught.value.errno == errno.EADDRINUSE
        await _loop().create_server(asyncio.Protocol, "127.0.0.2", 80)
        await _loop().create_connection(asyncio.Protocol, "::1", 80)
        return [sock.getsockname()[:2] for sock in server.sockets]

    assert run(main(), seed=1) == [("127.0.0.1", 80), ("::1", 80)]


def test_sockets_of_the_program_are_used() -> None:
    async def main() -> tuple[str, int]:
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        await _loop().create_server(asyncio.Protocol, sock=listener)
        client = socket.socket()
        with pytest.raises(ValueError, match="not connected"):
            await _loop().create_connection(asyncio.Protocol, sock=client)
        client.bind(("127.0.0.1", 4_000))
        await _loop().sock_connect(client, listener.getsockname())
        transport, _ = await _loop().create_connection(asyncio.Protocol, sock=client)
        sockname: tuple[str, int] = transport.get_extra_info("sockname")
        return sockname

    assert run(main(), seed=1) == ("127.0.0.1", 4_000)


def test_a_local_address_can_be_chosen() -> None:
    async def main() -> Any:
        await _loop().create_server(asyncio.Protocol, "127.0.0.1", 80)
        transport, _ = await _loop().create_connection(
            asyncio.Protocol, "127.0.0.1", 80, local_addr=("127.0.0.5", 4_000)
        )
        return transport.get_extra_info("sockname")

    assert run(main(), seed=1) == ("127.0.0.5", 4_000)


def test_a_real_socket_is_refused() -> None:
    async def main(real: socket.socket) -> None:
        with pytest.raises(TypeError, match="real socket"):
            await _loop().sock_connect(real, ("127.0.0.1", 80))

    with socket.socket() as real:
        run(main(real), seed=1)


def test_a_cancelled_connect_lets_go_of_its_socket() -> None:
    async def main() -> None:
        await _loop().create_server(asyncio.Protocol, "127.0.0.1", 80)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await _loop().create_connection(
                    asyncio.Protocol, "127.0.0.1", 80, local_addr=("127.0.0.1", 4_000)
                )
        with socket.socket() as again:
            again.bind(("127.0.0.1", 4_000))

    run(main(), seed=1, latency_s=5)


def test_names_of_addresses() -> None:
    async def main() -> tuple[str, str]:
        infos = await _loop().getaddrinfo("localhost", 80)
        return await _loop().getnameinfo(infos[0][4])

    assert run(main(), seed=1) == ("127.0.0.1", "80")


def test_a_file_is_sent_whole() -> None:
    async def main() -> tuple[int, bytes]:
        async def send(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            sent.append(await _loop().sendfile(writer.transport, io.BytesIO(b"0123456789"), 2, 5))
            writer.close()

        sent: list[int] = []
        await asyncio.start_server(send, "127.0.0.1", 80)
        reader, writer = await asyncio.open_connection("127.0.0.1", 80)
        content = await reader.read()
        writer.close()
        return sent[0], content

    assert run(main(), seed=1) == (5, b"23456")


@pytest.mark.parametrize(
    ("attempt", "what"),
    [
        (lambda loop: loop.add_signal_handler(2, print), "signals"),
        (lambda loop: loop.subprocess_exec(asyncio.SubprocessProtocol, "true"), "child processes"),
        (lambda loop: loop.create_datagram_endpoint(asyncio.DatagramProtocol), "datagrams"),
        (lambda loop: loop.add_reader(0, print), "file descriptors"),
        (lambda loop: loop.create_unix_server(asyncio.Protocol, "s"), "Unix sockets"),
        (lambda loop: loop.start_tls(None, None, None), "TLS"),
    ],
)
def test_what_is_absent_says_so(attempt: Any, what: str) -> None:
    async def main() -> None:
        with pytest.raises(NotImplementedError, match=f"virtual time has no {what}"):
            await attempt(_loop())

    run(main(), seed=1)


def test_tls_is_refused() -> None:
    async def main() -> None:
        with pytest.raises(NotImplementedError, match="use http://127"):
            await _loop().create_connection(asyncio.Protocol, "127.0.0.1", 443, ssl=True)
        with pytest.raises(NotImplementedError, match="without it"):
            await _loop().create_server(asyncio.Protocol, "127.0.0.1", 443, ssl=object())

    run(main(), seed=1)


def test_streams_run_on_it() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(line.upper())
            await writer.drain()
        writer.close()

    async def main() -> list[bytes]:
        server = await asyncio.start_server(echo, "localhost", 7)
        reader, writer = await asyncio.open_connection("localhost", 7)
        writer.writelines([b"a\n", b"b\n"])
        writer.write_eof()
        answer = [await reader.readline(), await reader.readline(), await reader.read()]
        writer.close()
        await writer.wait_closed()
        server.close()
        await server.wait_closed()
        return answer

    assert run(main(), seed=1) == [b"A\n", b"B\n", b""]
