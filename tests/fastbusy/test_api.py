"""fastbusy from Python."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import fastbusy
from fastbusy import api
from fastbusy.judging import Judged, judge_folder
from fastbusy.preparing import Options
from fastbusy.target_options import Aim
from kernel.errors import UsageError
from tests.fastbusy.folders import run_folder


@pytest.fixture
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Options]:
    """The options of runs that do not happen."""
    options: list[Options] = []

    def run_blocking(wanted: Options) -> Judged:
        options.append(wanted)
        return judge_folder(run_folder(tmp_path / "run"))

    monkeypatch.setattr(api, "run_blocking", run_blocking)
    return options


def test_the_arguments_are_those_of_the_command(given: list[Options], tmp_path: Path) -> None:
    result = fastbusy.run(Path("demo"), agent="reference", profiles=["storm"], seed=0, out="there")
    assert given == [
        Options("demo", agent="reference", profiles=("storm",), seed=0, out=Path("there"))
    ]
    assert result.verdict == "pass"
    assert result.summary.startswith("30 offered")
    assert result.fates["served"] == 30
    assert result.findings["no_dropped_calls"].gate
    assert result.pass_rate == 1.0
    assert result.folder == tmp_path / "run"


def test_what_belongs_to_the_agent(given: list[Options]) -> None:
    fastbusy.run(
        "demo", agent="https://a/v", stream_url="wss://a/ws", dial_out="https://a/d",
        signed_as="https://b/v",
        connect_to="127.0.0.1:1", ca=Path("ca.pem"), client_cert="me.pem", client_key="me.key",
        headers={"Authorization": "Bearer ${TOKEN}"}, parameters={"tenant": "demo"},
    )  # fmt: skip
    (options,) = given
    assert options.aim == Aim(
        "wss://a/ws", "https://a/d", "https://b/v", "127.0.0.1:1", "ca.pem", "me.pem", "me.key",
        ("Authorization: Bearer ${TOKEN}",), ("tenant=demo",),
    )  # fmt: skip


def test_what_is_left_out_comes_from_the_environment(
    given: list[Options], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = {"AGENT": "http://env/v", "PORT_BASE": "9700", "HOST": "127.0.0.2", "PROFILE": "storm"}
    for name, value in {**said, "SEED": "5", "KEEP": "all", "OUT": "o"}.items():
        monkeypatch.setenv(f"FASTBUSY_{name}", value)
    fastbusy.run("demo", seed=6, keep="none")
    assert given == [
        Options("demo", "http://env/v", "", "127.0.0.2", 9700, ("storm",), 6, Path("o"), "none")
    ]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"profiles": "storm"}, "profiles is a list of names; keep is one of failed"),
        ({"keep": "some"}, "profiles is a list of names; keep is one of failed"),
        ({"mocks": "http://a"}, "mocks is a list of URLs; stack is one of embedded, external"),
        ({"stack": "other"}, "mocks is a list of URLs; stack is one of embedded, external"),
        ({"mocks": ["http://a"]}, "add --stack external"),
    ],
)
def test_a_wrong_argument_is_refused(
    given: list[Options], wrong: dict[str, Any], told: str
) -> None:
    with pytest.raises(UsageError, match=told):
        fastbusy.run("demo", **wrong)
    assert not given


def test_mocks_that_run_already(given: list[Options]) -> None:
    fastbusy.run("demo", stack="external", mocks=["http://stt:1", "http://llm:2/"])
    assert given == [Options("demo", mocks=("http://stt:1", "http://llm:2"))]


def test_a_wrong_variable_is_refused(given: list[Options], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FASTBUSY_PORT_BASE", "high")
    with pytest.raises(UsageError, match="FASTBUSY_PORT_BASE: 'high' cannot be the first"):
        fastbusy.run("demo")


def test_without_gates_there_is_no_pass_rate(tmp_path: Path) -> None:
    judged = judge_folder(run_folder(tmp_path / "run", gates={}))
    assert api.Result.of(judged).pass_rate is None


def test_the_package_offers_nothing_else() -> None:
    assert fastbusy.Result is api.Result
    with pytest.raises(AttributeError, match="no attribute 'walk'"):
        fastbusy.walk  # noqa: B018
