"""Wrong files, wrong folders, full and read-only disks: told with place and remedy."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fastbusy.cli import main
from tests.fastbusy.folders import run_folder

from .children import fastbusy
from .ports import free_port_base
from .small_run import SCENARIO, events, is_free, told, write_scenario

pytestmark = pytest.mark.system

Told = pytest.CaptureFixture[str]


def test_all_mistakes_of_a_scenario_at_once(tmp_path: Path) -> None:
    wrong = SCENARIO.replace("why:", "wy: typo\nwhy:").replace("for: 20s", "for: 20")
    wrong = wrong.replace("    greeting:", "    facts: {name: person}\n    greeting:")
    write_scenario(tmp_path, wrong)
    with fastbusy(tmp_path, "run", "small.yaml", "--out", "out") as run:
        assert run.ends() == 2, told(run)
    assert "small.yaml:2: unknown key 'wy'\n  → did you mean 'why'?" in told(run)
    assert "small.yaml:5: for: '20' is not a duration" in told(run)
    assert "→ write for example 500ms, 2s or 5m" in told(run)
    assert "small.yaml:9: ask: duplicate key 'facts', it stands in line 8 already" in told(run)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "seen", "remedy"),
    [
        (("nowhere.yaml",), "there is no scenario 'nowhere.yaml'", "give a path to a file"),
        (("dmeo",), "there is no scenario 'dmeo'", "did you mean 'demo'?"),
        (("small.yaml", "--profile", "slo"), "no fault profile 'slo'", "'slow'"),
        (("small.yaml", "--profile", "gone.yaml"), "gone.yaml", "check the path"),
        (("small.yaml", "--agent", "ftp://x"), "ftp", "webhook"),
    ],
)
def test_what_is_not_there(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Told,
    words: tuple[str, ...],
    seen: str,
    remedy: str,
) -> None:
    write_scenario(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert main(["run", *words, "--out", "out"]) == 2
    said = capsys.readouterr().err
    assert seen in said
    assert remedy in said.partition("→")[2]
    assert not (tmp_path / "out").exists()


def test_a_folder_that_holds_no_run(tmp_path: Path, capsys: Told) -> None:
    (tmp_path / "file").write_text("")
    none = "no events.jsonl: this is no run folder"
    for name, what in (("", none), ("gone", "there is no such folder"), ("file", none)):
        folder = tmp_path / name
        assert main(["check", str(folder)]) == 2
        assert f"{folder}: {what}\n  → " in capsys.readouterr().err


def test_a_history_that_is_cut_or_damaged(tmp_path: Path, capsys: Told) -> None:
    path = run_folder(tmp_path / "run") / "events.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)

    path.write_bytes(b"".join(lines)[:-20])
    assert main(["check", str(path.parent)]) == 3, "without its end nobody can tell"
    assert "the history has no end" in capsys.readouterr().out

    for garbage in (b"\x00\xff\x00\n", b"{}\n", b'{"at_ns": 1, "actor":\n', b"[" * 9000 + b"\n"):
        path.write_bytes(b"".join([*lines[:7], garbage, *lines[7:]]))
        assert main(["check", str(path.parent)]) == 2
        said = capsys.readouterr().err
        assert f"{path}:8: damaged: " in said
        assert "→ take that line out" in said

    path.write_bytes(b"")
    assert main(["check", str(path.parent)]) == 3
    assert "0 offered" in capsys.readouterr().out


@pytest.mark.parametrize("plan", [None, b"", b"[1]", b"\xff", b'{"gates": 3}'])
def test_a_plan_that_is_gone_or_damaged(tmp_path: Path, capsys: Told, plan: bytes | None) -> None:
    path = run_folder(tmp_path / "run") / "plan.json"
    path.unlink()
    if plan is not None:
        path.write_bytes(plan)
    assert main(["check", str(path.parent)]) == 2
    said = capsys.readouterr().err
    assert f"{path}: the run's plan cannot be read: " in said
    assert "→ put it back" in said


def test_a_folder_that_holds_a_run_is_left_alone(tmp_path: Path, capsys: Told) -> None:
    folder = run_folder(tmp_path / "old")
    before = (folder / "events.jsonl").read_bytes()
    assert main(["run", "demo", "--out", str(folder)]) == 2
    assert f"--out {folder}: this folder holds a run already" in capsys.readouterr().err
    assert (folder / "events.jsonl").read_bytes() == before


def test_a_place_that_cannot_be_a_folder(tmp_path: Path, capsys: Told) -> None:
    (tmp_path / "file").write_text("")
    for out in (tmp_path / "file", tmp_path / "file" / "below"):
        assert main(["run", "demo", "--out", str(out)]) == 2
        said = capsys.readouterr().err
        assert f"{out}: no run folder can be made: " in said
        assert "→ name another folder with --out" in said


@contextmanager
def small_disk(place: Path, options: str) -> Iterator[Path]:
    """A file system of its own, where the test may mount one."""
    place.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(mounting, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount a file system")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_disk_that_is_read_only(tmp_path: Path, capsys: Told) -> None:
    with small_disk(tmp_path / "disk", "ro,size=300m") as disk:
        assert main(["run", "demo", "--out", str(disk / "out")]) == 4
        said = capsys.readouterr().err
    assert "no run folder can be made: " in said
    assert "Read-only" in said
    assert "→ name another folder with --out" in said


def test_a_disk_with_too_little_room(tmp_path: Path, capsys: Told) -> None:
    with small_disk(tmp_path / "disk", "size=20m") as disk:
        assert main(["run", "demo", "--out", str(disk / "out")]) == 4
        assert not (disk / "out").exists()
    said = capsys.readouterr().err
    assert "20 MiB are free, the run may need " in said
    assert "→ free some space" in said


def test_a_disk_that_fills_up_in_the_middle(tmp_path: Path) -> None:
    write_scenario(tmp_path, SCENARIO.replace("for: 20s, faults: [slow]", "for: 4s"))
    base = free_port_base()
    with small_disk(tmp_path / "disk", "size=250m") as disk:
        words = ("run", "small.yaml", "--port-base", str(base), "--out", str(disk / "out"))
        with fastbusy(tmp_path, *words) as run:
            run.until(" dialled, ")
            fill(disk / "others")
            assert run.ends() == 4, told(run)
        assert is_free(base)
        assert is_free(base - 50)
        assert "No space left on device" in told(run)
        assert "→ free some space and run: fastbusy report " in told(run)
        assert "Traceback" not in told(run)
        assert events(disk / "out"), "what was written before is whole"
        (disk / "others").unlink()
        with fastbusy(tmp_path, "check", str(disk / "out")) as check:
            assert check.ends() == 3, told(check)
        assert "the history has no end" in told(check)


def fill(path: Path) -> None:
    """Take all the space there is."""
    block = b"x" * (1 << 20)
    with path.open("wb", buffering=0) as file:
        try:
            while file.write(block):
                pass
        except OSError:
            return
