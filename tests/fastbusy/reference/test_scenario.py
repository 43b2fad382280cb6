"""Every key of the files is there, and explained."""

from __future__ import annotations

from fastbusy.reference import scenario
from harness.files.scenario import UNBUILT
from harness.planning.shapes import shapes

PAGE = scenario.page()
RECORDS, SHAPES, LATER = (
    PAGE.partition("\n## Load shapes\n")[0],
    PAGE.partition("\n## Load shapes\n")[2].partition("\n## Not built yet\n")[0],
    PAGE.partition("\n## Not built yet\n")[2],
)


def rows(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("| `")]


def test_every_key_of_a_record_has_a_meaning() -> None:
    for section in RECORDS.split("\n## ")[1:]:
        columns = next(line for line in section.splitlines() if line.startswith("| key")).count("|")
        assert "meaning" in section, section
        for row in rows(section):
            cells = row.replace("\\|", "").split("|")
            assert row.replace("\\|", "").count("|") == columns
            assert cells[-2].strip(), f"{section.splitlines()[0]}: {row}"


def test_keys_are_those_of_the_file() -> None:
    keys = {row.split("`")[1] for row in rows(RECORDS)}
    assert {"phase", "for", "patience", "also_ok", "auth_token", "replies"} <= keys
    assert keys.isdisjoint({"lasts", "patience_s", "shape", "fields", "barge_in"})


def test_load_shapes() -> None:
    assert all(f"\n### {name}\n" in SHAPES for name in shapes())


def test_what_is_not_built_says_what_to_do_instead() -> None:
    assert {row.split("`")[1] for row in rows(LATER)} == {
        key for keys in UNBUILT.values() for key in keys
    }
