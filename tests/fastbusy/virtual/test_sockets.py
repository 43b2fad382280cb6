"""A virtual socket has options and addresses, and no file descriptor."""

import errno
import socket
from collections.abc import Iterator

import pytest

from fastbusy.virtual import VirtualLoop
from fastbusy.virtual.network import Network
from fastbusy.virtual.sockets import LINGER_ZERO, VirtualSocket
from fastbusy.virtual.wire import End


@pytest.fixture
def network() -> Iterator[Network]:
    loop = VirtualLoop(latency_s=1e-9)
    yield loop.network
    loop.close()


def _connected(network: Network) -> tuple[VirtualSocket, VirtualSocket]:
    accepted: list[VirtualSocket] = []
    listener, client = network.socket(), network.socket()
    listener.bind(("127.0.0.1", 80))
    listener.on_accept = accepted.append
    network.connect(client, ("127.0.0.1", 80))
    network.loop._run_once()
    return client, accepted[0]


def test_it_is_a_socket_without_a_descriptor(network: Network) -> None:
    sock = network.socket(socket.AF_INET6, socket.SOCK_STREAM, 6)
    assert isinstance(sock, socket.socket)
    assert (sock.fileno(), sock.family, sock.type, sock.proto) == (
        -1,
        socket.AF_INET6,
        socket.SOCK_STREAM,
        6,
    )
    assert sock.gettimeout() == 0.0
    with pytest.raises(OSError, match="Bad file descriptor"):
        sock.recv(1)


def test_options_are_kept(network: Network) -> None:
    sock = network.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 0


def test_addresses(network: Network) -> None:
    with network.socket() as sock:
        assert sock.getsockname() == ("0.0.0.0", 0)
        sock.bind(("localhost", 0))
        host, port = sock.getsockname()
        assert host == "127.0.0.1"
        assert port > 0
        with pytest.raises(OSError, match="not connected") as caught:
            sock.getpeername()
        assert caught.value.errno == errno.ENOTCONN
    assert sock.is_closed


def test_blocking_and_adopting_are_refused(network: Network) -> None:
    with pytest.raises(NotImplementedError, match="use asyncio"):
        network.socket().connect(("127.0.0.1", 80))
    with pytest.raises(NotImplementedError, match="file descriptor 3"):
        network.socket(fileno=3)
    with pytest.raises(NotImplementedError, match=r"family.*AF_UNIX"):
        network.socket(socket.AF_UNIX)


def _ends(sock: VirtualSocket) -> list[tuple[int, bytes | End]]:
    """What still waits on the wire towards `sock`."""
    assert sock.wires is not None
    network, seen = sock.network, []
    sock.wires[0].read_with(lambda item: seen.append((network.loop.now_ns, item)))
    network.loop.call_later(1e-6, network.loop.stop)
    network.loop.run_forever()
    return seen


def test_closing_sends_fin(network: Network) -> None:
    client, server = _connected(network)
    server.close()
    server.close()
    assert _ends(client) == [(2, End.FIN)]


def test_closing_over_unread_bytes_resets(network: Network) -> None:
    client, server = _connected(network)
    assert client.wires is not None
    client.wires[1].send(b"unread")
    network.loop.spend(5)
    server.close()
    assert _ends(client) == [(7, End.RST)]


def test_closing_over_bytes_in_flight_sends_fin_and_resets_when_they_arrive(
    network: Network,
) -> None:
    client, server = _connected(network)
    assert client.wires is not None
    client.wires[1].send(b"too late")
    server.close()
    assert _ends(client) == [(2, End.FIN), (3, End.RST)]


def test_lingering_for_zero_resets(network: Network) -> None:
    client, server = _connected(network)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_ZERO)
    server.close()
    assert _ends(client) == [(2, End.RST)]
