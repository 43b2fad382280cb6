"""Bytes and ends travel in order, after the latency, and fill the wire while nobody reads."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from fastbusy.virtual import VirtualLoop
from fastbusy.virtual.wire import READ_BYTES, End, Wire

Arrivals = list[tuple[int, bytes | End]]


class Scene:
    """A pair of wires on a loop of its own, and what its reader got and when."""

    def __init__(self, latency_ns: int = 0) -> None:
        self.loop = VirtualLoop()
        self.wire, self.back = Wire.pair(self.loop, latency_ns)
        self.arrivals: Arrivals = []

    def read(self, item: bytes | End) -> None:
        self.arrivals.append((self.loop.now_ns, item))

    def play(self, seconds: float = 1.0) -> Arrivals:
        self.loop.run_until_complete(asyncio.wait_for(asyncio.sleep(seconds), None))
        self.loop.close()
        return self.arrivals


def test_bytes_take_the_latency_and_what_is_due_together_arrives_together() -> None:
    scene = Scene(latency_ns=40)
    scene.wire.read_with(scene.read)
    scene.wire.send(b"ab")
    scene.wire.send(b"cd")
    scene.loop.call_at_ns(10, scene.wire.send, b"ef")
    assert scene.play() == [(40, b"abcd"), (50, b"ef")]


def test_an_end_stays_behind_the_bytes() -> None:
    scene = Scene()
    scene.wire.read_with(scene.read)
    scene.wire.send(b"last words")
    scene.wire.send(End.FIN)
    scene.wire.send(End.FIN)
    assert scene.play() == [(0, b"last words"), (0, End.FIN)]


def test_unread_bytes_wait_and_are_counted() -> None:
    scene = Scene()
    taken: list[int] = []
    scene.wire.on_taken = lambda: taken.append(scene.wire.unread)
    scene.wire.send(b"12345")
    assert scene.wire.unread == 5
    scene.loop.call_at_ns(100, scene.wire.read_with, scene.read)
    assert scene.play() == [(100, b"12345")]
    assert taken == [0]


def test_a_large_chunk_arrives_in_reads() -> None:
    scene = Scene()
    scene.wire.read_with(scene.read)
    scene.wire.send(b"a" * (2 * READ_BYTES + 1))
    sizes = [len(item) for _, item in scene.play() if not isinstance(item, End)]
    assert sizes == [READ_BYTES, READ_BYTES, 1]


def test_a_reader_may_stop_in_the_middle() -> None:
    scene = Scene()

    def read_once(item: bytes | End) -> None:
        scene.read(item)
        scene.wire.read_with(None)

    scene.wire.read_with(read_once)
    scene.wire.send(b"a" * (READ_BYTES + 5))
    assert len(scene.play()) == 1
    assert scene.wire.unread == 5


def test_a_reset_is_known_once_it_has_arrived_read_or_not() -> None:
    scene = Scene(latency_ns=10)
    scene.wire.send(b"unread")
    scene.wire.send(End.RST)
    known = [scene.wire.is_reset]
    scene.wire.on_reset = lambda: known.append(scene.wire.is_reset)
    scene.play()
    assert known == [False, True]


def test_an_abandoned_wire_says_when_the_first_lost_byte_arrives() -> None:
    scene = Scene(latency_ns=10)
    scene.wire.send(b"lost")
    assert scene.wire.abandon() == 10
    assert scene.wire.abandon() is None
    scene.play()


def test_bytes_on_an_abandoned_wire_come_back_as_a_reset() -> None:
    scene = Scene(latency_ns=10)
    scene.back.read_with(scene.read)
    scene.wire.abandon()
    scene.wire.send(End.FIN)
    scene.wire.send(b"anybody?")
    assert scene.play() == [(20, End.RST)]


@settings(max_examples=50, deadline=None)
@given(
    chunks=st.lists(st.tuples(st.integers(0, 30), st.binary(min_size=1, max_size=9)), max_size=20),
    latency_ns=st.integers(0, 25),
)
def test_nothing_is_lost_reordered_or_early(
    chunks: list[tuple[int, bytes]], latency_ns: int
) -> None:
    scene = Scene(latency_ns)
    scene.wire.read_with(scene.read)
    for at_ns, chunk in chunks:
        scene.loop.call_at_ns(at_ns, scene.wire.send, chunk)
    arrived = scene.play()
    in_order = sorted(chunks, key=lambda sent: sent[0])
    expected: dict[int, bytes] = {}
    for at_ns, chunk in in_order:
        due_ns = at_ns + latency_ns
        expected[due_ns] = expected.get(due_ns, b"") + chunk
    got: dict[int, bytes] = {}
    for at_ns, item in arrived:
        assert isinstance(item, bytes)
        got[at_ns] = got.get(at_ns, b"") + item
    assert got == expected
