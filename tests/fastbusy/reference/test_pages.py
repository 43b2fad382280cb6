"""The reference is what the code says."""

from __future__ import annotations

import re

import pytest

from fastbusy.reference.pages import pages
from fastbusy.shelf import ROOT

PAGES = pages()
FOLDER = ROOT / "docs" / "reference"


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_fresh(name: str) -> None:
    assert (FOLDER / name).read_text() == PAGES[name], "run `make docs` and commit the result"


def test_there_is_no_other_page() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(PAGES)


def test_the_index_names_every_page() -> None:
    index = PAGES["README.md"]
    assert all(f"]({name})" in index for name in PAGES if name != "README.md")


def test_links_between_pages_lead_somewhere() -> None:
    for name, text in PAGES.items():
        for target, anchor in re.findall(r"\]\(([\w.]*)(#\w+)?\)", text):
            page = PAGES[target or name]
            heads = {head.lower() for head in re.findall(r"^#+ (.*)$", page, re.MULTILINE)}
            assert not anchor or anchor[1:] in heads, f"{name}: {target}{anchor}"
