"""What must hold for an agent's address and all that belongs to it."""

from __future__ import annotations

from typing import Any

import pytest

from harness.files.grammar import Filled, Flaw, Secret, Shell
from harness.files.targets import client_cert_flaws, correlate_flaws, target_flaws
from harness.planning.plan import Target
from harness.planning.reach import ClientCert, Correlate, DialOut
from kernel.units import Duration

TOKEN = Filled.of("Bearer hush-hush", "Bearer ${TOKEN}", ["hush-hush"])
SHORT = Filled.of("Bearer hush", "Bearer ${TOKEN}", ["hush"])
PORT = Filled.of("http://a:8080/v", "http://a:${PORT}/v", ["8080"])


def short(*path: str) -> Flaw:
    return Flaw(
        path,
        f"{path[-1]}: a secret of fewer than 6 characters is taken for a word",
        "set a longer one: this one would stand in what a run writes",
    )


@pytest.mark.parametrize(
    "target",
    [
        Target(),
        Target(webhook=Filled("reference"), limit=20),
        Target(webhook=Filled("http://a/v"), stream=Filled("wss://a/ws"), command=Shell("./a")),
        Target(stream=Filled("ws://a/ws"), signed_as=Filled("wss://b/ws")),
        Target(webhook=Filled("reference"), dial_out=DialOut(Filled("/dialout"))),
        Target(dial_out=DialOut(Filled("http://a/dialout")), command=Shell("./a")),
        Target(headers={"Authorization": TOKEN, "x-env": Filled("staging")}),
        Target(webhook=PORT, auth_token=Secret("hush-hush"), parameters={"api_key": TOKEN}),
        Target(parameters={"keyword": Filled("dental"), "max_tokens": Filled("100")}),
    ],
)
def test_sound_targets(target: Target) -> None:
    assert list(target_flaws(target)) == []


@pytest.mark.parametrize(
    ("said", "flaw"),
    [
        (
            {"stream": Filled("https://a/ws?key=hush")},
            Flaw(
                ("stream",),
                "stream: 'https://a/ws?key=…' is no ws:// or wss:// URL",
                "write the whole URL, beginning with ws:// or wss://",
            ),
        ),
        (
            {"webhook": Filled("http://me:hush@[::1/in")},
            Flaw(
                ("webhook",),
                "no agent can be called at 'http://…@[::1/in': Invalid IPv6 URL",
                "write the whole URL, such as http://127.0.0.1:8080/incoming",
            ),
        ),
        (
            {"stream": Filled("wss:///ws")},
            Flaw(("stream",), "stream: 'wss:///ws': it names no host", "write the whole URL"),
        ),
        (
            {"signed_as": Filled("voice.example")},
            Flaw(
                ("signed_as",),
                "signed_as: 'voice.example' is no http:// or https:// or ws:// or wss:// URL",
                "write the whole URL, beginning with http:// or https:// or ws:// or wss://",
            ),
        ),
        (
            {"command": Shell("./agent")},
            Flaw(
                ("command",),
                "nobody knows where the agent is to be called",
                "give its webhook or its stream as well",
            ),
        ),
        (
            {"headers": {"host": Filled("a")}},
            Flaw(
                ("headers", "host"),
                "Host is the host of the URL",
                "put that name into the URL, and the address itself into connect_to",
            ),
        ),
        (
            {"headers": {"X-Twilio-Signature": Filled("a")}},
            Flaw(
                ("headers", "X-Twilio-Signature"),
                "X-Twilio-Signature is not free",
                "give what signs as auth_token, and the URL that is signed as signed_as",
            ),
        ),
        (
            {"headers": {"User-Agent": Filled("a")}},
            Flaw(
                ("headers", "User-Agent"),
                "User-Agent is not free",
                "take it out: Twilio's requests have their own",
            ),
        ),
        (
            {"headers": {"x env": Filled("a")}},
            Flaw(("headers", "x env"), "'x env' cannot name a header", "use letters, digits and -"),
        ),
        (
            {"headers": {"x-env": Filled("a\nb: c")}},
            Flaw(
                ("headers", "x-env"),
                "the value of x-env has a line break in it",
                "write it in one line",
            ),
        ),
        (
            {"headers": {"Authorization": Filled("Bearer hush")}},
            Flaw(
                ("headers", "Authorization"),
                "Authorization: a secret does not belong here",
                "write ${NAME} and set NAME in the environment",
            ),
        ),
        (
            {"webhook": Filled("https://me:hush@a/v"), "headers": {"Authorization": TOKEN}},
            Flaw(
                ("headers", "Authorization"),
                "Authorization: the user in the webhook's URL makes this header as well",
                "take one of them out",
            ),
        ),
        *(
            (
                {"parameters": {name: Filled("hush-hush")}},
                Flaw(
                    ("parameters", name),
                    f"{name}: a secret does not belong here",
                    "write ${NAME} and set NAME in the environment",
                ),
            )
            for name in ("api_key", "authToken", "token", "db-password", "client_secret")
        ),
        *(
            ({**said}, short(*path))
            for said, path in (
                ({"auth_token": Secret("hush")}, ("auth_token",)),
                ({"headers": {"Authorization": SHORT}}, ("headers", "Authorization")),
                ({"parameters": {"api_key": SHORT}}, ("parameters", "api_key")),
            )
        ),
    ],
)
def test_what_is_wrong_has_place_value_and_remedy(said: dict[str, Any], flaw: Flaw) -> None:
    assert list(target_flaws(Target(**said))) == [flaw]


@pytest.mark.parametrize(
    ("correlate", "flaw"),
    [
        (
            Correlate(),
            Flaw(
                (),
                "correlate: it names nothing to tell calls by",
                "write {header: x-call-sid} or {metadata: call_sid}, or take correlate out",
            ),
        ),
        (
            Correlate("x call sid"),
            Flaw(("header",), "'x call sid' cannot name a header", "use letters, digits and -"),
        ),
        (
            Correlate("authorization"),
            Flaw(
                ("header",),
                "authorization carries a secret, which is no name for a call",
                "name the header in which the agent sends the CallSid",
            ),
        ),
    ],
)
def test_what_tells_no_calls_apart(correlate: Correlate, flaw: Flaw) -> None:
    assert list(correlate_flaws(correlate)) == [flaw]
    assert not list(correlate_flaws(Correlate("x-call-sid")))
    assert not list(correlate_flaws(Correlate(metadata="call_sid")))


def test_a_short_password_would_be_read_by_everybody() -> None:
    assert list(client_cert_flaws(ClientCert("a.pem", password=Secret("hush")))) == [
        short("password")
    ]
    assert not list(client_cert_flaws(ClientCert("a.pem")))


@pytest.mark.parametrize(
    ("webhook", "url", "told"),
    [
        ("", "/dialout", "no webhook says of which server"),
        ("ws://a/s", "/dialout", "no webhook says of which server"),
        ("", "ftp://a/dialout", "it is no http:// or https:// URL"),
        ("http://a/in", "http:///dialout", "it names no host"),
    ],
)
def test_where_nobody_can_be_told_to_call(webhook: str, url: str, told: str) -> None:
    target = Target(webhook=Filled(webhook), dial_out=DialOut(Filled(url)))
    (flaw,) = target_flaws(target)
    assert flaw.path == ("dial_out", "url")
    assert told in flaw.what


def test_an_order_takes_time() -> None:
    dial_out = DialOut(Filled("http://a/d"), within_s=Duration(0))
    (flaw,) = target_flaws(Target(dial_out=dial_out))
    assert flaw.path == ("dial_out", "within")
