"""Print what an ear hears in a recording: the text that callers' and agents' voices carry."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from kernel.errors import UsageError, brief
from speech.alphabet import Role
from speech.heard import HeardUtterance
from speech.identity import split_caller_identity, split_speaker_identity
from speech.recording import hear_file

_NAMED = 8
_CHANNELS = {2: ("caller", "agent")}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="WAV, PCM or G.711, any number of channels")
    parser.add_argument("--verbose", action="store_true", help="identity, times, confidence")


def run(args: argparse.Namespace) -> int:
    if not os.path.isfile(args.file):
        what = "a folder is no recording" if os.path.isdir(args.file) else "there is no recording"
        raise UsageError(f"{what}: {brief(str(args.file))}", remedy=_what_is(args.file))
    channels = hear_file(args.file)
    names = _CHANNELS.get(len(channels), tuple(map(str, range(1, len(channels) + 1))))
    lines = sorted(
        (heard.start_s, names[channel], heard)
        for channel, utterances in enumerate(channels)
        for heard in utterances
    )
    for start_s, channel, heard in lines:
        place = f"{channel:>6} " if len(channels) > 1 else ""
        details = f"  [{_details(heard, start_s)}]" if args.verbose else ""
        print(f"{place}{heard.text}{'' if heard.verified else '…'}{details}")
    if not lines:
        print(f"{args.file}: no words of callers or agents are heard in it", file=sys.stderr)
        return 3
    return 0


def _what_is(missing: Path) -> str:
    folder = missing if os.path.isdir(missing) else missing.parent
    beside = sorted(path.name for path in folder.glob("*.wav"))
    if not beside:
        return "give the path of a WAV file"
    more = f" and {len(beside) - _NAMED} more" if len(beside) > _NAMED else ""
    return f"recorded there: {', '.join(beside[:_NAMED])}{more}"


def _details(heard: HeardUtterance, start_s: float) -> str:
    parts = [f"{start_s:.2f}–{heard.end_s:.2f} s"]
    if heard.role is not None:
        parts.append(heard.role.name.lower())
    if heard.identity is not None:
        if heard.role is Role.CALLER:
            call, turn = split_caller_identity(heard.identity)
            parts.append(f"call {call}, turn {turn}")
        else:
            instance, span = split_speaker_identity(heard.identity)
            parts.append(f"mock {instance}, span {span}")
    parts.append("verified" if heard.verified else "cut or damaged")
    if heard.confidences:
        parts.append(f"confidence {min(heard.confidences):.2f}")
    return ", ".join(parts)
