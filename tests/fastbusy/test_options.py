"""Options from the environment: the command line wins, and a wrong value is shown with its name."""

from __future__ import annotations

import argparse

import pytest

from fastbusy.options import from_environment, unknown_option, variable
from kernel.errors import UsageError
from kernel.ports import port_base


@pytest.fixture
def command() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="fastbusy fly")
    parser.add_argument("where")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", choices=("all", "none"), default="all")
    parser.add_argument("--profile", action="append", default=[])
    parser.add_argument("--port-base", type=int, required=True)
    parser.add_argument("--verbose", action="store_true")
    return parser


@pytest.mark.parametrize(
    ("environ", "found"),
    [
        ({}, {}),
        ({"FASTBUSY_SEED": "7"}, {"seed": 7}),
        ({"FASTBUSY_SEED": ""}, {}),
        ({"FASTBUSY_PORT_BASE": "9700"}, {"port_base": 9700}),
        ({"FASTBUSY_KEEP": "none"}, {"keep": "none"}),
        ({"FASTBUSY_PROFILE": "storm"}, {"profile": ["storm"]}),
        ({"FASTBUSY_VERBOSE": "1"}, {"verbose": True}),
        ({"FASTBUSY_VERBOSE": "no"}, {"verbose": False}),
        ({"FASTBUSY_WHERE": "moon", "FASTBUSY_HELP": "1", "SEED": "7"}, {}),
    ],
)
def test_what_variables_set(
    command: argparse.ArgumentParser, environ: dict[str, str], found: dict[str, object]
) -> None:
    assert from_environment(command, environ) == found


def test_what_a_variable_sets_is_neither_required_nor_defaulted(
    command: argparse.ArgumentParser,
) -> None:
    from_environment(command, {"FASTBUSY_PORT_BASE": "9700", "FASTBUSY_PROFILE": "storm"})
    assert vars(command.parse_args(["moon"])).keys().isdisjoint({"port_base", "profile"})
    assert command.parse_args(["moon", "--profile", "calm"]).profile == ["calm"]


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"FASTBUSY_SEED": "abc"}, "FASTBUSY_SEED: 'abc' is no int"),
        ({"FASTBUSY_KEEP": "some"}, "FASTBUSY_KEEP: 'some' is not a choice\n  → one of: all, none"),
        ({"FASTBUSY_VERBOSE": "2"}, "FASTBUSY_VERBOSE: '2' is neither yes nor no"),
    ],
)
def test_a_wrong_value_is_shown_with_its_variable(
    command: argparse.ArgumentParser, environ: dict[str, str], told: str
) -> None:
    with pytest.raises(UsageError) as caught:
        from_environment(command, environ)
    assert str(caught.value).startswith(told)


def test_a_typo_is_answered_with_the_nearest_option(command: argparse.ArgumentParser) -> None:
    assert "did you mean --seed?" in str(unknown_option(command, ["--sede=7"]))
    assert str(unknown_option(command, ["zzz"])) == (
        "'zzz' means nothing to fastbusy fly\n  → see fastbusy fly --help"
    )


def test_the_name_of_a_variable() -> None:
    assert variable("--agent-command") == "FASTBUSY_AGENT_COMMAND"


def test_what_an_option_says_of_its_value_is_said_of_the_variable(
    command: argparse.ArgumentParser,
) -> None:
    command.add_argument("--base", type=port_base)
    with pytest.raises(UsageError) as refused:
        from_environment(command, {"FASTBUSY_BASE": "70000"})
    assert refused.value.where == "FASTBUSY_BASE"
    assert "'70000'" in refused.value.what
    assert "1 to 65529" in refused.value.remedy
