"""From options to a plan and a target."""

from __future__ import annotations

from pathlib import Path

import pytest

from fastbusy import preparing
from fastbusy.preparing import Options, prepare
from harness.planning.plan import Target
from kernel.errors import FileProblems, UsageError

SCENARIO = """\
name: mine
why: because
load:
  - {phase: baseline, calls: 3}
dialogues:
  ask:
    facts: {name: person}
    caller: ["Hello, I am {name}.", "Goodbye."]
    replies: {1: "Hello, {name}.", 2: "Goodbye."}
"""


def scenario(folder: Path, more: str = "") -> str:
    (folder / "mine.yaml").write_text(SCENARIO + more)
    return str(folder / "mine.yaml")


def test_without_an_agent_the_reference_is_called() -> None:
    prepared = prepare(Options("appointments", port_base=9700), {})
    assert prepared.sample == "reference"
    assert prepared.target.webhook == "http://127.0.0.1:9650/incoming"
    assert prepared.plan.scenario == "appointments"


def test_the_scenario_may_name_the_agent(tmp_path: Path) -> None:
    prepared = prepare(Options(scenario(tmp_path, "agent: flawed:silent-drop\n")), {})
    assert prepared.sample == "flawed:silent-drop"
    path = scenario(tmp_path, "agent: {webhook: 'https://a.example/voice', limit: 4}\n")
    prepared = prepare(Options(path), {})
    assert (prepared.sample, prepared.target.webhook, prepared.target.limit) == (
        "",
        "https://a.example/voice",
        4,
    )


def test_the_command_line_wins_and_keeps_the_rest(tmp_path: Path) -> None:
    path = scenario(tmp_path, "agent: {webhook: 'https://a.example/voice', limit: 4}\n")
    target = prepare(Options(path, agent="http://127.0.0.1:1/v"), {}).target
    assert (target.webhook, target.limit) == ("http://127.0.0.1:1/v", 4)


def test_webhooks_are_signed_with_the_token_that_env_prints(tmp_path: Path) -> None:
    assert prepare(Options(scenario(tmp_path)), {}).target.auth_token == "fastbusy"
    path = scenario(tmp_path, "agent: {webhook: reference, auth_token: '${TOKEN}'}\n")
    assert prepare(Options(path), {"TOKEN": "mine-alone"}).target.auth_token == "mine-alone"


def test_a_media_stream_needs_no_webhook() -> None:
    prepared = prepare(Options("demo", agent="wss://here/media"), {})
    assert (prepared.sample, prepared.target.webhook) == ("", "wss://here/media")


def test_seed_and_profiles(tmp_path: Path) -> None:
    prepared = prepare(Options("demo", seed=42, profiles=("stt-slowdown",)), {})
    assert prepared.plan.seed == 42
    assert prepared.plan.profiles == ("llm-429-burst", "stt-slowdown")


def test_a_profile_beside_the_scenario_is_found(tmp_path: Path) -> None:
    (tmp_path / "fault_profiles").mkdir()
    (tmp_path / "fault_profiles" / "dip.yaml").write_text(
        "name: dip\nwhy: quick\nfaults:\n  - {kind: stall, target: llm, for: 1s}\n"
    )
    prepared = prepare(Options(scenario(tmp_path), profiles=("dip",)), {})
    assert [fault.order.label for fault in prepared.plan.faults] == ["dip"]


@pytest.mark.parametrize(
    ("agent", "told"),
    [
        ("referenc", "--agent: 'referenc' is no agent"),
        ("reference:x", "--agent: 'reference:x' is no agent"),
        ("flawed", "--agent: 'flawed' is no agent"),
        (
            "localhost:8080",
            "--agent: 'localhost:8080' is no agent\n  → did you mean http://localhost:8080?",
        ),
        ("127.0.0.1:80/voice", "did you mean http://127.0.0.1:80/voice?"),
        ("flawed:nice", "--agent: there is no flaw 'nice'\n  → one of: silent-drop, "),
        ("sip:me@here", "--agent: agent 'sip:me@here': SIP is not built yet"),
        ("webrtc+https://here", "WebRTC is not built yet"),
    ],
)
def test_a_wrong_agent_is_refused_before_anything_starts(agent: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        prepare(Options("demo", agent=agent), {})
    assert told in str(caught.value)


def test_a_port_base_that_leaves_no_port_for_a_sample_agent() -> None:
    with pytest.raises(UsageError, match="20 leaves no port for the sample agent"):
        prepare(Options("demo", port_base=20), {})


def test_a_wrong_agent_in_the_file_names_the_file(tmp_path: Path) -> None:
    path = scenario(tmp_path, "agent: flawed:nice\n")
    with pytest.raises(UsageError, match=f"{path}: there is no flaw"):
        prepare(Options(path), {})


def test_an_unknown_profile_lists_profiles_only() -> None:
    with pytest.raises(FileProblems) as caught:
        prepare(Options("demo", profiles=("llm-429-brst",)), {})
    assert "did you mean 'llm-429-burst'?" in str(caught.value)
    assert "appointments" not in str(caught.value)


def test_the_default_target_takes_any_number_of_calls() -> None:
    assert Target().limit is None
    assert preparing.TODAY.year >= 2026


@pytest.mark.parametrize("agent", ["ws://[::1", "http://127.0.0.1:99999/in", "https:///incoming"])
def test_an_agent_that_nobody_could_call(tmp_path: Path, agent: str) -> None:
    told = "no agent can be called at .*\n  → write the whole URL"
    with pytest.raises(UsageError, match=f"--agent: {told}"):
        prepare(Options(scenario(tmp_path), agent=agent), {})
    with pytest.raises(UsageError, match=rf"mine\.yaml:\d+: {told}"):
        prepare(Options(scenario(tmp_path, f"agent: '{agent}'\n")), {})


def test_files_of_the_agent_are_looked_at_beside_other_mistakes(tmp_path: Path) -> None:
    written = "agent: {webhook: 'https://a/v', ca: gone.pem, headers: {x: '${GONE}'}}\n"
    path = scenario(tmp_path, written)
    with pytest.raises(FileProblems) as caught:
        prepare(Options(path, profiles=("no-such-profile",)), {})
    lost = f"{path}:10: {tmp_path}/gone.pem cannot be read: No such file or directory"
    what = [str(problem).partition("\n")[0] for problem in caught.value.problems]
    assert what == [
        f"{path}:10: x: the environment has no GONE",
        lost,
        "--profile: no fault profile 'no-such-profile'",
    ]


def test_files_that_the_command_line_replaces_are_not_missed(tmp_path: Path) -> None:
    path = scenario(tmp_path, "agent: {webhook: 'https://a/v', ca: gone.pem}\n")
    assert prepare(Options(path, agent="reference"), {}).target.ca == ""
    with pytest.raises(FileProblems, match=r"gone\.pem cannot be read"):
        prepare(Options(path), {})
