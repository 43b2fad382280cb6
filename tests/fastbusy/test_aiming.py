"""Whom to call and how, from a scenario's agent and a command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fastbusy.aiming import Aimed, Said, aimed
from fastbusy.target_options import Aim
from harness.files.grammar import Loaded, Source
from harness.planning.reach import ClientCert, Correlate
from kernel.errors import FileProblems, UsageError
from tests.harness.catalogue import SCENARIO, scenario

AGENT = "{webhook: reference, limit: 20}"
WHOLE = """
  webhook: https://me:${PASS}@voice.staging.example/incoming
  signed_as: https://voice.example/incoming
  auth_token: ${TOKEN}
  connect_to: 127.0.0.1:8443
  command: ./agent --port ${PORT:-8443}
  headers: {x-env: staging, x-gateway-key: "v1 ${TOKEN}"}
  parameters: {tenant: demo}
  correlate: {header: x-call-sid}
  limit: unknown
"""
ENVIRONMENT = {"TOKEN": "hush-hush", "PASS": "open-sesame"}


def aim(agent: str = AGENT, said: Said = Said(), **environment: str) -> Aimed:  # noqa: B008
    loaded = scenario(SCENARIO.replace(AGENT, agent), **ENVIRONMENT, **environment)
    return aimed(loaded, said, ENVIRONMENT, host="127.0.0.1", port_base=9700)


def test_a_whole_agent() -> None:
    found = aim(WHOLE)
    target = found.target
    assert target.webhook == "https://me:open-sesame@voice.staging.example/incoming"
    assert target.auth_token == "hush-hush"
    assert str(target.connect_to) == "127.0.0.1:8443"
    assert target.headers == {"x-env": "staging", "x-gateway-key": "v1 hush-hush"}
    assert target.correlate == Correlate(header="x-call-sid")
    assert (found.sample, found.command) == ("", "./agent --port ${PORT:-8443}")
    assert found.secrets.conceal("hush-hush, open-sesame, demo") == "…, …, demo"


def test_the_token_that_everybody_has_is_no_secret() -> None:
    found = aim("http://a/v")
    assert found.target.auth_token == "fastbusy"
    assert not found.secrets


def test_a_stream_alone_is_called_without_webhook() -> None:
    for found in (aim("{stream: 'wss://a/ws'}"), aim("{limit: 3}", Said(aim=Aim("wss://a/ws")))):
        assert (found.target.webhook, found.target.stream) == ("wss://a/ws", "")


def test_a_stream_beside_a_webhook_takes_the_place_of_the_twimls() -> None:
    found = aim("http://a/v", Said(aim=Aim(stream_url="ws://127.0.0.1:1/ws"))).target
    assert (found.webhook, found.stream) == ("http://a/v", "ws://127.0.0.1:1/ws")


def test_another_agent_is_neither_dialled_nor_started_as_the_scenarios() -> None:
    written = "{webhook: 'http://a/v', stream: 'ws://a/ws', command: ./a, limit: 4}"
    found = aim(written, Said("http://b/v"))
    assert (found.target.webhook, found.target.stream, found.command) == ("http://b/v", "", "")
    assert found.target.limit == 4
    assert aim(written, Said("http://b/v", "./b")).command == "./b"


def test_a_sample_agent_is_reached_directly() -> None:
    found = aim(WHOLE, Said("flawed:silent-drop"))
    assert (found.sample, found.command) == ("flawed:silent-drop", "")
    target = found.target
    assert target.webhook == "http://127.0.0.1:9650/incoming"
    assert (target.connect_to, target.headers, target.signed_as) == (None, {}, "")
    assert (target.auth_token, target.parameters) == ("hush-hush", {"tenant": "demo"})
    with pytest.raises(UsageError) as caught:
        aim(said=Said(aim=Aim(connect_to="127.0.0.1:1")))
    assert str(caught.value) == (
        "--connect-to: means nothing to the sample agent reference\n"
        "  → name your own agent with --agent, or leave it out"
    )


def test_callbacks_are_the_scenarios_and_not_those_of_an_agent_that_is_not_called() -> None:
    written = (
        "{webhook: reference, fallback_url: /sorry, status_callback: 'https://${PASS}@a/over'}"
    )
    target = aim(written).target
    assert (target.fallback_url, target.status_callback) == ("/sorry", "https://open-sesame@a/over")
    assert "open-sesame" in target.secrets
    target = aim(written, Said("flawed:silent-drop")).target
    assert (target.fallback_url, target.status_callback) == ("", "")


def test_files_lie_beside_the_scenario_or_where_the_command_is_given() -> None:
    loaded = scenario(SCENARIO.replace(AGENT, "{webhook: 'https://a/v', ca: ca.pem}"))
    with pytest.raises(FileProblems) as caught:
        aimed(
            Loaded(loaded.value, Source("there/s.yaml", loaded.source.lines)),
            Said(aim=Aim(client_cert="me.pem", client_key="/keys/me.key")),
            {},
            host="127.0.0.1",
            port_base=9700,
        )
    assert [str(problem) for problem in caught.value.problems] == [
        "there/s.yaml:3: there/ca.pem cannot be read: No such file or directory\n"
        "  → name the PEM file of the authority that signed it",
        "--client-cert: me.pem cannot be read: No such file or directory\n"
        "  → name a PEM file with certificate or key",
        "--client-key: /keys/me.key cannot be read: No such file or directory\n"
        "  → name a PEM file with certificate or key",
    ]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            {"headers": ["Host: b"]},
            "--header: Host is the host of the URL\n"
            "  → put that name into the URL, and the address itself into connect_to",
        ),
        (
            {"headers": ["X-Token: hush"]},
            "--header: X-Token: a secret does not belong here\n"
            "  → write ${NAME} and set NAME in the environment",
        ),
        (
            {"parameters": ["api_key=hush-hush"]},
            "--parameter: api_key: a secret does not belong here\n"
            "  → write ${NAME} and set NAME in the environment",
        ),
        (
            {"stream_url": "http://a/ws"},
            "--stream-url: 'http://a/ws' is no ws:// or wss:// URL\n"
            "  → write the whole URL, beginning with ws:// or wss://",
        ),
    ],
)
def test_what_is_wrong_is_told_at_its_option(said: dict[str, Any], told: str) -> None:
    with pytest.raises(FileProblems) as caught:
        aim("http://a/v", Said(aim=Aim(**said)))
    assert str(caught.value) == told


def test_a_certificate_with_its_key() -> None:
    written = "{webhook: 'https://a/v', client_cert: {cert: /a.pem, key: /a.key}}"
    value = scenario(SCENARIO.replace(AGENT, written)).value
    assert value.agent
    assert value.agent.client_cert == ClientCert("/a.pem", "/a.key")
    short = scenario(SCENARIO.replace(AGENT, "{webhook: 'https://a/v', client_cert: a.pem}")).value
    assert short.agent
    assert short.agent.client_cert == ClientCert("a.pem")
    assert Path(short.agent.client_cert.key_file) == Path("a.pem")


def test_an_agent_that_dials_out_needs_no_webhook() -> None:
    found = aim("{dial_out: 'http://a/dialout'}").target
    assert found.dial_out
    assert found.webhook == found.dial_out.url == "http://a/dialout"
    assert (found.dial_out.body["to_number"], float(found.dial_out.within_s)) == ("{to}", 30.0)


def test_dialling_out_is_told_beside_the_webhook() -> None:
    written = "{webhook: 'http://a/in', dial_out: {url: /start, body: {n: '{to}'}, within: 5s}}"
    found = aim(written).target
    assert found.dial_out
    assert (found.webhook, found.dial_out.url) == ("http://a/in", "http://a/start")
    assert (found.dial_out.body, float(found.dial_out.within_s)) == ({"n": "{to}"}, 5.0)
    moved = aim(written, Said("http://b/in")).target.dial_out
    assert moved
    assert (moved.url, moved.body) == ("http://b/start", {"n": "{to}"})


def test_another_agent_than_the_scenarios_is_told_at_its_own_url() -> None:
    written = "{dial_out: {url: 'http://a/start', body: {n: '{to}'}}}"
    found = aim(written, Said("http://b/call")).target
    assert found.dial_out
    assert (found.webhook, found.dial_out.url) == ("http://b/call", "http://b/call")
    assert found.dial_out.body == {"n": "{to}"}


@pytest.mark.parametrize(
    ("written", "agent", "option"),
    [
        ("{dial_out: 'http://a/start'}", "reference", ""),
        ("{webhook: reference}", "", "/dialout"),
        ("{limit: 3}", "", "/dialout"),
    ],
)
def test_a_sample_agent_dials_out_as_well(written: str, agent: str, option: str) -> None:
    target = aim(written, Said(agent, aim=Aim(dial_out=option))).target
    assert target.dial_out
    assert target.webhook == "http://127.0.0.1:9650/incoming"
    assert target.dial_out.url == "http://127.0.0.1:9650/dialout"


def test_the_command_line_may_say_where_an_agent_is_told_to_call() -> None:
    target = aim("http://a/in", Said(aim=Aim(dial_out="http://a/start?key=${TOKEN}"))).target
    assert target.dial_out
    assert target.dial_out.url == "http://a/start?key=hush-hush"
    assert "hush-hush" in target.secrets
    with pytest.raises(FileProblems) as caught:
        aim("http://a/in", Said(aim=Aim(dial_out="ftp://a/start")))
    assert str(caught.value).startswith("--dial-out: nobody can be told")
