import base64
import json

from desk import twilio

# The example of twilio.com/docs/usage/security, "Validating requests are coming from Twilio".
TOKEN = "12345"
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
FORM = [
    ("Digits", "1234"),
    ("To", "+18005551212"),
    ("From", "+12349013030"),
    ("Caller", "+12349013030"),
    ("CallSid", "CA1234567890ABCDE"),
]
SIGNATURE = "0/KCTR6DLpKmkAf8muzZqo1nDgQ="


def test_the_documented_signature() -> None:
    assert twilio.signature(TOKEN, URL, FORM) == SIGNATURE
    assert twilio.is_signed(TOKEN, URL, [*FORM, FORM[0]], SIGNATURE)


def test_any_change_breaks_the_signature() -> None:
    assert not twilio.is_signed("54321", URL, FORM, SIGNATURE)
    assert not twilio.is_signed(TOKEN, URL + "3", FORM, SIGNATURE)
    assert not twilio.is_signed(TOKEN, URL, FORM[1:], SIGNATURE)
    assert not twilio.is_signed(TOKEN, URL, FORM, "")
    assert not twilio.is_signed(TOKEN, URL, FORM, "ü")


def test_twiml_quotes_the_url() -> None:
    answer = twilio.connect('wss://host/media?"&')
    assert answer.endswith(
        "<Response><Connect><Stream url='wss://host/media?\"&amp;'/></Connect></Response>"
    )
    assert '<Response><Reject reason="busy"/></Response>' in twilio.REJECT


def test_messages_of_a_stream() -> None:
    media = json.loads(twilio.media("MZ1", b"\x00\xff"))
    assert base64.b64decode(media["media"].pop("payload")) == b"\x00\xff"
    assert media == {"event": "media", "streamSid": "MZ1", "media": {}}
    expected = {"event": "mark", "streamSid": "MZ1", "mark": {"name": "1600"}}
    assert json.loads(twilio.mark("MZ1", "1600")) == expected
    assert json.loads(twilio.clear("MZ1")) == {"event": "clear", "streamSid": "MZ1"}
