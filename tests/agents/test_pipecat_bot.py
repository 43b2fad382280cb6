from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_the_requirements_pin_the_framework_and_keep_torch_out() -> None:
    lines = (ROOT / "agents/requirements-pipecat.txt").read_text().splitlines()
    framework = next(line for line in lines if line.startswith("pipecat-ai["))
    assert "==" in framework
    extras = framework.partition("[")[2].partition("]")[0].split(",")
    assert not {"local-smart-turn", "moondream", "whisper", "mlx-whisper"} & set(extras)


@pytest.mark.clients
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the framework's own
def test_services_follow_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pipecat")
    import pipecat_bot

    monkeypatch.setenv("OPENAI_BASE_URL", "http://openai:2/v1")
    monkeypatch.setenv("CARTESIA_BASE_URL", "http://cartesia:3")
    _, llm, tts = pipecat_bot.services()
    assert str(llm._client.base_url) == "http://openai:2/v1/"
    assert tts._url == "ws://cartesia:3/tts/websocket"
