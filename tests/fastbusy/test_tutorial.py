"""The tutorial, followed: its files, its commands, and what it says comes of them.

Runs take place in virtual time.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from fastbusy.cli import main, parser
from fastbusy.commands.run import tell
from fastbusy.preparing import Options
from fastbusy.rehearsal import rehearse
from harness.recorder import point_latest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/tutorial/break-something-in-five-minutes.md").read_text()
FENCES = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
OUTCOME = re.compile(r"^ *(pass|warn|fail|unknown) +(?:\w+ +)?(\w+)", re.MULTILINE)


def rehearsed(words: list[str], number: int) -> None:
    """A `fastbusy run` in virtual time, as if it had just happened."""
    args = parser("run")[0].parse_args(words)
    out = Path("runs") / f"{number}"
    options = Options(
        args.scenario, agent=args.agent, profiles=tuple(args.profile), out=out, keep=args.keep
    )
    judged = rehearse(options)
    point_latest(out)
    tell(judged)


def test_it_works_as_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    told, runs, commands = "", 0, []
    for language, text in FENCES:
        if language == "yaml":
            name = text.partition("\n")[0].removeprefix("# ")
            Path(name).write_text(text)
        elif language == "text":
            assert set(OUTCOME.findall(text)) <= set(OUTCOME.findall(told))
        for line in text.splitlines() if language == "sh" else ():
            _, *words = shlex.split(line)
            if not line.startswith("fastbusy") or "--agent-command" in words:
                continue
            commands.append(words[0])
            if words[0] == "run":
                runs += 1
                rehearsed(words, runs)
            else:
                assert main(words) == 0, line
            told = capsys.readouterr().out
            if words[0] == "hear":
                assert "speaking. When are you open?" in told
    assert commands == ["plan", "run", "hear", "run", "report"]
