"""The mocks as a process of their own, and their command line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from kernel.errors import UsageError
from mocks.__main__ import latency_changes, main, make_service, parse, ports

from .on_air import free_port

ROOT = Path(__file__).resolve().parents[2]


def test_every_stage_has_the_port_where_agents_look_for_it() -> None:
    assert ports(8700, ("llm", "tools")) == {
        8700: ("llm", "tools"),
        8702: ("llm",),
        8705: ("tools",),
    }
    assert ports(8700, ("llm",), one_port=True) == {8700: ("llm",)}


def test_latencies_are_set_by_stage_and_field() -> None:
    service = make_service(parse(["--latency", "llm.first=2s", "--seed", "3"]), 0)
    assert str(service.world.latency["llm"].first) == "2s"
    assert service.world.seed == 3


def test_where_agents_name_the_call() -> None:
    words = ["--correlate", "x-call-sid", "--correlate-metadata", "call_sid"]
    settings = make_service(parse(words), 0).world.settings
    assert (settings.correlate, settings.metadata) == ("x-call-sid", "call_sid")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--latency", "llm=2s"], "'llm=2s' sets no latency"),
        (["--latency", "llm.first=2"], "'2' is not a duration"),
        (["--latency", "lmm.first=2s"], "unknown stage 'lmm'"),
        (["realtime"], "nothing mocks the stage 'realtime'"),
    ],
)
def test_a_wrong_command_line_is_told_what_is_wrong(arguments: list[str], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        make_service(parse(arguments), 0)


def test_several_changes_of_one_stage_go_together() -> None:
    changes = latency_changes(["llm.first=1s", "llm.between=2ms", "tts.first=3s"])
    assert changes == {"llm": {"first": "1s", "between": "2ms"}, "tts": {"first": "3s"}}


def test_some_stages_or_all() -> None:
    assert make_service(parse(["tools"]), 0).catalogue.stages == ("tools",)
    everything = make_service(parse([]), 0).catalogue.stages
    assert make_service(parse(["--all"]), 0).catalogue.stages == everything
    assert make_service(parse(["all"]), 0).catalogue.stages == everything


@pytest.mark.system
def test_nobody_is_let_in_from_outside_without_a_token(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FASTBUSY_CONTROL_TOKEN", raising=False)
    assert main(["--host", "0.0.0.0", "--port-base", str(free_port())]) == 2
    assert "FASTBUSY_CONTROL_TOKEN" in capsys.readouterr().err


@contextmanager
def mocks(*arguments: str, env: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-P", "-m", "mocks", *arguments]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(env or {})},
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.system
def test_it_says_when_it_is_ready_and_stops_when_told_to() -> None:
    port = free_port()
    with mocks("--all", "--one-port", "--port-base", str(port)) as process:
        assert process.stdout is not None
        url = f"http://127.0.0.1:{port}"
        assert process.stdout.readline() == f"mocks ready on {url}\n"
        with urllib.request.urlopen(f"{url}/_fastbusy/health", timeout=20) as response:
            assert json.load(response)["status"] == "ok"
        with mocks("--one-port", "--port-base", str(port)) as second:
            assert second.wait(30) == 2
            assert second.stderr is not None
            told = second.stderr.read()
            assert f"port {port} is taken" in told
            assert "--port-base" in told
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
