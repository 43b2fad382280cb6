"""Agents that are not there, answer garbage, fall silent or are wired to somebody else."""

from __future__ import annotations

import socket
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from fastbusy.cli import main

from .bad_agents import bad_agent, http, silent_stream
from .ports import free_port_base
from .small_run import (
    SCENARIO,
    WITH_TOOL,
    agent_command,
    end_of_run,
    events,
    is_free,
    write_scenario,
)

pytestmark = pytest.mark.system

NOWHERE = "http://127.0.0.1:9"


def run_small(folder: Path, *words: str, scenario: str = SCENARIO) -> tuple[int, str]:
    """`fastbusy run` in this process, which spares the start of another: exit code and words."""
    write_scenario(folder, scenario)
    with chdir(folder), redirect_stdout(StringIO()) as told, redirect_stderr(told):
        code = main(["run", "small.yaml", "--out", "out", *words])
    assert "Traceback" not in told.getvalue(), told.getvalue()
    return code, told.getvalue()


def failed(
    folder: Path, *words: str, port_base: int | None = None, scenario: str = SCENARIO
) -> tuple[int, str]:
    """A run that does not come to its first call: exit code and what was told."""
    base = port_base or free_port_base()
    code, said = run_small(folder, "--port-base", str(base), *words, scenario=scenario)
    assert "\n  run folder: out" in said
    assert is_free(base) or port_base, "the mocks are still there"
    return code, said


def assert_readable(folder: Path, reason: str) -> None:
    """The folder is kept, judged, and says why there was no call."""
    assert reason in end_of_run(folder / "out").data["reason"]
    assert '"verdict": "unknown"' in (folder / "out" / "findings.json").read_text()
    assert (folder / "out" / "plan.json").exists()


def test_an_agent_that_answers_garbage(tmp_path: Path) -> None:
    with bad_agent(http(b"<html><body>Sign in</body></html>", kind="text/html")) as url:
        code, said = failed(tmp_path, "--agent", url)
    assert code == 2, said
    assert "webhook of the agent: garbage: " in said
    assert url in said
    assert "answer TwiML" in said.partition("→")[2]
    assert_readable(tmp_path, "webhook of the agent: garbage")


def test_an_agent_that_takes_the_call_and_says_nothing(tmp_path: Path) -> None:
    with bad_agent(silent_stream) as url:
        code, said = failed(tmp_path, "--agent", url)
    assert code == 2, said
    assert "stt of the agent: the agent took the call and did not connect to STT" in said
    assert "fastbusy env" in said.partition("→")[2]


@pytest.mark.parametrize(
    ("variable", "value", "link"),
    [
        ("DEEPGRAM_BASE_URL", NOWHERE, "stt"),
        ("OPENAI_BASE_URL", f"{NOWHERE}/v1", "llm"),
        ("CARTESIA_BASE_URL", NOWHERE, "tts"),
        ("TOOLS_BASE_URL", f"{NOWHERE}/tools", "tools"),
    ],
)
def test_an_agent_whose_provider_is_somebody_else(
    tmp_path: Path, variable: str, value: str, link: str
) -> None:
    port = free_port_base()
    command = agent_command(port, **{variable: value})
    url = f"http://127.0.0.1:{port}/incoming"
    scenario = WITH_TOOL if link == "tools" else SCENARIO
    code, said = failed(tmp_path, "--agent", url, "--agent-command", command, scenario=scenario)
    assert code == 2, said
    assert f"{link} of the agent: " in said
    assert f"point its {link if link == 'tools' else link.upper()} at the mock" in said
    assert "\n  agent's log: out/logs/agent.log" in said
    assert is_free(port), "the agent is still there"
    preflight = [event for event in events(tmp_path / "out") if event.kind == "preflight"]
    assert [event.data["link"] for event in preflight] == [link]
    assert_readable(tmp_path, f"{link} of the agent")


@pytest.mark.parametrize(
    ("command", "seen", "remedy"),
    [
        ("no-such-agent --loud", "no-such-agent: ", "correct the command"),
        ("echo no key given; exit 3", "agent ended with code 3 before it was ready; its last "
         "words:\n  no key given", "start agent by itself"),
    ],
    ids=["no-such-command", "ends-at-once"],
)  # fmt: skip
def test_a_command_that_starts_no_agent(
    tmp_path: Path, command: str, seen: str, remedy: str
) -> None:
    url = f"http://127.0.0.1:{free_port_base()}/incoming"
    code, said = failed(tmp_path, "--agent", url, "--agent-command", command)
    assert code == 2, said
    assert seen in said
    assert "agent.log" in said
    assert f"→ {remedy}" in said
    assert_readable(tmp_path, "before it was ready")


def test_ports_that_are_taken(tmp_path: Path) -> None:
    base = free_port_base()
    for port, words in {
        base: (),
        base + 2: (),
        base - 50: (),
        base + 7: ("--agent", f"http://127.0.0.1:{base + 7}/", "--agent-command", "sleep 600"),
    }.items():
        folder = tmp_path / str(port)
        folder.mkdir()
        with socket.create_server(("127.0.0.1", port)):
            code, said = failed(folder, *words, port_base=base)
        assert code == 2, said
        assert f"port {port} is taken" in said
        assert "→ " in said
        assert_readable(folder, f"port {port} is taken")


@pytest.mark.parametrize(
    ("words", "seen"),
    [
        (("--port-base", "70000"), "'70000' cannot be the first of the mocks' ports"),
        (("--host", "192.0.2.1"), "nothing can listen on port"),
        (("--host", "no-such-host.invalid"), "nothing can listen on port"),
    ],
)
def test_a_place_where_nobody_can_listen(tmp_path: Path, words: tuple[str, ...], seen: str) -> None:
    code, said = run_small(tmp_path, *words)
    assert code == 2, said
    assert seen in said
