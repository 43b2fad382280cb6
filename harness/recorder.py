"""The run folder: events, transcripts and recordings, written so that it can always be read."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np

from kernel.errors import FastbusyError, StackError, UsageError
from kernel.event import Event, to_line
from kernel.redact import NO_SECRETS, Secrets
from kernel.units import encode
from speech.encoding import Encoding
from speech.g711 import mulaw_decode
from speech.wav import write_wav

from .planning.plan import Plan
from .protocols.media_streams import RATE_HZ

Keep = Literal["failed", "all", "none"]
Kept = Literal["kept", "lost", "unwanted"]
"""What became of a recording: the disk did not take it, or nobody had asked for it."""
Sound = bytes | bytearray

RECORDINGS_ALWAYS = 10
"""Under `failed`, the first so many recordings are kept as well."""
UNWRITTEN_LIMIT_BYTES = 64 << 20
_CALL_S = 60
_EVENT_BYTES_PER_CALL = 50_000
_RESERVE_BYTES = 200 << 20


class Lines:
    """A file of lines that survives a full disk: what was written stays whole, the rest waits."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.error = ""
        self.lost_lines = 0
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._file = path.open("ab", buffering=0)
        self._good_bytes = self._file.tell()

    def add(self, line: bytes) -> None:
        if self._waiting_bytes + len(line) > UNWRITTEN_LIMIT_BYTES:
            self.lost_lines += 1
            return
        self._waiting.append(line)
        self._waiting_bytes += len(line)

    def flush(self) -> None:
        """Write what waits. After an OSError, kept in `error`, it is tried again the next time."""
        if not self._waiting:
            return
        data = b"".join(self._waiting)
        try:
            written = 0
            while written < len(data):
                written += self._file.write(data[written:]) or 0
        except OSError as error:
            self.error = f"{self.path}: {error}"
            self._undo()
            return
        self._good_bytes += len(data)
        self._waiting, self._waiting_bytes = [], 0

    def close(self) -> None:
        self.flush()
        self._file.close()

    def _undo(self) -> None:
        """No half-written line may stand between whole ones."""
        try:
            self._file.truncate(self._good_bytes)
            self._file.seek(self._good_bytes)
        except OSError as error:
            self.error = f"{self.path}: {error}"


class Recorder:
    """Writes one run folder. `flush` once a second; errors of the disk never stop a run.

    What anybody said or answered may quote the `secrets`; nothing that is written here does.
    """

    def __init__(self, folder: Path, secrets: Secrets = NO_SECRETS) -> None:
        """Makes the folder. UsageError if that is impossible, StackError if the disk takes none."""
        self.folder = folder
        self._secrets = secrets
        self.ended = False
        """Whether the history has the end of the run."""
        self._errors: list[str] = []
        try:
            (folder / "recordings").mkdir(parents=True, exist_ok=True)
            self._events = Lines(folder / "events.jsonl")
            self._transcripts = Lines(folder / "transcripts.jsonl")
        except OSError as error:
            raise _unmakeable(folder, error) from None

    def write_command(self, command: str) -> None:
        told = self._secrets.conceal(command)
        self._write(self.folder / "command.txt", f"{told}\n".encode())

    def write_plan(self, plan: Plan) -> None:
        data = msgspec.json.format(msgspec.json.encode(plan, enc_hook=encode), indent=1)
        self._write(self.folder / "plan.json", data)

    def record(self, event: Event) -> None:
        """Any event; what was said or heard becomes a line of the transcript as well."""
        if self._secrets:
            concealed = self._secrets.conceal_in(event.data)
            event = msgspec.structs.replace(event, data=concealed)
        self._events.add(to_line(event))
        self.ended |= event.kind == "run" and event.type != "invoke"
        line = _transcript_line(event)
        if line:
            self._transcripts.add(line)

    def keep_recording(self, name: str, caller: Sound, agent: Sound) -> Kept:
        """µ-law of both sides, from the same instant on, as `recordings/NAME.wav`."""
        length = max(len(caller), len(agent))
        sides = [mulaw_decode(bytes(side).ljust(length, b"\xff")) for side in (caller, agent)]
        path = self.folder / "recordings" / f"{name}.wav"
        try:
            write_wav(path, np.stack(sides, axis=1), RATE_HZ, Encoding.MULAW)
        except OSError as error:
            self._errors.append(f"{path}: {error}")
            path.unlink(missing_ok=True)  # half a recording is none
            return "lost"
        return "kept"

    def flush(self) -> None:
        self._events.flush()
        self._transcripts.flush()

    def close(self) -> None:
        self._events.close()
        self._transcripts.close()

    @property
    def lost_lines(self) -> int:
        """Of the events."""
        return self._events.lost_lines

    @property
    def lost_words(self) -> int:
        """Lines of the transcripts."""
        return self._transcripts.lost_lines

    @property
    def errors(self) -> tuple[str, ...]:
        """What the disk did not take, the first of each kind."""
        lines = [lines.error for lines in (self._events, self._transcripts) if lines.error]
        return (*lines, *self._errors[:1])

    def _write(self, path: Path, data: bytes) -> None:
        try:
            path.write_bytes(data)
        except OSError as error:
            self._errors.append(f"{path}: {error}")


