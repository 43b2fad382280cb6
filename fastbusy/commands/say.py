"""Write a text as call audio that carries it: what a caller or a mocked voice would sound like."""

from __future__ import annotations

import argparse
import errno
from pathlib import Path

from kernel.errors import StackError, UsageError
from speech.alphabet import Role
from speech.recording import say
from speech.voice import VOICES
from speech.wav import write_wav

_ROLES = {"caller": Role.CALLER, "agent": Role.AGENT}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", help="what is said")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE",
                        help="WAV file to write")  # fmt: skip
    parser.add_argument("--rate", type=int, default=8000, metavar="HZ",
                        help="samples per second (8000)")  # fmt: skip
    parser.add_argument("--role", choices=_ROLES, default="caller", help="whose sound (caller)")
    parser.add_argument("--voice", type=int, default=1, metavar="N", help=f"1 to {len(VOICES)} (1)")


def run(args: argparse.Namespace) -> int:
    if not 1 <= args.voice <= len(VOICES):
        raise UsageError(
            f"there is no voice {args.voice}", remedy=f"choose one from 1 to {len(VOICES)}"
        )
    voice = list(VOICES.values())[args.voice - 1]
    utterance = say(args.text, rate_hz=args.rate, role=_ROLES[args.role], voice=voice)
    try:
        write_wav(args.output, utterance.samples, args.rate)
    except OSError as error:
        kind = StackError if error.errno == errno.ENOSPC else UsageError
        raise kind(
            f"cannot write: {error.strerror}",
            where=str(args.output),
            remedy="name a file, in a folder that exists, after -o",
        ) from error
    print(f"{args.output}: {utterance.duration_s:.2f} s, voice {voice.name}")
    return 0
