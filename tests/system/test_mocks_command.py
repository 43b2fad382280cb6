"""`fastbusy mocks` as a process: it serves, tells how to reach it, and can let providers fail."""

from __future__ import annotations

import json
import signal
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from fastbusy.cli import main
from tests.system.children import fastbusy
from tests.system.ports import free_port_base

pytestmark = pytest.mark.system

PROFILE = """\
name: busy
why: The account is empty.
faults:
  - {kind: concurrency, target: llm, for: 60s, limit: 0}
"""


def asked(port: int) -> int:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/v1/chat/completions",
        data=json.dumps(
            {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]}
        ).encode(),
        headers={"Authorization": "Bearer any", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_they_serve_until_they_are_stopped(tmp_path: Path) -> None:
    base = free_port_base()
    with fastbusy(tmp_path, "mocks", "--port-base", str(base), "--latency", "llm.first=1ms") as it:
        assert it.until("ready") == f"mocks ready on http://127.0.0.1:{base}"
        assert it.until("eval") == (
            f'point an agent at them:  eval "$(fastbusy env --port-base {base})"'
        )
        assert asked(base) == asked(base + 2) == 200
        assert it.ends(signal.SIGTERM) == 0


def test_a_profile_begins_with_them(tmp_path: Path) -> None:
    (tmp_path / "busy.yaml").write_text(PROFILE)
    base = free_port_base()
    with fastbusy(tmp_path, "mocks", "--port-base", str(base), "--profile", "busy.yaml") as it:
        assert "pool full on llm begins (busy)" in it.until("begins")
        assert asked(base) == 429
        assert it.ends(signal.SIGINT) == 0


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    base = free_port_base()
    with fastbusy(tmp_path, "mocks", "--port-base", str(base)) as it:
        it.until("ready")
        with fastbusy(tmp_path, "mocks", "--port-base", str(base)) as second:
            assert second.ends() == 2
            assert f"port {base} is taken" in second.lines[0]


def test_an_address_of_another_machine_cannot_be_listened_on(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FASTBUSY_CONTROL_TOKEN", "secret")
    assert main(["mocks", "--host", "192.0.2.1", "--port-base", "9870"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("fastbusy: 192.0.2.1: nothing can listen on port 9870: ")
    assert "--host" in said
