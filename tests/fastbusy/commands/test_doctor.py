"""`fastbusy doctor` looks at the machine, or at an agent's wiring."""

from __future__ import annotations

import resource
import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from fastbusy import wired
from fastbusy.cli import main
from fastbusy.commands import doctor
from fastbusy.preparing import Options
from fastbusy.target_options import Aim
from fastbusy.wired import Wiring, links
from kernel.errors import UsageError


@pytest.fixture(autouse=True)
def taken(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """Ports that somebody listens on; none, unless a test adds one."""
    taken: set[int] = set()

    def refuse(host: str, ports: list[int], remedy: str) -> None:
        for port in taken.intersection(ports):
            raise UsageError(f"port {port} is taken", where=host, remedy=remedy)

    monkeypatch.setattr(doctor, "refuse_taken_ports", refuse)
    return taken


def told_by(tmp_path: Path) -> dict[str, doctor.Diagnosis]:
    found = doctor.examine("127.0.0.1", 9700, tmp_path / "runs")
    return {diagnosis.what: diagnosis for diagnosis in found}


def test_it_looks_at_everything_a_run_needs(tmp_path: Path) -> None:
    told = told_by(tmp_path)
    assert list(told) == ["python", "packages", "cores", "load", "open files", "disk", "ports"]
    assert not told["python"].remedy
    assert str(tmp_path) in told["disk"].finding


def test_few_open_files_have_a_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (256, 4096))
    diagnosis = told_by(tmp_path)["open files"]
    assert "enough for about 25 calls" in diagnosis.finding
    assert diagnosis.remedy == "ulimit -n 65536"


def test_a_full_disk_has_a_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(9, 9, 100 << 20))
    assert told_by(tmp_path)["disk"].remedy == "free 400 MB, or choose another --out"


def test_a_taken_port_is_named(tmp_path: Path, taken: set[int]) -> None:
    free = "9700–9706 on 127.0.0.1 are free, and 9650 for a sample agent"
    assert told_by(tmp_path)["ports"] == ("ports", free, "", False)
    for port, who in {9650: "a sample agent", 9703: "tts"}.items():
        taken.add(port)
        diagnosis = told_by(tmp_path)["ports"]
        assert diagnosis.finding == f"port {port} is taken; it is for {who}"
        assert "--port-base" in diagnosis.remedy


def test_exit_code_and_marks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = [
        doctor.Diagnosis("ports", "8700 is taken", "choose another", blocks=True),
        doctor.Diagnosis("disk", "1 MB free", "free some"),
        doctor.Diagnosis("cores", "2"),
    ]
    monkeypatch.setattr(doctor, "examine", lambda *_: told)
    assert main(["doctor"]) == 2
    assert capsys.readouterr().out == (
        "✗ ports  8700 is taken\n         → choose another\n"
        "! disk   1 MB free\n         → free some\n"
        "✓ cores  2\n"
    )
    del told[0]
    assert main(["doctor"]) == 0


def test_the_wiring_of_an_agent_link_by_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given: list[Options] = []

    def check_wiring(options: Options) -> Wiring:
        given.append(options)
        seen = {"link": "stt", "seen": "no connection", "remedy": "set DEEPGRAM_BASE_URL"}
        return Wiring(tuple(links({**seen, "without": ["dial_out"]})), tmp_path)

    monkeypatch.setattr(wired, "check_wiring", check_wiring)
    assert main(["doctor", "--agent", "http://a/v", "--out", str(tmp_path / "runs")]) == 2
    assert capsys.readouterr().out == (
        "✓ webhook  answers with TwiML\n"
        "✓ stream   opens, and stays open\n"
        "✗ stt      no connection\n"
        "           → set DEEPGRAM_BASE_URL\n"
        "· llm      not reached\n"
        "· tts      not reached\n"
        "· heard    not reached\n"
        "· tools    not reached\n"
        f"not wired up; call and logs: {tmp_path}\n"
    )
    (options,) = given
    assert (options.scenario, options.agent) == ("appointments", "http://a/v")
    assert options.aim == Aim()
    assert options.out is not None
    assert options.out.parent == tmp_path / "runs"


def test_a_stream_or_a_scenario_names_an_agent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[Options] = []

    def check_wiring(options: Options) -> Wiring:
        given.append(options)
        return Wiring(tuple(links({"link": "", "remedy": ""})), tmp_path)

    monkeypatch.setattr(wired, "check_wiring", check_wiring)
    assert main(["doctor", "--stream-url", "wss://a/ws", "--ca", "ca.pem"]) == 0
    assert main(["doctor", "--scenario", "staging.yaml"]) == 0
    assert main(["doctor", "--dial-out", "/call"]) == 0
    aims = [Aim("wss://a/ws", ca="ca.pem"), Aim(), Aim(dial_out="/call")]
    assert [options.aim for options in given] == aims
    assert [options.scenario for options in given] == [
        "appointments",
        "staging.yaml",
        "appointments",
    ]