def keeps(keep: Keep, *, failed: bool, kept: int) -> bool:
    """Whether a call's recording is kept, of which `kept` are already."""
    return keep == "all" or (keep == "failed" and (failed or kept < RECORDINGS_ALWAYS))


def check_space(folder: Path, calls: int, keep: Keep) -> None:
    """StackError unless the disk has room for the run, taking a call for a minute.

    UsageError if there can be no such folder.
    """
    recordings = {"none": 0, "failed": min(calls, RECORDINGS_ALWAYS + calls // 4), "all": calls}
    needed = calls * _EVENT_BYTES_PER_CALL + recordings[keep] * 2 * RATE_HZ * _CALL_S
    try:
        existing = next(place for place in (folder, *folder.resolve().parents) if place.exists())
        if not existing.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(existing))
        free = shutil.disk_usage(existing).free
    except OSError as error:
        raise _unmakeable(folder, error) from None
    if free < needed + _RESERVE_BYTES:
        raise StackError(
            f"{free >> 20} MiB are free, the run may need {(needed + _RESERVE_BYTES) >> 20} MiB",
            where=str(folder),
            remedy="free some space, name another folder with --out, or keep fewer recordings",
        )


_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO)
"""What is the disk's fault, and not that of who names a folder."""


def _unmakeable(folder: Path, error: OSError) -> FastbusyError:
    kind = StackError if error.errno in _DISK else UsageError
    return kind(
        f"no run folder can be made: {error.strerror}",
        where=str(folder),
        remedy="name another folder with --out",
    )


def point_latest(folder: Path) -> None:
    """Let `latest` beside the run folder point to it, where links are possible."""
    link = folder.parent / "latest"
    fresh = folder.parent / f".latest-{os.getpid()}"
    try:
        if link.exists() and not link.is_symlink():
            return
        fresh.symlink_to(folder.name, target_is_directory=True)
        fresh.replace(link)
    except OSError:
        fresh.unlink(missing_ok=True)


def _transcript_line(event: Event) -> bytes:
    """One utterance as people read it: who, when, what; empty for other events."""
    data = event.data
    if event.kind == "heard":
        who = {"who": "agent", "text": data["text"], "role": data["role"]}
        who |= {"verified": data["verified"], "sound": data["sound"]}
    elif event.kind == "turn" and event.type != "invoke":
        who = {"who": "caller", "text": data["text"], "turn": data["index"]}
        who |= {"keys": True} if data.get("keys") else {}
    elif event.kind == "aside":
        who = {"who": "caller", "text": data["text"], "turn": data["index"], "aside": True}
    else:
        return b""
    from_at_ns = data.get("from_at_ns", event.at_ns)
    times = {"from_at_ns": from_at_ns, "until_at_ns": data["until_at_ns"]}
    return msgspec.json.encode({"call": event.parent, **times, **who}) + b"\n"
