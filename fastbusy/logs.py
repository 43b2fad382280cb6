"""What the child processes of a run write: where it is, and that it tells no secrets."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import IO

from kernel.redact import Secrets


def log(folder: Path, name: str) -> Path:
    return folder / "logs" / f"{name}.log"


def conceal(folder: Path, secrets: Secrets) -> None:
    """Take the secrets out of all logs of a run folder, once nobody writes to them any more."""
    for path in (folder / "logs").glob("*.log") if secrets else ():
        with suppress(OSError):
            _conceal(path, secrets)


def _conceal(path: Path, secrets: Secrets) -> None:
    """Line by line: a log may be longer than fits into memory."""
    clean = path.with_suffix(".clean")
    with _open(path) as before, _open(clean, "w") as after:
        for line in before:
            text = line.rstrip("\r\n")
            after.write(secrets.conceal(text) + line[len(text) :])
    clean.replace(path)


def _open(path: Path, mode: str = "r") -> IO[str]:
    """Lossless, whatever bytes a log holds."""
    return path.open(mode, encoding="utf-8", errors="surrogateescape", newline="")
