import os
import shutil
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from harness import recorder
from harness.planning.plan import Plan, PlannedFault
from harness.recorder import RECORDINGS_ALWAYS, Lines, Recorder, check_space, keeps, point_latest
from kernel.dialogue import Script
from kernel.errors import StackError, UsageError
from kernel.event import Event, from_lines
from kernel.fault import FaultOrder
from kernel.redact import Secrets
from kernel.units import Share, decode
from speech.g711 import mulaw_encode
from speech.wav import read_wav

HEARD = {
    "from_at_ns": 1,
    "until_at_ns": 2,
    "text": "Hello.",
    "role": "greeting",
    "verified": True,
    "sound": "speech",
}


def lines(path: Path) -> list[Any]:
    return [msgspec.json.decode(line) for line in path.read_bytes().splitlines()]


def test_events_are_on_disk_after_a_flush(tmp_path: Path) -> None:
    one = Recorder(tmp_path / "runs" / "a")
    events = [Event(1, "runner", "run", "invoke", "run"), Event(2, "runner", "run", "ok", "run")]
    for event in events:
        one.record(event)
    path = tmp_path / "runs" / "a" / "events.jsonl"
    assert path.read_bytes() == b""
    one.flush()
    assert list(from_lines(path.read_bytes().splitlines(keepends=True))) == events
    one.close()
    assert one.errors == ()


def test_what_is_said_and_heard_is_a_transcript(tmp_path: Path) -> None:
    one = Recorder(tmp_path)
    turn = {"from_at_ns": 3, "until_at_ns": 4, "text": "Hi.", "index": 1}
    one.record(Event(2, "caller", "heard", "info", "c0001/h1", "c0001", data=HEARD))
    one.record(Event(3, "caller", "turn", "invoke", "c0001/t1", "c0001", data={"text": "Hi."}))
    one.record(Event(4, "caller", "turn", "ok", "c0001/t1", "c0001", data=turn))
    one.close()
    heard, said = lines(tmp_path / "transcripts.jsonl")
    assert heard == {"call": "c0001", "who": "agent", **HEARD}
    assert said == {
        "call": "c0001",
        "who": "caller",
        "from_at_ns": 3,
        "until_at_ns": 4,
        "text": "Hi.",
        "turn": 1,
    }


def test_keys_and_what_is_said_beside_the_turns_are_told_apart(tmp_path: Path) -> None:
    one = Recorder(tmp_path)
    turn = {"from_at_ns": 3, "until_at_ns": 4, "text": "1#", "index": 2, "keys": True}
    one.record(Event(4, "caller", "turn", "ok", "c0001/t2", "c0001", data=turn))
    aside = {"index": 2, "text": "mhm", "until_at_ns": 9}
    one.record(Event(7, "caller", "aside", "info", "c0001/a1", "c0001", data=aside))
    one.close()
    pressed, murmured = lines(tmp_path / "transcripts.jsonl")
    assert (pressed["text"], pressed["keys"]) == ("1#", True)
    assert murmured == {
        "call": "c0001",
        "who": "caller",
        "from_at_ns": 7,
        "until_at_ns": 9,
        "text": "mhm",
        "turn": 2,
        "aside": True,
    }


def test_what_others_quote_of_a_secret_is_not_written(tmp_path: Path) -> None:
    one = Recorder(tmp_path, Secrets(["open sesame"]))
    heard = {**HEARD, "text": "You said: open sesame?"}
    one.record(Event(2, "caller", "heard", "info", "c0001/h1", "c0001", data=heard))
    one.write_command("run --header 'x: open sesame'")
    one.close()
    for name in ("events.jsonl", "transcripts.jsonl", "command.txt"):
        found = (tmp_path / name).read_text()
        assert "sesame" not in found
        assert "…" in found


def test_a_recording_has_the_caller_left_and_the_agent_right(tmp_path: Path) -> None:
    one = Recorder(tmp_path)
    caller = mulaw_encode(np.full(160, 1000, np.int16))
    assert one.keep_recording("c0001", caller, bytearray(caller * 2)) == "kept"
    data = (tmp_path / "recordings" / "c0001.wav").read_bytes()
    assert data[20:24] == b"\x07\x00\x02\x00"  # µ-law, two channels
    samples, rate_hz = read_wav(tmp_path / "recordings" / "c0001.wav")
    assert rate_hz == 8000
    assert samples.shape == (320, 2)
    left, right = samples.T
    assert (left[0], left[-1], right[-1]) == (right[0], 0, right[0])
    one.close()


