"""Ports are free, taken or refused as on a real machine."""

import errno
import socket
from collections.abc import Iterator

import pytest

from fastbusy.virtual import VirtualLoop
from fastbusy.virtual import network as network_module
from fastbusy.virtual.network import Network
from fastbusy.virtual.sockets import VirtualSocket


@pytest.fixture
def network() -> Iterator[Network]:
    loop = VirtualLoop()
    yield loop.network
    loop.close()


def _listen(network: Network, host: str, port: int) -> list[VirtualSocket]:
    accepted: list[VirtualSocket] = []
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = network.socket(family)
    sock.bind((host, port))
    sock.on_accept = accepted.append
    return accepted


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("0.0.0.0", "127.0.0.1"),
        ("127.0.0.1", "0.0.0.0"),
    ],
)
def test_an_address_is_taken_once(network: Network, first: str, second: str) -> None:
    _listen(network, first, 80)
    with pytest.raises(OSError, match="in use") as caught:
        _listen(network, second, 80)
    assert caught.value.errno == errno.EADDRINUSE


def test_two_hosts_and_two_families_share_a_port(network: Network) -> None:
    for host in ("127.0.0.1", "127.0.0.2", "::1"):
        _listen(network, host, 80)


def test_a_socket_binds_once(network: Network) -> None:
    sock = network.socket()
    sock.bind(("127.0.0.1", 80))
    with pytest.raises(OSError, match="Invalid"):
        sock.bind(("127.0.0.1", 81))


def test_a_closed_socket_frees_its_address(network: Network) -> None:
    with network.socket() as sock:
        sock.bind(("127.0.0.1", 80))
    _listen(network, "127.0.0.1", 80)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.9"])
def test_a_wildcard_hears_every_host(network: Network, host: str) -> None:
    accepted = _listen(network, "0.0.0.0", 80)
    client = network.socket()
    network.connect(client, (host, 80))
    network.loop._run_once()
    assert client.getpeername() == accepted[0].getsockname() == (host, 80)
    assert client.getsockname() == accepted[0].getpeername()


def test_nobody_there(network: Network) -> None:
    bound = network.socket()
    bound.bind(("127.0.0.1", 81))
    for port in (80, 81):
        with pytest.raises(ConnectionRefusedError, match=rf"127\.0\.0\.1', {port}"):
            network.connect(network.socket(), ("127.0.0.1", port))


def test_free_ports_come_round_again_and_leave_out_the_taken(
    monkeypatch: pytest.MonkeyPatch, network: Network
) -> None:
    monkeypatch.setattr(network_module, "EPHEMERAL_PORTS", range(50_000, 50_004))
    network = Network(network.loop)
    _listen(network, "127.0.0.1", 50_001)
    _listen(network, "127.0.0.1", 80)
    ports = []
    for _ in range(4):
        client = network.socket()
        network.connect(client, ("127.0.0.1", 80))
        ports.append(client.getsockname()[1])
    assert ports == [50_000, 50_002, 50_003, 50_000]


def test_no_port_is_free(monkeypatch: pytest.MonkeyPatch, network: Network) -> None:
    monkeypatch.setattr(network_module, "EPHEMERAL_PORTS", range(50_000, 50_001))
    network = Network(network.loop)
    _listen(network, "127.0.0.1", 0)
    with pytest.raises(OSError, match="assign") as caught:
        _listen(network, "127.0.0.1", 0)
    assert caught.value.errno == errno.EADDRNOTAVAIL


def test_a_listener_that_leaves_meanwhile_resets_the_connection() -> None:
    loop = VirtualLoop(latency_s=1.0)
    listener = loop.network.socket()
    listener.bind(("127.0.0.1", 80))
    listener.on_accept = lambda sock: pytest.fail(f"accepted {sock}")
    client = loop.network.socket()
    loop.network.connect(client, ("127.0.0.1", 80))
    listener.close()
    loop.call_later(2, loop.stop)
    loop.run_forever()
    assert client.wires is not None
    assert client.wires[0].is_reset
    loop.close()
