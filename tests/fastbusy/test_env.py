"""The environment that points an agent at the mocks."""

from __future__ import annotations

import pytest

from fastbusy.env import FORMATS, environment, environment_at, ports, told_token


def test_one_port_serves_every_provider() -> None:
    env = environment("127.0.0.1", 8700)
    assert env["OPENAI_BASE_URL"] == "http://127.0.0.1:8700/v1"
    assert env["ANTHROPIC_BASE_URL"] == "http://127.0.0.1:8700"
    assert env["DEEPGRAM_BASE_URL"] == "http://127.0.0.1:8700"
    assert env["TOOLS_BASE_URL"] == "http://127.0.0.1:8700/tools"


def test_each_stage_at_its_own_port() -> None:
    env = environment("mocks", 9700, one_port=False)
    assert env["DEEPGRAM_BASE_URL"] == "http://mocks:9701"
    assert env["OPENAI_BASE_URL"] == "http://mocks:9702/v1"
    assert env["CARTESIA_BASE_URL"] == "http://mocks:9703"
    assert env["TOOLS_BASE_URL"] == "http://mocks:9705/tools"
    assert env["TWILIO_BASE_URL"] == "http://mocks:9706"


def test_stages_may_be_anywhere() -> None:
    env = environment_at(lambda stage: f"http://{stage}.example")
    assert env["OPENAI_BASE_URL"] == "http://llm.example/v1"
    assert env.keys() == environment().keys()


def test_every_base_url_has_a_dummy_key_beside_it() -> None:
    env = environment()
    assert {"OPENAI_API_KEY", "DEEPGRAM_API_KEY", "CARTESIA_API_KEY"} <= env.keys()
    assert all(env.values())


@pytest.mark.parametrize("name", FORMATS)
def test_formats_name_the_mocks(name: str) -> None:
    assert "127.0.0.1:8700" in FORMATS[name](environment())


def test_elevenlabs_is_found_beside_cartesia() -> None:
    env = environment("mocks", 9700, one_port=False)
    assert env["ELEVENLABS_BASE_URL"] == env["CARTESIA_BASE_URL"] == "http://mocks:9703"
    assert env["ELEVEN_API_KEY"] == env["ELEVENLABS_API_KEY"]
    assert 'url="ws://mocks:9703"' in FORMATS["pipecat"](env)
    assert 'base_url="http://mocks:9703/v1"' in FORMATS["livekit"](env)
    assert '_ws_base_url = "ws://mocks:9703"' in FORMATS["sdk"](env)


@pytest.mark.parametrize("name", ["sdk", "pipecat", "livekit"])
def test_formats_name_both_language_models(name: str) -> None:
    text = FORMATS[name](environment(one_port=False))
    assert '"http://127.0.0.1:8702/v1"' in text
    assert 'base_url="http://127.0.0.1:8702"' in text


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("sdk", 'api_host="ws://127.0.0.1:8700"'),
        ("pipecat", 'api_endpoint_base_url="ws://127.0.0.1:8700/v3/ws"'),
        ("livekit", 'base_url="ws://127.0.0.1:8700"'),
    ],
)
def test_assemblyais_clients_keep_the_scheme(name: str, url: str) -> None:
    assert url in FORMATS[name](environment())


def test_pipecat_is_told_voices_by_settings() -> None:
    """Its services warn of `voice_id`."""
    text = FORMATS["pipecat"](environment())
    assert text.count('Settings(voice="any")') == 2
    assert "voice_id" not in text


def test_shell_quotes_what_the_shell_would_eat() -> None:
    assert FORMATS["shell"]({"A": "b c"}).endswith("\nexport A='b c'\n")


def test_everybody_has_a_port_of_their_own() -> None:
    listening = ports(9700)
    assert (listening["every provider"], listening["llm"]) == (9700, 9702)
    assert listening["a sample agent"] == 9650
    assert len(set(listening.values())) == len(listening)


def test_an_agent_is_told_the_token_that_its_calls_are_signed_with() -> None:
    assert told_token({"A": "1", "TWILIO_AUTH_TOKEN": "fastbusy"}, "own") == {
        "A": "1", "TWILIO_AUTH_TOKEN": "own",
    }  # fmt: skip
