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
    assert verb == twiml.Stream(
        "wss://voice.example/media", {"tenant": "demo", "who": ""}, name="s", action="/next"
    )


def test_callbacks_of_a_stream() -> None:
    (verb,) = parse(
        '<Connect method="get"><Stream url="wss://a" statusCallback=" /s "'
        ' statusCallbackMethod="get"/></Connect>'
    )
    assert verb == twiml.Stream(
        "wss://a", status_callback="/s", status_callback_method="GET", method="GET"
    )


def test_prompts_of_a_gather() -> None:
    (verb,) = parse(
        '<Gather timeout="2" action="/keys"><Say loop="2">Press one.</Say><Pause/><Dial/></Gather>'
    )
    assert verb == twiml.Gather((twiml.Say("Press one.", 2), twiml.Pause()), 2.0)


START = twiml.Start(twiml.Stream("wss://a", name="s"))


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        (
            "<Say voice='alice'>Please\n  <break/> call later.</Say>",
            twiml.Say("Please call later."),
        ),
        (
            "<Play loop='0'>https://a.example/busy.wav</Play>",
            twiml.Play("https://a.example/busy.wav", 0),
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
        ("<Gather/>", twiml.Gather()),
        ("<Gather timeout='auto'/>", twiml.Gather()),
        ("<Say loop='often'>Hi</Say>", twiml.Say("Hi")),
        ("<Start><Stream url='wss://a' name='s'/></Start>", START),
        ("<Start><Siprec/></Start>", twiml.Unknown("Start/Siprec")),
        ("<Stop><Stream name='s'/></Stop>", twiml.Stop("s")),
        ("<Stop/>", twiml.Unknown("Stop")),
        ("<Redirect method='PUT'>/next</Redirect>", twiml.Redirect("/next", "POST")),
        ("<Record/>", twiml.Unknown("Record")),
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
