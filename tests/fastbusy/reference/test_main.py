"""`python -m fastbusy.reference` writes all pages, and nothing stays that is none."""

from __future__ import annotations

from pathlib import Path

from fastbusy.reference.__main__ import main
from fastbusy.reference.pages import pages


def test_it_writes_all_pages_and_removes_others(tmp_path: Path) -> None:
    (tmp_path / "gone.md").write_text("# Gone\n")
    (tmp_path / "picture.svg").write_text("<svg/>")
    main(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {*pages(), "picture.svg"}
    assert (tmp_path / "faults.md").read_text() == pages()["faults.md"]
