import pytest

from harness.protocols import twiml
from harness.protocols.twiml import TwimlError


def parse(verbs: str) -> tuple[twiml.Verb, ...]:
    return twiml.parse(f'<?xml version="1.0"?><Response>{verbs}</Response>'.encode())


def test_a_bidirectional_stream_with_parameters() -> None:
    (verb,) = parse(
        '<Connect action="/next"><Stream url=" wss://voice.example/media " name="s">'
        '<Parameter name="tenant" value="demo"/><Parameter name="who"/></Stream></Connect>'
    )
    assert verb == twiml.Stream("wss://voice.example/media", {"tenant": "demo", "who": ""})


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        (
            "<Say voice='alice'>Please\n  <break/> call later.</Say>",
            twiml.Say("Please call later."),
        ),
        (
            "<Play loop='0'>https://a.example/busy.wav</Play>",
            twiml.Play("https://a.example/busy.wav"),
        ),
        ("<Pause/>", twiml.Pause(1.0)),
        ("<Pause length='3'/>", twiml.Pause(3.0)),
        ("<Pause length='-3'/>", twiml.Pause(0.0)),
        ("<Pause length='soon'/>", twiml.Pause(1.0)),
        ("<Reject/>", twiml.Reject("rejected")),
        ("<Reject reason='busy'/>", twiml.Reject("busy")),
        ("<Hangup/>", twiml.Hangup()),
        ("<Redirect method='get'>/next</Redirect>", twiml.Redirect("/next", "GET")),
        ("<Dial><Number>+14155550111</Number></Dial>", twiml.Dial("+14155550111")),
        ("<Enqueue>support</Enqueue>", twiml.Enqueue("support")),
        ("<Connect><Room>a</Room></Connect>", twiml.Unknown("Connect/Room")),
        ("<Gather/>", twiml.Unknown("Gather")),
    ],
)
def test_each_verb(text: str, verb: twiml.Verb) -> None:
    assert parse(text) == (verb,)


def test_verbs_stay_in_order_and_none_is_fine() -> None:
    assert parse("<Pause/><Hangup/>") == (twiml.Pause(), twiml.Hangup())
    assert parse("") == ()


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"", "is no XML"),
        (b"busy", "is no XML"),
        (b"<Response><Say></Response>", "is no XML"),
        (b"<html/>", "root is <html>"),
        (b"<Response>" + b" " * twiml.LIMIT_BYTES + b"</Response>", "at most"),
        (b'<?xml version="1.0" encoding="klingon"?><Response/>', "is no XML"),
        (b'<!DOCTYPE r [<!ENTITY a "b">]><Response>&a;</Response>', "document type"),
    ],
)
def test_what_is_no_twiml_says_why(document: bytes, reason: str) -> None:
    with pytest.raises(TwimlError, match=reason):
        twiml.parse(document)
