"""`fastbusy env` prints what an agent needs."""

from __future__ import annotations

import pytest

from fastbusy.cli import main


def test_a_shell_can_read_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["env"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "export OPENAI_BASE_URL=http://127.0.0.1:8700/v1" in lines
    assert all(line.startswith(("export ", "# ")) for line in lines)


def test_where_the_mocks_are(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FASTBUSY_PORT_BASE", "9700")
    assert main(["env", "--format", "dotenv", "--host", "mocks", "--port-per-stage"]) == 0
    assert "DEEPGRAM_BASE_URL=http://mocks:9701\n" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["sdk", "pipecat", "livekit"])
def test_constructor_arguments(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["env", "--format", name]) == 0
    code = capsys.readouterr().out
    compile(code, name, "exec")
    assert "http://127.0.0.1:8700/v1" in code
