"""The recipes of CONTRIBUTING.md, carried out: the examples work as they stand."""

from __future__ import annotations

import asyncio
import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fastbusy import virtual
from harness.callers.manners import Manners
from harness.gates import configure, known_checks
from harness.media.wheel import Wheel
from harness.placing import Placing
from harness.planning.plan import Persona, PlannedCall, Target
from harness.transports.by_scheme import transport_for, transports
from kernel.event import Event
from kernel.history import History
from mocks.chain import fault_kinds
from mocks.provider import load_providers
from mocks.wire import Body, Head, Request
from tests.harness.histories import Story, crowd
from tests.mocks.drive import Drive

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = dict(
    re.findall(
        r"```python\n# (\S+\.py)\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text(), re.DOTALL
    )
)
CATALOGUES = (fault_kinds, known_checks, transports)


@pytest.fixture
def carried_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every example lies where its first line says, as far as imports can tell."""
    for place, code in EXAMPLES.items():
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code)
        package = importlib.import_module(".".join(Path(place).parent.parts))
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(path.parent)])
    for catalogue in CATALOGUES:
        catalogue.cache_clear()
    yield
    for place in EXAMPLES:
        name = place.removesuffix(".py").replace("/", ".")
        module = sys.modules.pop(name, None)
        if module is not None:
            package, _, attribute = name.rpartition(".")
            vars(sys.modules[package]).pop(attribute, None)
    for catalogue in CATALOGUES:
        catalogue.cache_clear()


def test_there_is_one_example_for_each_recipe() -> None:
    assert {str(Path(place).parent) for place in EXAMPLES} == {
        "mocks/faults",
        "harness/checks",
        "mocks/providers/tools",
        "harness/transports",
    }
    assert not any((ROOT / place).exists() for place in EXAMPLES)


@pytest.mark.usefixtures("carried_out")
def test_the_fault_refuses_its_share() -> None:
    drive = Drive()
    drive.apply("flaky", refused="50%", seed=3)
    for number in range(40):
        drive.post(f"request {number}".encode())
    drive.run()
    statuses = [sent.what.status for sent in drive.sent if isinstance(sent.what, Head)]
    assert len(statuses) == 40
    assert set(statuses) == {200, 503}
    assert 10 <= statuses.count(503) <= 30


@pytest.mark.usefixtures("carried_out")
def test_the_check_is_a_gate_like_any_other() -> None:
    (check,) = (check for check in configure({"few_repeats": "10%"}) if check.name == "few_repeats")
    story = Story().phase("baseline", 0, 60)
    callers = crowd(story, 5, at=0)
    assert check(story.history()).outcome == "pass"
    for caller in callers[:3]:
        caller._turns[1]["repeat"] = 1
    found = check(story.history())
    assert (found.outcome, found.measures["repeated"]) == ("fail", 3)
    assert found.evidence[0].call == "c0001"
    assert check(History([])).outcome == "unknown"


@pytest.mark.usefixtures("carried_out")
def test_the_provider_is_found_and_answers() -> None:
    drive = Drive(*load_providers(["tools"]))
    drive.world.latency = {"tools": drive.world.latency["tts"]}
    drive.open(Request("GET", "/tools/weather", query={"city": ["Ghent"]}))
    drive.open(Request("GET", "/tools/weather"))
    drive.apply("rate_limit", target="tools/weather", requests="1/s", retry_after="2s")
    for _ in range(2):
        drive.open(Request("GET", "/tools/weather", query={"city": ["Bruges"]}))
    drive.run()
    heads = [sent.what.status for sent in drive.sent if isinstance(sent.what, Head)]
    assert sorted(heads) == [200, 200, 400, 429]
    bodies = [sent.what.data for sent in drive.sent if isinstance(sent.what, Body)]
    assert b'{"city":"Ghent","sky":"rain"}' in bodies


@pytest.mark.usefixtures("carried_out")
def test_the_transport_takes_a_call() -> None:
    events: list[Event] = []

    async def call() -> None:
        clock = virtual.VirtualClock()
        wheel = Wheel(clock)
        planned = PlannedCall(
            span="c0001", number=1, due_ns=0, phase="baseline", dialogue="d", facts={},
            lines=("Hello there.",), persona=Persona(), voice="mira", from_number="+14155550100",
        )  # fmt: skip
        async with transport_for(Target(webhook="parrot:here"), clock) as transport:
            placing = Placing(
                transport, wheel, clock, events.append, Manners(), lambda log, phone: None
            )
            turning = asyncio.create_task(wheel.run())
            await placing.place(planned)
            turning.cancel()
            await asyncio.gather(turning, return_exceptions=True)

    virtual.run(call(), seed=1, limit_s=120)
    (told,) = History(events).calls
    assert told.answered_ns is not None
    assert told.ended_by == "caller"
    assert [turn.text for turn in told.turns] == ["Hello there."]


def test_the_examples_are_in_the_house_s_style(tmp_path: Path) -> None:
    for place, code in EXAMPLES.items():
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code)
    for words in (["check"], ["format", "--check"]):
        command: list[Any] = [sys.executable, "-m", "ruff", *words, "--no-cache"]
        command += ["--config", ROOT / "pyproject.toml", tmp_path]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
