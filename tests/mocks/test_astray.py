from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from mocks.astray import astray
from mocks.provider import Provider, load_providers
from mocks.wire import Request

ALL = load_providers()
BEARER = {"authorization": "Bearer sk-x"}
ANTHROPIC = {"x-api-key": "x", "anthropic-version": "2023-06-01"}
DEEPGRAM = {"authorization": "Token x"}
ELEVENLABS = {"xi-api-key": "x"}
NONE: Mapping[str, str] = {}


def whose(provider: Provider | None) -> str:
    return provider.name if provider else ""


@pytest.mark.parametrize(
    ("method", "path", "headers", "provider", "remedy"),
    [
        ("POST", "/chat/completions", NONE, "openai", "the base URL of openai lacks /v1"),
        ("GET", "/models", NONE, "", "the base URL lacks /v1"),
        ("GET", "/models", ANTHROPIC, "anthropic", "the base URL of anthropic lacks /v1"),
        ("POST", "/messages", ANTHROPIC, "anthropic", "the base URL of anthropic lacks /v1"),
        ("WS", "/listen", DEEPGRAM, "deepgram", "the base URL of deepgram lacks /v1"),
        ("POST", "/v1/v1/messages", ANTHROPIC, "anthropic",
         "the base URL of anthropic has /v1 too much"),
        ("WS", "/v1/tts/websocket", NONE, "cartesia", "the base URL of cartesia has /v1 too much"),
        ("WS", "/a%20%0A/v3/ws", NONE, "assemblyai",
         "the base URL of assemblyai has /a%2520%250A too much"),
        ("GET", "/v1/chat/completions", NONE, "openai", "this path is served for POST"),
        ("POST", "/v1/models", ELEVENLABS, "elevenlabs", "this path is served for GET"),
        ("WS", "/v2/listen", DEEPGRAM, "deepgram", "the paths of deepgram here are WS /v1/listen"),
        ("WS", "/", DEEPGRAM, "deepgram", "the paths of deepgram here are WS /v1/listen"),
        ("POST", "/tts/sse", NONE, "cartesia",
         "the paths of cartesia here are WS /tts/websocket, POST /tts/bytes"),
        ("POST", "/v1/embeddings", BEARER, "openai",
         "the paths of openai here are POST /v1/chat/completions, GET /v1/models, "
         "GET /v1/models/{id}"),
    ],
)  # fmt: skip
def test_what_was_meant(
    method: str, path: str, headers: Mapping[str, str], provider: str, remedy: str
) -> None:
    found = astray(Request(method, path, headers=headers), ALL)
    assert (whose(found.provider), found.remedy) == (provider, remedy)


def test_who_is_known_by_nothing_is_told_all_paths_of_the_port() -> None:
    found = astray(Request("GET", "/v1/nothing"), load_providers(["llm"]))
    assert found.provider is None
    assert found.remedy.startswith("the paths here are POST /v1/messages, ")
    assert "POST /v1/chat/completions" in found.remedy
    assert "/tts" not in found.remedy


@pytest.mark.parametrize(
    ("path", "headers", "place"),
    [
        ("/v1/x", BEARER, ("error", "message")),
        ("/v1/x", ANTHROPIC, ("error", "message")),
        ("/v1/x", DEEPGRAM, ("err_msg",)),
        ("/v1/x", ELEVENLABS, ("detail",)),
        ("/v3/x", NONE, ("error",)),
        ("/tts/x", {"cartesia-version": "2026-03-01"}, ("message",)),
        ("/2010-04-01/x", NONE, ("message",)),
        ("/tools/x", NONE, ("message",)),
        ("/x", NONE, ("error", "message")),
    ],
)
def test_it_is_told_where_the_provider_tells_its_errors(
    path: str, headers: Mapping[str, str], place: tuple[str, ...]
) -> None:
    head, body = astray(Request("GET", path, headers=headers), ALL).answer()
    assert head.status == 404
    told: Any = json.loads(body.data)
    for name in place:
        told = told[name]
    assert told.startswith(f"fastbusy serves no GET {path}: the paths ")


def test_the_method_alone_is_wrong() -> None:
    head, _ = astray(Request("PUT", "/v1/listen"), ALL).answer()
    assert head.status == 405


def test_no_path_breaks_the_answer() -> None:
    for path in ("", "*", "\ud800/\r\n\0", "/v1/" + "x/" * 5000, "/v1/listen\nX: y"):
        for headers in (NONE, DEEPGRAM):
            head, body = astray(Request("GET", path, headers=headers), ALL).answer()
            assert json.loads(body.data)
            assert not any(set(value) & set("\r\n\0") for value in head.headers.values())
