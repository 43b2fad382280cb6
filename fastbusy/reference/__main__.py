"""Write docs/reference/ anew."""

from __future__ import annotations

import sys
from pathlib import Path

from ..shelf import ROOT
from .pages import pages


def main(folder: Path) -> None:
    """One file per page; files of pages that there are no more are removed."""
    folder.mkdir(parents=True, exist_ok=True)
    written = pages()
    for stale in set(folder.glob("*.md")) - {folder / name for name in written}:
        stale.unlink()
    for name, text in written.items():
        (folder / name).write_text(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "reference")
