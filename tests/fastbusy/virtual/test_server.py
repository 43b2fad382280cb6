"""A server starts, stops and waits for its connections."""

import asyncio

import pytest

from fastbusy.virtual import run
from fastbusy.virtual.server import VirtualServer


async def _server(*, start_serving: bool = True) -> VirtualServer:
    server = await asyncio.get_running_loop().create_server(
        asyncio.Protocol, "127.0.0.1", 80, start_serving=start_serving
    )
    assert isinstance(server, VirtualServer)
    return server


async def _client() -> asyncio.Transport:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_connection(asyncio.Protocol, "127.0.0.1", 80)
    return transport


def test_it_refuses_until_it_serves_and_after_it_closed() -> None:
    async def main() -> None:
        server = await _server(start_serving=False)
        assert not server.is_serving()
        with pytest.raises(ConnectionRefusedError):
            await _client()
        await server.start_serving()
        assert server.is_serving()
        assert server.get_loop() is asyncio.get_running_loop()
        assert [sock.getsockname() for sock in server.sockets] == [("127.0.0.1", 80)]
        await _client()
        server.close()
        assert not server.is_serving()
        assert server.sockets == ()
        with pytest.raises(ConnectionRefusedError):
            await _client()

    run(main(), seed=1)


def test_waiting_for_the_end_waits_for_the_last_connection() -> None:
    async def main() -> float:
        server = await _server()
        clients = [await _client(), await _client()]
        server.close()
        loop = asyncio.get_running_loop()
        for delay, client in enumerate(clients, start=1):
            loop.call_later(delay, client.close)
        await server.wait_closed()
        return loop.time()

    assert run(main(), seed=1) == 2.0


@pytest.mark.parametrize("end", ["close_clients", "abort_clients"])
def test_it_can_end_its_connections(end: str) -> None:
    async def main() -> float:
        server = await _server()
        await _client()
        await asyncio.sleep(1)
        server.close()
        getattr(server, end)()
        await server.wait_closed()
        return asyncio.get_running_loop().time()

    assert run(main(), seed=1) == 1.0


def test_serving_forever_ends_by_cancelling_or_closing() -> None:
    async def main() -> list[bool]:
        states = []
        for end in ("cancel", "close"):
            server = await _server(start_serving=False)
            serving = asyncio.create_task(server.serve_forever())
            await asyncio.sleep(1)
            states.append(server.is_serving())
            with pytest.raises(RuntimeError, match="already being awaited"):
                await server.serve_forever()
            if end == "cancel":
                serving.cancel()
            else:
                server.close()
            with pytest.raises(asyncio.CancelledError):
                await serving
            states.append(server.is_serving())
            with pytest.raises(RuntimeError, match="closed"):
                await server.serve_forever()
        return states

    assert run(main(), seed=1) == [True, False, True, False]


def test_a_factory_that_raises_costs_its_caller_the_connection() -> None:
    async def main() -> tuple[str, bytes]:
        loop = asyncio.get_running_loop()
        problems: list[str] = []
        loop.set_exception_handler(lambda _, context: problems.append(repr(context["exception"])))

        def factory() -> asyncio.Protocol:
            raise LookupError("no protocol today")

        await loop.create_server(factory, "127.0.0.1", 80)
        reader, writer = await asyncio.open_connection("127.0.0.1", 80)
        answer = await reader.read()
        writer.close()
        return problems[0], answer

    assert run(main(), seed=1) == ("LookupError('no protocol today')", b"")
