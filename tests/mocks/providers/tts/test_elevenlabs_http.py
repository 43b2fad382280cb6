from __future__ import annotations

import base64
import json
from itertools import pairwise
from typing import Any

import pytest

from mocks.wire import Request

from .elevenlabs_client import KEY, Service, body_of
from .tts_client import heard

TEXT = "Hello there, how are you?"
ASKED = {"text": TEXT, "model_id": "eleven_flash_v2_5", "voice_settings": {"speed": 1.0}}


def get(service: Service, path: str, headers: dict[str, str]) -> int:
    return service.open(Request("GET", path, headers=headers))


def characters(times: dict[str, list[Any]]) -> list[tuple[str, float, float]]:
    return list(
        zip(
            times["characters"],
            times["character_start_times_seconds"],
            times["character_end_times_seconds"],
            strict=True,
        )
    )


@pytest.mark.parametrize("path", ["", "/stream"])
def test_sound_is_the_utterance(path: str) -> None:
    service = Service(first_s=0.2)
    head, *_ = answer = service.ask(path, ASKED)
    assert (head.status, head.headers["Content-Type"]) == (200, "audio/pcm")
    assert head.headers["character-cost"] == str(len(TEXT))
    assert {"request-id", "history-item-id"} <= head.headers.keys()
    assert ("Content-Length" in head.headers) == (path == "")
    assert heard(body_of(answer)) == TEXT
    (work,) = service.work
    assert (work.type, work.status, work.text_in, work.text_out) == ("ok", 200, TEXT, TEXT)


def test_a_stream_begins_before_the_sound_is_made() -> None:
    service = Service(first_s=0.2)
    service.ask("/stream", ASKED)
    whole = Service(first_s=0.2)
    whole.ask("", ASKED)
    assert service.times(1)[0] == pytest.approx(200)
    assert whole.times(1)[0] > 400


def test_times_come_beside_the_whole_sound() -> None:
    told = json.loads(body_of(Service().ask("/with-timestamps", ASKED)))
    assert heard(base64.b64decode(told["audio_base64"])) == TEXT
    assert told["alignment"] == told["normalized_alignment"]
    found = characters(told["alignment"])
    assert "".join(text for text, _, _ in found) == TEXT
    assert all(before[2] == after[1] for before, after in pairwise(found))


def test_times_come_line_by_line() -> None:
    answer = Service().ask("/stream/with-timestamps", ASKED)
    lines = [json.loads(line) for line in body_of(answer).splitlines()]
    assert len(lines) == len(answer) - 1
    assert heard(b"".join(base64.b64decode(one["audio_base64"]) for one in lines)) == TEXT
    found = [one for line in lines if line["alignment"] for one in characters(line["alignment"])]
    whole = json.loads(body_of(Service().ask("/with-timestamps", ASKED)))
    assert found == characters(whole["alignment"])


def test_a_request_without_a_key_is_refused() -> None:
    service = Service()
    head, body = service.ask("/stream", ASKED, headers={})
    assert head.status == 401
    assert json.loads(body.data)["detail"]["status"] == "needs_authorization"


@pytest.mark.parametrize(
    ("body", "loc"),
    [({}, ["body", "text"]), ({"text": 3}, ["body", "text"]), ([1], ["body"]), (b"{", ["body"]),
     ({"text": "Hi", "voice_settings": 1}, ["body", "voice_settings"])],
)  # fmt: skip
def test_fields_that_are_wrong_are_named(body: Any, loc: list[str]) -> None:
    head, told = Service().ask("/stream", body)
    (fault,) = json.loads(told.data)["detail"]
    assert (head.status, fault["loc"]) == (422, loc)


@pytest.mark.parametrize(
    ("body", "query", "status"),
    [({"text": " "}, {}, "input_text_empty"),
     ({"text": "x" * 40_001}, {}, "max_character_limit_exceeded"),
     (ASKED, {"output_format": "mp3_44100_128"}, "unsupported_output_format")],
)  # fmt: skip
def test_what_cannot_be_spoken_is_refused(body: Any, query: dict[str, str], status: str) -> None:
    service = Service()
    head, told = service.ask("/stream", body, **query)
    assert (head.status, json.loads(told.data)["detail"]["status"]) == (400, status)
    assert service.work[0].type == "fail"


def test_one_request_too_many_is_refused() -> None:
    service = Service()
    service.apply("concurrency", limit=0)
    head, told = service.ask("/stream", ASKED)
    assert head.status == 429
    assert head.headers["maximum-concurrent-requests"] == "0"
    assert "Retry-After" not in head.headers
    assert json.loads(told.data)["detail"]["code"] == "concurrent_limit_exceeded"


def test_too_many_requests_find_a_busy_system() -> None:
    service = Service()
    service.apply("rate_limit", requests="1/h", burst=1, retry_after="1400ms")
    service.ask("/stream", ASKED)
    head, told = service.ask("/stream", ASKED)
    assert (head.status, head.headers["Retry-After"]) == (429, "2")
    assert json.loads(told.data)["detail"]["status"] == "system_busy"


def test_voices_and_models_are_listed() -> None:
    service = Service()
    for path, read in (
        ("/v1/voices", lambda told: told["voices"][0]["voice_id"]),
        ("/v1/models", lambda told: told[0]["model_id"]),
    ):
        number = get(service, path, KEY)
        head, body = service.to(number)
        assert head.status == 200
        assert read(json.loads(body.data))
        assert service.to(get(service, path, {}))[0].status == 401
    assert {work.purpose for work in service.work if work.type == "ok"} == {"prewarm"}
