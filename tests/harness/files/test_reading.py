"""Reading a scenario and its profiles from disk."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from harness.files.nodes import MAX_BYTES
from harness.files.reading import Files, read_files, read_profile, read_text
from kernel.errors import FileProblems

from ..catalogue import KNOWN, PROFILE, SCENARIO


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "s.yaml").write_text(SCENARIO)
    (tmp_path / "burst.yaml").write_text(PROFILE)
    (tmp_path / "other.yaml").write_text(PROFILE.replace("name: burst", "name: other"))
    return tmp_path


def read(folder: Path, *more: str) -> Files:
    return read_files(
        folder / "s.yaml", known=KNOWN, folders=[folder], environment={}, more_profiles=more
    )


def test_a_scenario_brings_the_profiles_that_it_names(folder: Path) -> None:
    files = read(folder)
    assert files.scenario.value.name == "small"
    assert files.scenario.source.file == str(folder / "s.yaml")
    assert list(files.profiles) == ["burst"]


def test_a_profile_may_be_named_for_the_whole_run(folder: Path) -> None:
    (folder / "s.yaml").write_text(SCENARIO.replace("seed: 7", "profiles: [other]"))
    assert list(read(folder).profiles) == ["burst", "other"]


def test_the_command_line_adds_names_and_paths(folder: Path) -> None:
    path = str(folder / "other.yaml")
    assert list(read(folder, "other", path, "burst").profiles) == ["burst", "other", path]


def test_a_key_is_no_scenario_and_is_not_shown(folder: Path) -> None:
    path = folder / "s.yaml"
    path.write_text("-----BEGIN PRIVATE KEY-----\nbm90aGluZw\n-----END PRIVATE KEY-----\n")
    with pytest.raises(FileProblems) as caught:
        read(folder)
    assert str(caught.value) == (
        f"{path}: a certificate or key (PEM) is no YAML\n  → name another file"
    )


def test_the_first_folder_counts(folder: Path) -> None:
    first = folder / "first"
    first.mkdir()
    (first / "burst.yaml").write_text(PROFILE.replace("why: Something", "why: First"))
    files = read_files(folder / "s.yaml", known=KNOWN, folders=[first, folder], environment={})
    assert files.profiles["burst"].value.why == "First to change."


def test_an_unknown_profile_is_told_where_it_is_named(folder: Path) -> None:
    (folder / "s.yaml").write_text(SCENARIO.replace("[burst]", "[burts]"))
    with pytest.raises(FileProblems) as caught:
        read(folder, "othr")
    assert str(caught.value) == (
        f"{folder}/s.yaml:10: no fault profile 'burts'\n"
        "  → did you mean 'burst'? known profiles: burst, other\n"
        "--profile: no fault profile 'othr'\n"
        "  → did you mean 'other'? known profiles: burst, other"
    )


def test_the_problems_of_all_profiles_come_together_and_once(folder: Path) -> None:
    (folder / "burst.yaml").write_text(PROFILE.replace("kind: stall", "kind: stal"))
    (folder / "other.yaml").write_text(PROFILE.replace("at: 2s", "at: 2"))
    with pytest.raises(FileProblems) as caught:
        read(folder, "other", str(folder / "burst.yaml"))
    assert [(Path(problem.file).name, problem.line) for problem in caught.value.problems] == [
        ("burst.yaml", 5),
        ("other.yaml", 4),
    ]


def test_a_profile_is_called_as_its_file(folder: Path) -> None:
    path = (folder / "burst.yaml").rename(folder / "flood.yaml")
    with pytest.raises(FileProblems) as caught:
        read_profile(path, KNOWN)
    assert str(caught.value) == (
        f"{path}:1: the profile 'burst' stands in a file called 'flood'\n"
        "  → write name: flood, or call the file burst.yaml"
    )


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileProblems) as caught:
        read_profile(tmp_path / "no.yaml", KNOWN)
    assert str(caught.value) == (
        f"{tmp_path}/no.yaml: cannot be read: No such file or directory\n  → check the path"
    )


def test_other_encodings_are_told(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_bytes("why: Müller".encode("latin-1"))
    with pytest.raises(FileProblems) as caught:
        read_text(path)
    assert str(caught.value) == (
        f"{path}: not UTF-8 text: invalid start byte at byte 6\n  → save it as UTF-8"
    )


def test_no_more_is_read_than_is_needed_to_refuse(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_bytes(b"x" * (2 * MAX_BYTES))
    assert len(read_text(path)) == MAX_BYTES + 1
    path.write_bytes("é".encode() * MAX_BYTES)
    assert read_text(path).endswith("é\N{REPLACEMENT CHARACTER}")


@pytest.mark.parametrize("name", ["n" * 300, "n" * 300 + ".yaml", "a\0b", "a\0b.yaml"])
def test_a_name_that_no_file_can_have(folder: Path, name: str) -> None:
    with pytest.raises(FileProblems) as caught:
        read(folder, name)
    assert len(str(caught.value)) < 900


def test_a_pipe_is_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "pipe.yaml")
    for name in ("pipe", str(folder / "pipe.yaml")):
        with pytest.raises(FileProblems):
            read(folder, name)
    with pytest.raises(FileProblems, match=r"pipe\.yaml: a pipe or a device is no file"):
        read_text(folder / "pipe.yaml")


def test_a_profile_is_no_scenario_and_the_other_way_round(folder: Path) -> None:
    with pytest.raises(FileProblems, match=r"burst\.yaml: a fault profile is no scenario\n  → run"):
        read_files(folder / "burst.yaml", known=KNOWN, folders=[folder], environment={})
    with pytest.raises(FileProblems, match=r"s\.yaml: a scenario is no fault profile\n  → name"):
        read_profile(folder / "s.yaml", KNOWN)
