"""ElevenLabs' SDK gets sound that an ear understands, over HTTP and from its socket."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from speech.encoding import Encoding
from speech.recording import hear_samples

from .mocks_process import Mocks, run

elevenlabs = pytest.importorskip("elevenlabs", reason="make test-clients installs the SDK")
import httpx  # noqa: E402
from elevenlabs.client import AsyncElevenLabs, ElevenLabs  # noqa: E402
from elevenlabs.core.api_error import ApiError  # noqa: E402

# The SDK reads a close code in a way that websockets advises against.
sdk_warns = pytest.mark.filterwarnings("ignore:ConnectionClosed.*deprecated:DeprecationWarning")
pytestmark = [pytest.mark.system, pytest.mark.clients, sdk_warns]

TEXT = "Your table for two is booked. Anything else?"
ASKED = {"voice_id": "JBFqnCBsd6RMkjVDRZzb", "model_id": "eleven_flash_v2_5"}


@contextmanager
def client_of(mocks: Mocks) -> Iterator[Any]:
    # The SDK does not close a client that it makes itself.
    with httpx.Client() as http:
        client = ElevenLabs(api_key="none", base_url=f"http://{mocks.netloc}", httpx_client=http)
        # Its own socket knows no scheme but wss.
        client.text_to_speech._ws_base_url = f"ws://{mocks.netloc}"
        yield client


def heard(sound: bytes, rate_hz: int = 16000) -> list[tuple[str, int | None]]:
    samples = Encoding.LINEAR16.decode(sound)
    return [(one.text, one.identity) for one in hear_samples(samples, rate_hz)]


def tokens() -> Iterator[str]:
    for word in TEXT.split():
        yield f"{word} "


def test_a_socket_speaks_what_it_is_told_word_by_word(mocks: Mocks) -> None:
    with client_of(mocks) as client:
        spoken = client.text_to_speech.convert_realtime(
            **ASKED, text=tokens(), output_format="pcm_16000"
        )
        sound = b"".join(spoken)
    (work,) = mocks.work()
    assert heard(sound) == [(TEXT, work.identity)]
    assert (work.type, work.text_in, work.text_out) == ("ok", TEXT, TEXT)


@pytest.mark.parametrize("output_format", ["pcm_16000", "pcm_24000"])
def test_sound_is_streamed(mocks: Mocks, output_format: str) -> None:
    async def speak() -> None:
        async with httpx.AsyncClient() as http:
            base_url = f"http://{mocks.netloc}"
            client = AsyncElevenLabs(api_key="none", base_url=base_url, httpx_client=http)
            spoken = client.text_to_speech.stream(**ASKED, text=TEXT, output_format=output_format)
            sound = b"".join([chunk async for chunk in spoken])
        assert [text for text, _ in heard(sound, int(output_format[4:]))] == [TEXT]

    run(speak)


def test_sound_comes_whole(mocks: Mocks) -> None:
    with client_of(mocks) as client:
        spoken = client.text_to_speech.convert(**ASKED, text=TEXT, output_format="pcm_16000")
        assert [text for text, _ in heard(b"".join(spoken))] == [TEXT]


def test_sound_comes_with_the_times_of_its_characters(mocks: Mocks) -> None:
    with client_of(mocks) as client:
        asked = {**ASKED, "text": TEXT, "output_format": "pcm_16000"}
        whole = client.text_to_speech.convert_with_timestamps(**asked)
        parts = list(client.text_to_speech.stream_with_timestamps(**asked))
    for told in ([whole], parts):
        sound = b"".join(base64.b64decode(one.audio_base_64) for one in told)
        assert [text for text, _ in heard(sound)] == [TEXT]
        characters = [text for one in told if one.alignment for text in one.alignment.characters]
        assert "".join(characters) == TEXT


def test_a_format_that_is_not_made_says_what_is(mocks: Mocks) -> None:
    with client_of(mocks) as client, pytest.raises(ApiError) as refused:
        list(client.text_to_speech.stream(**ASKED, text=TEXT))
    assert refused.value.status_code == 400
    assert refused.value.body["detail"]["status"] == "unsupported_output_format"
    assert "pcm_16000" in refused.value.body["detail"]["message"]


def test_a_request_too_many_is_refused_and_not_tried_again(mocks: Mocks) -> None:
    mocks.apply("concurrency", "tts", limit=0)
    with client_of(mocks) as client, pytest.raises(ApiError) as refused:
        list(client.text_to_speech.stream(**ASKED, text=TEXT, output_format="pcm_16000"))
    assert refused.value.status_code == 429
    assert refused.value.body["detail"]["status"] == "too_many_concurrent_requests"
    assert [work.status for work in mocks.work()] == [429]


def test_a_socket_that_asks_for_one_too_many_is_closed(mocks: Mocks) -> None:
    mocks.apply("concurrency", "tts", limit=0)
    with client_of(mocks) as client:
        spoken = client.text_to_speech.convert_realtime(
            **ASKED, text=tokens(), output_format="pcm_16000"
        )
        with pytest.raises(ApiError) as refused:
            list(spoken)
    assert refused.value.status_code == 1008
    assert "maximum of 0 concurrent requests" in refused.value.body


def test_fields_that_are_missing_are_named(mocks: Mocks) -> None:
    with client_of(mocks) as client, pytest.raises(elevenlabs.UnprocessableEntityError) as refused:
        list(client.text_to_speech.stream(**ASKED, text=None, output_format="pcm_16000"))
    assert refused.value.body["detail"][0]["loc"] == ["body", "text"]


def test_voices_and_models_are_listed(mocks: Mocks) -> None:
    with client_of(mocks) as client:
        assert client.voices.get_all().voices
        assert all(model.model_id for model in client.models.list())
