"""Other mocks to measure beside: installed into a folder of their own on first use."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

AIMOCK, LLMOCK = "@copilotkit/aimock@1.43.0", "llmock==0.2.2"


def aimock(folder: Path) -> list[str]:
    """The command that serves aimock's fixtures; needs node and npm."""
    command = folder / "node_modules" / ".bin" / "llmock"
    if not command.exists():
        _run("npm", "install", "--silent", "--prefix", str(folder), AIMOCK)
    return ["node", str(command.resolve())]


def llmock(folder: Path) -> list[str]:
    """The command that serves LLMock; it gets a virtual environment."""
    venv = folder / "venv"
    if not (venv / "bin" / "llmock").exists():
        _run(sys.executable, "-m", "venv", str(venv))
        _run(str(venv / "bin" / "pip"), "install", "-qq", LLMOCK)
    return [str(venv / "bin" / "llmock"), "serve"]


def _run(*command: str) -> None:
    subprocess.run(command, check=True)
