"""What the files of `compose/` promise, without an engine."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from fastbusy.env import FORMATS, environment_at
from kernel.ports import DEFAULT_PORT_BASE, PORT_OFFSETS

COMPOSE = Path(__file__).resolve().parents[2] / "compose"
STACK = yaml.safe_load((COMPOSE / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = STACK["services"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_can_do_what_it_must_and_no_more(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["networks"] == ["inside"]
    assert not service.keys() & {"ports", "privileged", "network_mode", "user", "cap_add"}


def test_the_network_leads_nowhere() -> None:
    assert STACK["networks"] == {"inside": {"internal": True}}


def test_a_change_is_one_agent_or_one_mock() -> None:
    built = {
        service["image"]: service["build"]["target"]
        for service in SERVICES.values()
        if "build" in service
    }
    assert built == {f"fastbusy-{name}": name for name in ("mocks", "agent", "harness")}
    assert {service["image"] for service in SERVICES.values()} == built.keys()


def test_agents_find_each_mock_at_its_own_port() -> None:
    env = environment_at(lambda stage: f"http://{stage}:{DEFAULT_PORT_BASE + PORT_OFFSETS[stage]}")
    told = (COMPOSE / "providers.env").read_text()
    assert FORMATS["dotenv"](env).partition("\n")[2] in told
    mocks = SERVICES["harness"]["environment"]["FASTBUSY_MOCKS"].split(",")
    assert mocks == [
        f"http://{name}:{DEFAULT_PORT_BASE + PORT_OFFSETS[name]}"
        for name, service in SERVICES.items()
        if service["image"] == "fastbusy-mocks"
    ]


def test_images_are_pinned_and_run_as_nobody_in_particular() -> None:
    dockerfile = (COMPOSE / "Dockerfile").read_text()
    assert "ARG BASE=python:3.11-slim-bookworm\n" in dockerfile
    assert "ENV PIP_CONSTRAINT=/build/constraints.txt" in dockerfile
    last = {stage: base for base, stage in re.findall(r"^FROM (\S+) AS (\S+)$", dockerfile, re.M)}
    assert {last[stage] for stage in ("mocks", "agent", "harness")} == {"runtime"}
    runtime = dockerfile.partition(" AS runtime\n")[2].partition("\nFROM ")[0]
    assert re.search(r"^USER [1-9]\d*:[1-9]\d*$", runtime, re.M)


def test_the_page_about_them_names_what_there_is() -> None:
    page = (COMPOSE.parent / "docs" / "how-to" / "containers.md").read_text()
    (volume,) = STACK["volumes"]
    assert f"--volume {COMPOSE.name}_{volume}:/srv/{volume}:ro" in page
    used = set(re.findall(r"\$\{(\w+):-", (COMPOSE / "compose.yaml").read_text()))
    rows = re.findall(r"^\| (`[A-Z].*?) \|", page, re.M)
    assert set(re.findall(r"`(\w+)`", " ".join(rows))) == used
    assert set(re.findall(r"fastbusy-\w+", page)) == {
        service["image"] for service in SERVICES.values()
    }
