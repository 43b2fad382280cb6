"""The command line as a whole: exit codes, messages, and what is not imported."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from fastbusy import cli
from kernel.errors import NotWired, StackError


class Run:
    """Stands in for the module of a command."""

    def __init__(self, outcome: BaseException | int) -> None:
        self.outcome = outcome
        self.given: Any = None

    def arguments(self, parser: Any) -> None:
        parser.add_argument("--seed", type=int, default=0)

    def run(self, args: Any) -> int:
        self.given = args
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        return self.outcome


def stand_in(monkeypatch: pytest.MonkeyPatch, outcome: BaseException | int) -> Run:
    command = Run(outcome)
    command.__doc__ = "A command."
    monkeypatch.setattr(cli, "_module", lambda name: command)
    return command


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (0, 0),
        (1, 1),
        (3, 3),
        (NotWired("no stream"), 2),
        (StackError("disk full"), 4),
        (KeyboardInterrupt(), 130),
        (ZeroDivisionError("oh"), 4),
        (SystemExit("words"), 2),
    ],
)
def test_every_end_has_its_exit_code(
    monkeypatch: pytest.MonkeyPatch, outcome: BaseException | int, code: int
) -> None:
    stand_in(monkeypatch, outcome)
    assert cli.main(["env"]) == code


def test_errors_go_to_stderr(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in(monkeypatch, StackError("disk full", where="/runs", remedy="free some"))
    cli.main(["env"])
    assert capsys.readouterr() == ("", "fastbusy: /runs: disk full\n  → free some\n")


def test_an_error_is_told_with_its_notes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    error = NotWired("no stream", remedy="open one")
    error.add_note("run folder: runs/x")
    stand_in(monkeypatch, error)
    cli.main(["env"])
    assert capsys.readouterr().err == "fastbusy: no stream\n  → open one\n  run folder: runs/x\n"


def test_a_bug_shows_its_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in(monkeypatch, ZeroDivisionError("oh"))
    cli.main(["env"])
    told = capsys.readouterr().err
    assert "ZeroDivisionError: oh" in told
    assert told.endswith("please report it\n")


def test_the_command_line_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    command = stand_in(monkeypatch, 0)
    monkeypatch.setenv("FASTBUSY_SEED", "7")
    cli.main(["env"])
    assert command.given.seed == 7
    cli.main(["env", "--seed", "8"])
    assert command.given.seed == 8


def test_without_arguments_it_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "usage: fastbusy" in told.err
    assert "130 interrupted" in told.err


def test_it_says_which_one_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "version", lambda: "1.2.3")
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("fastbusy 1.2.3, Python 3.")


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_has_its_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([name, "--help"]) == 0
    told = capsys.readouterr().out
    assert told.startswith(f"usage: fastbusy {name}")


@pytest.mark.parametrize("name", cli.LATER)
def test_what_is_not_built_yet_says_so(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([name, "--whatever"]) == 2
    assert f"the command {name!r} is not built yet" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["rnu", "demo"], "there is no command 'rnu'\n  → did you mean 'run'?"),
        (["zzzz"], "there is no command 'zzzz'\n  → see fastbusy --help"),
        (["run", "demo", "--agnet", "x"], "'--agnet' means nothing to fastbusy run\n  → did you"),
        (["env", "extra"], "'extra' means nothing to fastbusy env"),
        (["env", "--format", "xml"], "invalid choice: 'xml'"),
        (["plan", "demo", "--seed", "x"], "--seed: 'x' is no seed\n  → give a whole number"),
        (["run"], "the following arguments are required: scenario"),
    ],
)
def test_a_slip_is_answered_with_a_remedy(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(words) == 2
    assert told in capsys.readouterr().err


def test_a_nul_character_is_no_path(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["plan", "a\0b.yaml"]) == 2
    assert capsys.readouterr().err == (
        "fastbusy: a NUL character stands in 'a\\x00b.yaml'\n  → take it out\n"
    )


def test_a_missing_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing(name: str) -> SimpleNamespace:
        raise ModuleNotFoundError("No module named 'plotly'", name="plotly.graph_objects")

    monkeypatch.setattr(cli.importlib, "import_module", missing)
    assert cli.main(["report", "x"]) == 4
    assert "pip install 'fastbusy[harness]'" in capsys.readouterr().err