def test_the_plan_is_written_with_its_quantities(tmp_path: Path) -> None:
    order = FaultOrder(label="f", kind="rate_limit", target="llm", share=Share(0.2))
    plan = Plan(
        scenario="demo",
        why="",
        seed=1,
        phases=(),
        calls=(),
        faults=(PlannedFault(order, "F", "#000000", 0, 1),),
        script=Script(),
        dialogues={},
    )
    one = Recorder(tmp_path)
    one.write_plan(plan)
    one.close()
    found = (tmp_path / "plan.json").read_bytes()
    assert b'"20%"' in found
    assert msgspec.json.decode(found, type=Plan, dec_hook=decode) == plan


class FullDisk:
    """A file on a disk that takes `room` bytes and then no more."""

    def __init__(self, file: Any, room: int) -> None:
        self.file, self.room = file, room

    def write(self, data: bytes) -> int:
        if not self.room:
            raise OSError(28, "No space left on device")
        taken = data[: self.room]
        self.room -= len(taken)
        return int(self.file.write(taken))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)


def test_a_full_disk_leaves_whole_lines_and_loses_none_once_there_is_room(tmp_path: Path) -> None:
    one = Lines(tmp_path / "events.jsonl")
    one.add(b"first\n")
    one.flush()
    real = one._file
    one._file = FullDisk(real, 3)  # type: ignore[assignment]
    one.add(b"second\n")
    one.flush()
    assert "No space left" in one.error
    assert one.path.read_bytes() == b"first\n"
    one._file.room = 1000  # type: ignore[attr-defined]
    one.add(b"third\n")
    one.close()
    assert one.path.read_bytes() == b"first\nsecond\nthird\n"


def test_what_waits_for_room_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "UNWRITTEN_LIMIT_BYTES", 10)
    one = Lines(tmp_path / "events.jsonl")
    one.add(b"12345678\n")
    one.add(b"9\n")
    assert one.lost_lines == 1
    one.close()
    assert one.path.read_bytes() == b"12345678\n"


def test_a_recording_that_cannot_be_written_is_told_and_left_out(tmp_path: Path) -> None:
    one = Recorder(tmp_path)
    shutil.rmtree(tmp_path / "recordings")
    assert one.keep_recording("c0001", b"\xff", b"\xff") == "lost"
    assert not (tmp_path / "recordings" / "c0001.wav").exists()
    assert "c0001.wav" in one.errors[0]
    one.close()


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file" / "run", tmp_path / "file", tmp_path / ("n" * 300)):
        with pytest.raises(UsageError, match="--out"):
            Recorder(folder)
        with pytest.raises(UsageError, match="--out"):
            check_space(folder, calls=1, keep="none")


@pytest.mark.parametrize(
    ("keep", "failed", "kept", "kept_too"),
    [
        ("all", False, 99, True),
        ("none", True, 0, False),
        ("failed", True, 99, True),
        ("failed", False, RECORDINGS_ALWAYS - 1, True),
        ("failed", False, RECORDINGS_ALWAYS, False),
    ],
)
def test_which_recordings_are_kept(keep: Any, failed: bool, kept: int, kept_too: bool) -> None:
    assert keeps(keep, failed=failed, kept=kept) is kept_too


def test_the_disk_must_have_room_before_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_space(tmp_path / "not" / "yet", calls=10, keep="all")
    usage = shutil.disk_usage(tmp_path)._replace(free=100 << 20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(StackError, match="100 MiB are free"):
        check_space(tmp_path, calls=10, keep="all")


def test_latest_points_to_the_newest_run(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        point_latest(tmp_path / name)
        assert os.readlink(tmp_path / "latest") == name
    assert (tmp_path / "latest").resolve() == (tmp_path / "b").resolve()


def test_a_folder_called_latest_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "latest").mkdir()
    (tmp_path / "a").mkdir()
    point_latest(tmp_path / "a")
    assert not (tmp_path / "latest").is_symlink()
