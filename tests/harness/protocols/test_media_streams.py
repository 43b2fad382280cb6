import json

import pytest

from harness.protocols.media_streams import (
    UNDECODABLE,
    WRONG_MESSAGE,
    Clear,
    Inbox,
    Mark,
    Media,
    Outbox,
)


def test_what_twilio_sends_byte_for_byte() -> None:
    out = Outbox("AC1", "CA1", "MZ1")
    assert out.connected() == b'{"event":"connected","protocol":"Call","version":"1.0.0"}'
    assert out.start({"tenant": "demo"}) == (
        b'{"event":"start","sequenceNumber":"1","start":{"accountSid":"AC1","streamSid":"MZ1",'
        b'"callSid":"CA1","tracks":["inbound"],"mediaFormat":{"encoding":"audio/x-mulaw",'
        b'"sampleRate":8000,"channels":1},"customParameters":{"tenant":"demo"}},"streamSid":"MZ1"}'
    )
    assert out.media(b"\xff\xff\xff") == (
        b'{"event":"media","sequenceNumber":"2","media":{"track":"inbound","chunk":"1",'
        b'"timestamp":"20","payload":"////"},"streamSid":"MZ1"}'
    )
    assert out.mark('a "b"') == (
        b'{"event":"mark","sequenceNumber":"3","mark":{"name":"a \\"b\\""},"streamSid":"MZ1"}'
    )
    media = json.loads(out.media(b"\x00"))
    assert (media["sequenceNumber"], media["media"]["chunk"]) == ("4", "2")
    assert media["media"]["timestamp"] == "40"
    assert json.loads(out.dtmf("5"))["dtmf"] == {"track": "inbound_track", "digit": "5"}
    assert out.stop() == (
        b'{"event":"stop","sequenceNumber":"6","stop":{"accountSid":"AC1","callSid":"CA1"},'
        b'"streamSid":"MZ1"}'
    )


def test_what_an_agent_sends() -> None:
    inbox = Inbox("MZ1")
    assert inbox.read(b'{"event":"media","streamSid":"MZ1","media":{"payload":"/wA="}}') == Media(
        b"\xff\x00"
    )
    assert inbox.read(b'{"event":"mark","streamSid":"MZ1","mark":{"name":"m"}}') == Mark("m")
    assert inbox.read(b'{"event":"clear","streamSid":"MZ1"}') == Clear()
    assert inbox.warnings == {}


@pytest.mark.parametrize(
    ("data", "code", "what"),
    [
        ("hello", WRONG_MESSAGE, "'hello'"),
        ("[1]", WRONG_MESSAGE, "object"),
        (b"\xff\xfe", WRONG_MESSAGE, ""),
        ('{"event":"clear","streamSid":"MZ1","deep":' + "[" * 100_000, WRONG_MESSAGE, "deep"),
        ('{"event":"media","streamSid":"MZ1"}', WRONG_MESSAGE, "'media'"),
        ('{"event":"mark","streamSid":"MZ1"}', WRONG_MESSAGE, "'mark'"),
        ('{"event":"dance","streamSid":"MZ1"}', WRONG_MESSAGE, "'dance'"),
        ('{"event":"clear","streamSid":"MZ2"}', WRONG_MESSAGE, "'MZ2' is not 'MZ1'"),
        ('{"event":"clear"}', WRONG_MESSAGE, "streamSid"),
        ('{"event":"media","streamSid":"MZ1","media":{"payload":"!"}}', UNDECODABLE, "'!'"),
        ('{"event":"media","streamSid":"MZ1","media":{"payload":"ö"}}', UNDECODABLE, "'ö'"),
    ],
)
def test_what_is_wrong_is_warned_of_and_left(data: str | bytes, code: int, what: str) -> None:
    inbox = Inbox("MZ1")
    assert inbox.read(data if isinstance(data, bytes) else data.encode()) is None
    assert list(inbox.warnings) == [code]
    assert what in inbox.warnings[code]


def test_a_field_too_many_is_warned_of_but_the_sound_is_played() -> None:
    inbox = Inbox("MZ1")
    data = b'{"event":"media","streamSid":"MZ1","media":{"track":"outbound","payload":"/w=="}}'
    assert inbox.read(data) == Media(b"\xff")
    assert list(inbox.warnings) == [WRONG_MESSAGE]


def test_a_warning_comes_once_for_a_stream() -> None:
    inbox = Inbox("MZ1")
    inbox.read(b"\x00", binary=True)
    inbox.read(b"\x00\x00", binary=True)
    inbox.read(b"first")
    inbox.read(b"second")
    assert "1 bytes" in inbox.warnings[UNDECODABLE]
    assert "first" in inbox.warnings[WRONG_MESSAGE]


MEDIA = '{"event":"media","streamSid":"MZ1","media":{"payload":"%s"}}'


def test_media_in_the_shape_of_the_last_is_read_as_by_itself() -> None:
    inbox = Inbox("MZ1")
    for payload, sound in [("/wA=", b"\xff\x00"), ("AAAA", bytes(3)), ("/w==", b"\xff")]:
        assert inbox.read((MEDIA % payload).encode()) == Media(sound)
        spaced = MEDIA.replace(":", ": ") % payload
        assert inbox.read(spaced.encode()) == Media(sound)
    assert inbox.read((MEDIA % "\\/w==").encode()) == Media(b"\xff")
    assert inbox.read((MEDIA % "").encode()) == Media(b"")
    assert inbox.warnings == {}


@pytest.mark.parametrize(
    "data",
    [
        MEDIA % "AAA",
        MEDIA % "AA AA",
        MEDIA % 'AAAA","more":"AAAA',
        (MEDIA % "AAAA").replace("MZ1", "MZ2"),
        (MEDIA % "").replace('""', '"'),
        MEDIA.partition("%s")[0],
    ],
)
def test_what_only_looks_like_the_last_is_warned_of_as_by_itself(data: str) -> None:
    inbox, other = Inbox("MZ1"), Inbox("MZ1")
    assert inbox.read((MEDIA % "AAAA").encode()) == Media(bytes(3))
    assert inbox.read(data.encode()) == other.read(data.encode())
    assert inbox.warnings == other.warnings != {}
