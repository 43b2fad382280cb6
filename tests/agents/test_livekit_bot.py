from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_the_requirements_pin_the_framework() -> None:
    lines = (ROOT / "agents/requirements-livekit.txt").read_text().splitlines()
    framework = next(line for line in lines if line.startswith("livekit-agents["))
    assert "==" in framework


@pytest.mark.clients
def test_a_session_follows_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("livekit.agents")
    import asyncio

    import aiohttp

    import livekit_bot

    monkeypatch.setenv("DEEPGRAM_BASE_URL", "http://deepgram:1")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://openai:2/v1")
    monkeypatch.setenv("CARTESIA_BASE_URL", "http://cartesia:3")

    async def made() -> tuple[str, str, str]:
        async with aiohttp.ClientSession() as http:
            session = livekit_bot.new_session(http)
            return (
                session.stt._opts.endpoint_url,
                str(session.llm._client.base_url),
                session.tts._opts.base_url,
            )

    assert asyncio.run(made()) == (
        "http://deepgram:1/v1/listen",
        "http://openai:2/v1/",
        "http://cartesia:3",
    )
