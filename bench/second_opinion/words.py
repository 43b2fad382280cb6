"""What is said in a recording, by `fastbusy hear`, and what a listener takes it for."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_LINE = re.compile(
    r"^ *(?P<who>caller|agent) (?P<text>.*?)(?P<cut>…?)"
    r"  \[(?P<from>[\d.]+)–(?P<until>[\d.]+) s,?.*\]$"
)
_WAIT = re.compile(
    r"\b(?:one|a|just a) (?:moment|second|minute)|\blet me (?:check|see|look)|\bhold on"
    r"|\bplease (?:hold|wait)|\bbear with me",
    re.IGNORECASE,
)
_REFUSAL = re.compile(
    r"\bcall (?:again|back|us) later|\btry again later|\blines are busy|\bcannot take your call",
    re.IGNORECASE,
)
_REGRET = re.compile(
    r"\bsorry\b|\bapolog|\bsay (?:that|it) again|\brepeat\b|\bdid(?:n't| not) (?:catch|hear)"
    r"|\btrouble\b|\btechnical\b|\bproblem\b",
    re.IGNORECASE,
)
_FAREWELL = re.compile(r"\b(?:good ?bye|bye)\b", re.IGNORECASE)
_COURTESY = re.compile(
    r"\b(?:okay|ok|sure|right|yes|well|um|uh|hm+|mhm|of course|thanks|thank you|please|all)\b"
)


@dataclass(frozen=True, slots=True)
class Said:
    """One utterance; `whole` if its end was heard and nothing is missing."""

    who: str
    from_s: float
    until_s: float
    text: str
    whole: bool = True

    @property
    def asks_to_wait(self) -> bool:
        return bool(_WAIT.search(self.text)) and not self.has_content

    @property
    def has_content(self) -> bool:
        """It says more than courtesies, a plea to wait, or the beginning of a word."""
        if not self.whole and not re.search(r"[\s.?!]", self.text):
            return False
        rest = " ".join(s for s in re.split(r"(?<=[.?!…])\s+", self.text) if not _WAIT.search(s))
        return bool(re.search(r"\w", _COURTESY.sub("", rest.lower())))

    @property
    def refuses(self) -> bool:
        return bool(_REFUSAL.search(self.text))

    @property
    def tells_of_trouble(self) -> bool:
        """It regrets, refuses, or asks the caller to say it again."""
        return self.refuses or bool(_REGRET.search(self.text))

    @property
    def takes_leave(self) -> bool:
        return bool(_FAREWELL.search(self.text))


def parse(printed: str) -> list[Said]:
    """The lines of `fastbusy hear --verbose` on a stereo file, in order of time."""
    return [
        Said(
            found["who"],
            float(found["from"]),
            float(found["until"]),
            found["text"],
            whole=not found["cut"],
        )
        for found in map(_LINE.match, printed.splitlines())
        if found
    ]


def hear(path: Path) -> list[Said]:
    """Both channels of a recording. CalledProcessError if the command breaks."""
    command = [sys.executable, "-m", "fastbusy", "hear", "--verbose", str(path.resolve())]
    heard = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    if heard.returncode not in (0, 3):  # 3: there is nothing to be heard
        heard.check_returncode()
    return parse(heard.stdout)
