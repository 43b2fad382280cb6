"""Requests and messages that are valid but for one or two places, to every route of every provider.

None of them makes an actor fail: the provider answers, or refuses in words.
"""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.dialogue import Script
from mocks.brain import Brain
from mocks.latency import latencies
from mocks.provider import Provider, Route, load_providers
from mocks.wire import Body, Head, Request
from mocks.world import World

from .drive import Drive

SCHEMA = {"type": "object", "properties": {"date": {"type": "string"}}, "required": ["date"]}
FUNCTION = {"name": "lookup_slots", "parameters": SCHEMA}
CALL = {"id": "1", "type": "function", "function": {"name": "lookup_slots", "arguments": "{}"}}
SPEECH = {
    "model_id": "sonic-3", "transcript": "Hello.", "voice": {"mode": "id", "id": "ann"},
    "output_format": {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 8000},
}  # fmt: skip
PROMPT = {
    "model": "m", "max_tokens": 9, "system": [{"type": "text", "text": "Be kind."}],
    "tools": [{"name": "lookup_slots", "input_schema": SCHEMA}],
    "messages": [
        {"role": "user", "content": "Hi."},
        {"role": "assistant", "content": [
            {"type": "tool_use", "id": "1", "name": "lookup_slots", "input": {"date": "x"}}]},
        {"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": "1", "content": [{"type": "text", "text": "x"}]},
        ]},
    ],
}  # fmt: skip
VALID: dict[str, list[Any]] = {
    "chat/completions": [{
        "model": "m", "stream": True, "stream_options": {"include_usage": True},
        "tools": [{"type": "function", "function": FUNCTION}], "tool_choice": "auto",
        "response_format": {"type": "json_schema", "json_schema": {"schema": SCHEMA}},
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "Hi."}]},
            {"role": "assistant", "content": None, "tool_calls": [CALL]},
            {"role": "tool", "tool_call_id": "1", "content": '{"slots": []}'},
        ],
    }],
    "messages": [{**PROMPT, "stream": True}, PROMPT],
    "tts/bytes": [SPEECH],
    "tts/websocket": [
        {**SPEECH, "context_id": "c", "continue": True, "max_buffer_delay_ms": 0, "flush": True},
        {"context_id": "c", "cancel": True},
    ],
    "stream-input": [
        {"text": " ", "context_id": "c", "voice_settings": {"speed": 1},
         "generation_config": {"chunk_length_schedule": [120]}},
        {"text": "Hello.", "context_id": "c", "flush": True},
        {"context_id": "c", "close_context": True}, {"text": ""},
    ],
    "text-to-speech": [{"text": "Hello.", "model_id": "m", "voice_settings": {"speed": 1}}],
    "listen": [{"type": "Configure", "keyterms": ["x"]}, {"type": "Finalize"}],
    "v3/ws": [
        {"type": "UpdateConfiguration", "max_turn_silence": 400, "format_turns": True},
        {"type": "ForceEndpoint"},
    ],
    "appointments": [{"date": "2026-12-03", "time": "10:00", "name": "Ada"}],
}  # fmt: skip
"""What is valid where; the first name that is part of the path counts."""
KEYS = {
    "authorization": "Token x", "x-api-key": "x", "xi-api-key": "x", "anthropic-version": "1",
}  # fmt: skip
QUERY = {
    "encoding": "linear16", "sample_rate": "8000", "channels": "1", "endpointing": "300",
    "utterance_end_ms": "1000", "output_format": "pcm_8000", "inactivity_timeout": "20",
    "max_turn_silence": "400", "expires_in_seconds": "60", "PageSize": "5", "date": "2026-12-03",
}  # fmt: skip
OWN = {"assemblyai": {"encoding": "pcm_s16le"}}
ODD = [
    None, True, -1, 10**30, 1e308, "", " ", "\ud800", "\0\r\n", "x" * 3000, "²", "1e9", "nan",
    [], {}, [[]], [None], {"": None}, {"type": None}, {"$ref": "#"}, {"anyOf": []},
]  # fmt: skip
ROUTES = [(provider, route) for provider in load_providers() for route in provider.routes]


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every container within a value, with each of its keys."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for key, one in inner:
        found.append((value, key))
        found += places(one) if isinstance(one, dict | list) else []
    return found


def mangled(value: Any, dice: Any) -> bytes:
    copy = json.loads(json.dumps(value))
    for _ in range(dice.choice([0, 1, 1, 2])):
        container, key = dice.choice(places(copy) or [({}, "")])
        container[key] = deepcopy(dice.choice(ODD))
    return json.dumps(copy).encode()


def key_of(provider: Provider) -> str:
    schemes = {"llm": "Bearer x", "telephony": "Basic QUMxOng="}
    return schemes.get(provider.stage, "Token x")


def asked(provider: Provider, route: Route, body: bytes = b"", odd: str = "") -> Request:
    """A request with valid arguments, or `odd` ones."""
    path = route.path.replace("{", "").replace("}", "")
    query = {
        name: [odd or value] for name, value in {**QUERY, **OWN.get(provider.name, {})}.items()
    }
    return Request(route.method, path, query, {**KEYS, "authorization": key_of(provider)}, body)


def assert_answered(drive: Drive, session: int) -> None:
    drive.run()
    assert drive.service.bugs == 0
    head, *rest = drive.to(session)
    assert isinstance(head, Head)
    assert head.status < 500
    assert all(value.isprintable() for value in head.headers.values())
    if head.status >= 400:
        assert any(isinstance(one, Body) and one.data for one in rest)


def a_drive(provider: Provider) -> Drive:
    return Drive(provider, world=World(Brain(Script()), latency=latencies({})))


@pytest.mark.parametrize(("provider", "route"), ROUTES, ids=lambda one: one.name)
@settings(deadline=None, max_examples=10)
@given(dice=st.randoms())
def test_whatever_is_said_is_answered(provider: Provider, route: Route, dice: Any) -> None:
    drive = a_drive(provider)
    valid = next((one for name, one in VALID.items() if name in route.path), [{}])
    session = drive.open(asked(provider, route, mangled(dice.choice(valid), dice)))
    if route.method == "WS":
        for _ in range(4):
            drive.say(session, mangled(dice.choice(valid), dice).decode())
            drive.push(session, bytes(dice.choice([0, 1, 160, 800])))
            drive.run(dice.choice([0, 100]))
    assert_answered(drive, session)


@pytest.mark.parametrize(("provider", "route"), ROUTES, ids=lambda one: one.name)
def test_no_argument_is_too_odd(provider: Provider, route: Route) -> None:
    drive = a_drive(provider)
    for odd in [*map(str, ODD), "a\r\nSet-Cookie: b"]:
        # The server reads no surrogates from a query.
        session = drive.open(asked(provider, route, odd=odd.encode(errors="replace").decode()))
        assert_answered(drive, session)
