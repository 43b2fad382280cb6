"""The stack in containers: up, a short run judged, closed to the world, and down again."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.fastbusy.small import small_scenario

pytestmark = pytest.mark.container
COMPOSE = Path(__file__).resolve().parents[2] / "compose" / "compose.yaml"
PROJECT = f"fastbusy-test-{os.getpid()}"
LABEL = f"label=com.docker.compose.project={PROJECT}"
MOCKS = ("stt", "llm", "tts", "tools", "telephony")
SERVERS = (*MOCKS, "agent")
FAULT = "{kind: slowdown, target: llm, first: 50ms, at: 0s, for: 2s}"
ANSWERS = ("connected", "ECONNREFUSED")
NOBODYS = "192.0.2.1"  # an address for documentation; some networks refuse it
BUILD_S, UP_S, RUN_S = 600, 120, 180
OVERRIDE = """\
services:
  harness:
    # A test machine may be too busy for the instruments, which is not what is asked here.
    command: [run, mine/small.yaml, --out, runs/it, --unknown-is, pass]
    volumes: ["{folder}:/srv/mine:ro"]
"""


def said(*command: str, within_s: float = 60) -> str:
    """What a command prints; AssertionError with what it complains of if it fails."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=within_s, check=False
        )
    except OSError as error:
        raise AssertionError(str(error)) from error
    assert done.returncode == 0, f"{command}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def works(*command: str) -> bool:
    try:
        said(*command)
    except (AssertionError, subprocess.TimeoutExpired):
        return False
    return True


