"""A fault profile file: what it says, and the exact words for what can be wrong in it."""

from __future__ import annotations

import pytest

from harness.files.grammar import NAME_REMEDY, Loaded
from harness.files.profile import FaultProfile, ProfiledFault, grammar
from harness.files.strict import parse
from kernel.errors import FileProblems
from kernel.fault import Unit
from kernel.units import Duration, Share

from ..catalogue import KINDS, PROFILE, profile


def test_fields_of_the_kind_are_kept_as_written() -> None:
    assert profile().value.faults == (
        ProfiledFault(
            kind="rate_limit",
            target="llm",
            at=Duration(2),
            lasts=Duration(20),
            share=Share(0.5),
            fields={"requests": "5/s"},
        ),
        ProfiledFault(kind="stall", target="tts", lasts=Duration(5), label="silent", fields={}),
    )


def test_targets_are_those_that_have_a_mock() -> None:
    text = PROFILE.replace("target: llm", "target: llm/openai").replace("tts", "stt/deepgram")
    targets = ("llm/openai", "stt/deepgram")
    kind = type(profile().value)
    loaded = parse(text, kind, file="p.yaml", grammar=grammar(KINDS, targets))
    assert [fault.target for fault in loaded.value.faults] == list(targets)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "kind: rate_limit",
            "kind: rate_limt",
            "p.yaml:4: kind: unknown fault kind 'rate_limt'\n  → did you mean 'rate_limit'? "
            "known fault kinds: concurrency, rate_limit, slowdown, stall",
        ),
        (
            "kind: rate_limit, ",
            "",
            "p.yaml:4: faults: the key 'kind' is missing\n  → add 'kind: …'",
        ),
        (
            "requests: 5/s",
            "requests: 5",
            "p.yaml:4: requests: '5' is not a rate\n  → write for example 4/s or 90/m",
        ),
        (
            "requests: 5/s",
            "request: 5/s",
            "p.yaml:4: faults: unknown key 'request'\n  → did you mean 'requests'? known keys: "
            "kind, target, at, for, share, label, requests, burst, of, retry_after",
        ),
        (
            "requests: 5/s",
            "requests: 5/s, burst: 0",
            "p.yaml:4: faults: burst: 0 lets nobody pass\n  → use a stall for that",
        ),
        (
            "faults:\n  - {kind: rate_limit, target: llm",
            "fault:\n  - {kind: rate_limit, target: lmm",
            "p.yaml:3: unknown key 'fault'\n"
            "  → did you mean 'faults'? known keys: name, why, faults\n"
            "p.yaml:4: no mock serves the target 'lmm'\n"
            "  → did you mean 'llm'? known targets: stt, llm, tts, realtime, tools, telephony",
        ),
        (
            "target: llm",
            "target: lmm",
            "p.yaml:4: no mock serves the target 'lmm'\n"
            "  → did you mean 'llm'? known targets: stt, llm, tts, realtime, tools, telephony",
        ),
        (
            "target: llm",
            "target: realtime",
            "p.yaml:4: rate_limit cannot bite realtime\n"
            "  → it can bite stt, llm, tts, tools, telephony",
        ),
        ("for: 20s", "for: 0s", "p.yaml:4: for: 0s is no time\n  → write how long it lasts: 20s"),
        (
            "for: 20s",
            "for: -5s",
            "p.yaml:4: for: '-5s' is not a duration\n  → write for example 500ms, 2s or 5m",
        ),
        (
            ", for: 20s",
            "",
            "p.yaml:4: faults: the key 'for' is missing\n  → add 'for: …'",
        ),
        (
            "share: 50%",
            "share: 0%",
            "p.yaml:4: share: 0% bites nobody\n  → write a share, or leave it out for all",
        ),
        (
            "label: silent",
            "label: so silent",
            f"p.yaml:8: 'so silent' cannot be a label\n  → {NAME_REMEDY}",
        ),
        (
            "share: 50%",
            "label: silent",
            "p.yaml:8: a second fault with the label 'silent'\n"
            "  → give every fault a label of its own",
        ),
        (
            "name: burst",
            "name: burst!",
            f"p.yaml:1: 'burst!' cannot name a profile\n  → {NAME_REMEDY}",
        ),
        (
            "Something to change.",
            "''",
            "p.yaml:2: why: is empty\n  → say in a sentence what it shows",
        ),
    ],
)
def test_a_mistake_has_line_value_and_remedy(old: str, new: str, expected: str) -> None:
    assert old in PROFILE
    with pytest.raises(FileProblems) as caught:
        profile(PROFILE.replace(old, new))
    assert str(caught.value) == expected


def test_what_a_provider_does_not_have_cannot_be_counted() -> None:
    text = PROFILE.replace("requests: 5/s", "requests: 5/s, of: context")
    kind = type(profile().value)

    def read(*units: Unit) -> Loaded[FaultProfile]:
        known = grammar(KINDS, units={"llm": units})
        return parse(text, kind, file="p.yaml", grammar=known)

    with pytest.raises(FileProblems) as caught:
        read("socket", "request")
    assert str(caught.value) == (
        "p.yaml:4: of: context counts nothing, llm has none\n"
        "  → llm has: socket, request; or leave it out"
    )
    assert read("context").value.faults[0].fields["of"] == "context"
    assert read().value.faults[0].fields["of"] == "context"


def test_a_profile_has_faults() -> None:
    with pytest.raises(FileProblems, match="without faults"):
        profile("{name: p, why: w, faults: []}")
