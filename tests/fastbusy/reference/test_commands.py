"""Every command, every option, each with its meaning."""

from __future__ import annotations

import pytest

from fastbusy.cli import COMMANDS, LATER
from fastbusy.reference import commands

PAGE = commands.page()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_has_a_meaning(name: str) -> None:
    section = PAGE.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    assert rows
    for row in rows:
        assert row.replace("\\|", "").split("|")[2].strip(), row


def test_how_options_are_spelled() -> None:
    assert "| `-o, --output FILE` |" in PAGE
    assert "| `[STAGE …]` |" in PAGE
    assert "| `--verbose` |" in PAGE
    assert "| `--role caller\\|agent` |" in PAGE


def test_every_port_has_its_owner() -> None:
    section = PAGE.partition("\n## Ports\n")[2]
    assert "| 8700 | +0 | every provider |" in section
    assert "| 8703 | +3 | tts |" in section
    assert "| 8650 | -50 | a sample agent |" in section


def test_exit_codes_and_what_is_to_come() -> None:
    assert "130 interrupted" in PAGE
    assert all(f"`{name}`" in PAGE for name in LATER)
