"""What the harness is told of the mocks."""

from __future__ import annotations

from fastbusy import catalogue
from kernel.fault import STAGES


def test_targets_are_stages_and_their_providers() -> None:
    assert set(catalogue.stages()) >= {"stt", "llm", "tools"}
    assert list(catalogue.stages()) == [stage for stage in STAGES if stage in catalogue.stages()]
    assert {"llm", "llm/openai", "stt/deepgram"} <= set(catalogue.targets())
    assert "realtime/openai" not in catalogue.targets()


def test_every_fault_kind_is_known_with_what_a_user_needs() -> None:
    kinds = catalogue.fault_kinds()
    assert {"slowdown", "rate_limit", "concurrency", "stall"} <= kinds.keys()
    for name, kind in kinds.items():
        assert (kind.name, kind.targets) == (name, catalogue.stages())
        assert f"kind: {name}" in kind.doc, f"{name} shows no example"
    colours = [kind.colour for kind in kinds.values()]
    assert len(set(colours)) == len(colours)


def test_every_target_says_what_can_be_counted_there() -> None:
    units = catalogue.units()
    assert set(units) == set(catalogue.targets())
    assert units["llm/openai"] == ("request",)
    assert units["stt/deepgram"] == ("socket",)
    assert set(units["tts"]) >= {"socket", "context", "request"}
    assert all(units.values())


def test_known_is_what_a_scenario_may_name() -> None:
    known = catalogue.known()
    assert "no_dropped_calls" in known.checks
    assert known.targets == catalogue.targets()
    assert known.units == catalogue.units()
    assert catalogue.voices()


def test_mocked_tools_tell_their_arguments() -> None:
    assert catalogue.tools()["lookup_slots"] == ("date",)
