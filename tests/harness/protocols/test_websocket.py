import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.protocols.websocket import (
    MESSAGE_LIMIT_BYTES,
    NO_TEXT,
    PROTOCOL_ERROR,
    TOO_BIG,
    Frames,
    Message,
    Opcode,
    Violation,
    frame,
)

MASK = bytes.fromhex("37fa213d")


def server(first: int, payload: bytes) -> bytes:
    """A frame of a server, with any first byte."""
    length = len(payload)
    if length < 126:
        return bytes((first, length)) + payload
    if length < 65536:
        return bytes((first, 126)) + length.to_bytes(2, "big") + payload
    return bytes((first, 127)) + length.to_bytes(8, "big") + payload


def read(data: bytes) -> list[Message]:
    frames = Frames()
    frames.feed(data)
    return list(iter(frames.read, None))


def test_the_examples_of_the_rfc() -> None:
    # RFC 6455, section 5.7
    assert frame(Opcode.TEXT, b"Hello", MASK).hex(" ") == "81 85 37 fa 21 3d 7f 9f 4d 51 58"
    assert frame(Opcode.PONG, b"Hello", MASK).hex(" ") == "8a 85 37 fa 21 3d 7f 9f 4d 51 58"
    assert read(bytes.fromhex("810548656c6c6f")) == [(Opcode.TEXT, b"Hello")]
    assert read(bytes.fromhex("010348656c80026c6f")) == [(Opcode.TEXT, b"Hello")]
    assert read(bytes.fromhex("890548656c6c6f")) == [(Opcode.PING, b"Hello")]
    assert read(bytes.fromhex("827e0100") + bytes(256)) == [(Opcode.BINARY, bytes(256))]
    assert read(bytes.fromhex("827f0000000000010000") + bytes(65536)) == [
        (Opcode.BINARY, bytes(65536))
    ]


@given(st.binary(max_size=300) | st.sampled_from([125, 126, 65535, 65536]).map(bytes), st.binary())
def test_what_is_masked_can_be_unmasked(payload: bytes, seed: bytes) -> None:
    mask = (seed + MASK)[:4]
    framed = frame(Opcode.BINARY, payload, mask)
    masked = framed[len(framed) - len(payload) :]
    assert bytes(one ^ mask[at % 4] for at, one in enumerate(masked)) == payload
    assert framed[1] & 0x80
    unmasked = bytes((framed[0], framed[1] & 0x7F)) + framed[2 : -len(payload) - 4 or -4] + payload
    assert read(unmasked) == [(Opcode.BINARY, payload)]


@given(st.lists(st.integers(0, 700)))
def test_pieces_may_end_anywhere(cuts: list[int]) -> None:
    data = (
        server(0x81, b"a" * 200)
        + server(0x01, "grü".encode()[:3])  # a fragment may end within a character
        + server(0x89, b"still there?")
        + server(0x00, "grü".encode()[3:])
        + server(0x80, b"n")
        + server(0x82, bytes(300))
        + server(0x88, b"\x03\xe8bye")
    )
    frames, found = Frames(), []
    ends = sorted({*cuts, len(data)})
    for start, end in zip([0, *ends], ends, strict=False):
        frames.feed(data[start:end])
        found += list(iter(frames.read, None))
    assert found == [
        (Opcode.TEXT, b"a" * 200),
        (Opcode.PING, b"still there?"),
        (Opcode.TEXT, "grün".encode()),
        (Opcode.BINARY, bytes(300)),
        (Opcode.CLOSE, b"\x03\xe8bye"),
    ]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (server(0xC1, b"deflated"), PROTOCOL_ERROR),
        (server(0x83, b""), PROTOCOL_ERROR),
        (server(0x80, b"no message goes before"), PROTOCOL_ERROR),
        (server(0x01, b"one") + server(0x81, b"another"), PROTOCOL_ERROR),
        (server(0x09, b""), PROTOCOL_ERROR),
        (server(0x89, bytes(126)), PROTOCOL_ERROR),
        (frame(Opcode.TEXT, b"masked", MASK), PROTOCOL_ERROR),
        (server(0x88, b"\x03"), PROTOCOL_ERROR),
        (server(0x88, b"\x03\xed"), PROTOCOL_ERROR),  # 1005 never travels
        (server(0x88, b"\x03\xe8\xff"), NO_TEXT),
        (server(0x81, b"\xff"), NO_TEXT),
        (server(0x01, b"\xc3") + server(0x80, b""), NO_TEXT),
        (b"\x81\x7f" + (MESSAGE_LIMIT_BYTES + 1).to_bytes(8, "big"), TOO_BIG),
        (server(0x01, b"x") + b"\x80\x7f" + MESSAGE_LIMIT_BYTES.to_bytes(8, "big"), TOO_BIG),
    ],
)
def test_what_a_server_must_not_send(data: bytes, code: int) -> None:
    with pytest.raises(Violation) as violation:
        read(data)
    assert violation.value.code == code
