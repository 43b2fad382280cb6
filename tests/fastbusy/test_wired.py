"""The links between caller, agent and mocks, from what the preflight call has told."""

from __future__ import annotations

from pathlib import Path

import pytest

from fastbusy.env import environment
from fastbusy.wired import Wiring, links
from harness.wiring import LINKS
from mocks.provider import load_providers


def test_a_whole_wiring() -> None:
    found = tuple(links({"link": "", "remedy": ""}))
    assert [link.name for link in found] == list(LINKS)
    assert all(link.state == "there" and not link.remedy for link in found)
    assert Wiring(found, Path("runs")).whole


@pytest.mark.parametrize("missing", LINKS)
def test_behind_the_first_missing_link_nothing_is_known(missing: str) -> None:
    found = tuple(links({"link": missing, "seen": "nothing", "remedy": "mend it"}))
    at = list(LINKS).index(missing)
    states = [link.state for link in found]
    assert states == ["there"] * at + ["missing"] + ["unknown"] * (len(LINKS) - at - 1)
    assert (found[at].told, found[at].remedy) == ("nothing", "mend it")
    assert not Wiring(found, Path("runs")).whole


def test_what_was_not_tried_gets_no_tick() -> None:
    hung_up = {"link": "tts", "seen": "closed", "remedy": "mend it", "known_until": "stream"}
    states = {link.name: link.state for link in links(hung_up)}
    assert (states["stream"], states["stt"], states["tts"]) == ("there", "unknown", "missing")
    untried = {"tools": "the dialogue asks for none", "webhook": "there is none"}
    for missing in ("", "stream"):
        told = {"link": missing, "seen": "closed", "remedy": "mend it", "untried": untried}
        told["without"] = ["dial_out"]
        webhook, stream, *_, tools = links(told)
        assert (webhook.state, webhook.told) == ("unknown", "there is none")
        assert stream.state == ("missing" if missing else "there")
        assert tools.state == "unknown"
    assert Wiring(tuple(links({"link": "", "untried": untried})), Path("runs")).whole


def test_links_that_an_agent_does_not_have_are_left_out() -> None:
    found = tuple(links({"link": "", "remedy": "", "without": ["dial_out"]}))
    assert [link.name for link in found] == [name for name in LINKS if name != "dial_out"]


def test_the_key_of_a_provider_is_in_the_environment_by_its_name() -> None:
    """So `harness.wiring` names the variable to an agent that sends no key."""
    for provider in load_providers(("stt", "llm", "tts")):
        assert f"{provider.name.upper()}_API_KEY" in environment()
