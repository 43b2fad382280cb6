"""`fastbusy mocks`: what cannot be served is refused before anything listens."""

from __future__ import annotations

import pytest

from fastbusy.catalogue import stages
from fastbusy.cli import main
from fastbusy.commands.mocks import env_command


def test_the_help_lists_every_stage_that_has_a_mock(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mocks", "--help"]) == 0
    assert f"{', '.join(stages())}, or all (all)" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["sst"], 2, "nothing mocks the stage 'sst'"),
        (["sst"], 2, "did you mean 'stt'?"),
        (["--latency", "llm.first"], 2, "sets no latency"),
        (["--latency", "llm.frist=2s"], 2, "latency llm: unknown latency 'frist'"),
        (["--port-base", "70000"], 2, "--port-base: '70000' cannot be the first of"),
        (["--port-base", "eighty"], 2, "--port-base: 'eighty' cannot be the first of"),
        (["--profile", "llm-429-brst"], 2, "did you mean 'llm-429-burst'?"),
        (["stt", "--profile", "llm-429-burst"], 2, "needs llm, which is not served"),
        (["--host", "192.0.2.1"], 2, "--host: 192.0.2.1 lets others in"),
    ],
)
def test_what_cannot_be_served(
    words: list[str],
    code: int,
    told: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("FASTBUSY_CONTROL_TOKEN", raising=False)
    assert main(["mocks", *words]) == code
    said = capsys.readouterr().err
    assert said.startswith("fastbusy: ")
    assert told in said
    assert "\n  → " in said


@pytest.mark.parametrize(
    ("host", "port_base", "command"),
    [
        ("127.0.0.1", 8700, "fastbusy env"),
        ("0.0.0.0", 8700, "fastbusy env"),
        ("10.0.0.5", 9700, "fastbusy env --host 10.0.0.5 --port-base 9700"),
    ],
)
def test_how_to_point_an_agent_at_them(host: str, port_base: int, command: str) -> None:
    assert env_command(host, port_base) == command