@dataclass(frozen=True)
class Stack:
    """The stack behind a run that has ended.

    code    the exit code of the harness, and `log` what it printed
    folder  a copy of its run folder
    """

    containers: dict[str, str]
    code: int
    log: str
    folder: Path

    def inside(self, service: str, *command: str) -> str:
        return said("docker", "exec", self.containers[service], *command)

    def python(self, service: str, program: str) -> str:
        return self.inside(service, "python3", "-c", program).strip()

    def inspect(self, service: str) -> Any:
        return json.loads(said("docker", "inspect", self.containers[service]))[0]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Built and brought up; brought down again whatever happens."""
    if not works("docker", "info"):
        pytest.skip("no docker engine answers")
    compose = ["docker", "compose"] if works("docker", "compose", "version") else ["docker-compose"]
    if not works(*compose, "version"):
        pytest.skip("neither docker compose nor docker-compose is here")
    folder = tmp_path_factory.mktemp("stack")
    folder.chmod(0o755)  # the harness is not the user of this test
    small_scenario(folder, FAULT)
    override = folder / "override.yaml"
    override.write_text(OVERRIDE.format(folder=folder))
    compose += ["-p", PROJECT, "-f", str(COMPOSE), "-f", str(override)]
    try:
        yield carried_out(compose, folder / "out")
    finally:
        said(*compose, "down", "--volumes", "--remove-orphans", "--timeout", "3", within_s=UP_S)
        for listed in (("ps", "-aq"), ("network", "ls", "-q"), ("volume", "ls", "-q")):
            assert said("docker", *listed, "--filter", LABEL) == "", listed


def carried_out(compose: Sequence[str], folder: Path) -> Stack:
    said(*compose, "build", within_s=BUILD_S)
    try:
        said(*compose, "up", "--detach", within_s=UP_S)
    except AssertionError as error:
        raise AssertionError(f"{error}\n{said(*compose, 'logs', '--tail=20')}") from error
    containers = {
        name: said("docker", "ps", "-aq", "--filter", LABEL,
                   "--filter", f"label=com.docker.compose.service={name}").strip()
        for name in (*SERVERS, "harness")
    }  # fmt: skip
    code = int(said("docker", "wait", containers["harness"], within_s=RUN_S))
    log = said("docker", "logs", containers["harness"])
    said("docker", "cp", f"{containers['harness']}:/srv/runs/it", str(folder))
    return Stack(containers, code, log, folder)


def test_the_run_is_judged(stack: Stack) -> None:
    assert stack.code == 0, stack.log
    found = json.loads((stack.folder / "findings.json").read_text())
    assert found["fates"]["served"] == 3
    gates = {one["name"]: one["outcome"] for one in found["checks"] if one["gate"]}
    assert gates == {"no_dropped_calls": "pass", "samples": "pass"}
    assert (stack.folder / "report.html").stat().st_size > 0


def test_faults_come_and_go_over_the_control_api(stack: Stack) -> None:
    lines = (stack.folder / "events.jsonl").read_text().splitlines()
    faults = [event for event in map(json.loads, lines) if event["kind"] == "fault"]
    told = [event["type"] for event in faults if event["actor"] == "nemesis"]
    assert told == ["invoke", "ok"]


@pytest.mark.parametrize("service", SERVERS)
def test_everything_is_well(stack: Stack, service: str) -> None:
    assert stack.inspect(service)["State"]["Health"]["Status"] == "healthy"


@pytest.mark.parametrize("service", SERVERS)
def test_nobody_is_root_or_can_become_it_or_write(stack: Stack, service: str) -> None:
    status = stack.inside(service, "cat", "/proc/1/status").splitlines()
    told = dict(line.split(":\t", 1) for line in status if ":\t" in line)
    assert told["Uid"].split() == ["10001"] * 4
    assert int(told["CapEff"], 16) == int(told["CapPrm"], 16) == int(told["CapBnd"], 16) == 0
    assert told["NoNewPrivs"] == "1"
    mounts = stack.inside(service, "cat", "/proc/1/mounts").splitlines()
    (root,) = (line.split()[3] for line in mounts if line.split()[1] == "/")
    assert "ro" in root.split(",")


@pytest.mark.parametrize("service", [*SERVERS, "harness"])
def test_there_is_one_network_and_the_engine_closes_it(stack: Stack, service: str) -> None:
    settings = stack.inspect(service)["NetworkSettings"]
    (network,) = settings["Networks"].values()
    assert json.loads(said("docker", "network", "inspect", network["NetworkID"]))[0]["Internal"]
    assert not any((settings["Ports"] or {}).values())


@pytest.fixture(scope="module")
def outside(stack: Stack) -> str:
    """An address beyond all containers, which answers one that may get there."""
    lines = Path("/etc/resolv.conf").read_text().splitlines()
    named = [line.split()[1] for line in lines if line.startswith("nameserver")]
    for address in (*(one for one in named if not one.startswith("127.")), NOBODYS):
        program = ("--entrypoint", "python3", "fastbusy-agent", "-c", knock(address))
        if said("docker", "run", "--rm", *program).strip() in ANSWERS:
            return address
    pytest.skip("nothing answers a container that may get out either")


def knock(address: str) -> str:
    return (
        "import errno, socket; socket.setdefaulttimeout(3); s = socket.socket(); "
        f"print(errno.errorcode.get(s.connect_ex(({address!r}, 53)), 'connected'))"
    )


@pytest.mark.parametrize("service", SERVERS)
def test_there_is_no_way_out(stack: Stack, service: str, outside: str) -> None:
    assert stack.python(service, knock(outside)) in ("ENETUNREACH", "EAGAIN")


@pytest.mark.parametrize("mock", MOCKS)
def test_a_mock_is_for_its_stage_and_its_control_for_who_knows_the_token(
    stack: Stack, mock: str
) -> None:
    program = (
        "import json, urllib.error, urllib.request as u\n"
        f"at = 'http://{mock}:8700/_fastbusy/'\n"
        "print(*json.load(u.urlopen(at + 'health'))['services'])\n"
        "try: u.urlopen(at + 'faults')\n"
        "except urllib.error.HTTPError as error: print(error.code)\n"
    )
    assert stack.python("agent", program).splitlines() == [mock, "401"]


def test_the_agent_has_nothing_of_ours(stack: Stack) -> None:
    program = (
        "import importlib.util as u; "
        "print([n for n in ('kernel', 'mocks', 'harness', 'fastbusy', 'numpy') if u.find_spec(n)])"
    )
    assert stack.python("agent", program) == "[]"


def test_mocks_are_the_base_install(stack: Stack) -> None:
    program = "import importlib.util as u; print(u.find_spec('plotly'), u.find_spec('pip'))"
    assert stack.python("stt", program) == "None None"
