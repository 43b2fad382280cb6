"""Mocks of somebody else: which of them go together, and where an agent finds what."""

from __future__ import annotations

import pytest

from fastbusy.external import environment_of, refuse_twins
from harness.nemesis.mock_control import MockControl
from kernel.errors import UsageError


def mock(url: str, *services: str, process: str = "") -> MockControl:
    """As after `open`."""
    made = MockControl(url)
    made.services, made.process = services, process
    return made


STT, LLM = mock("http://stt:8701", "stt"), mock("http://llm:8702", "llm")


def test_each_provider_is_where_its_stage_is_served() -> None:
    env = environment_of([STT, LLM])
    assert env["DEEPGRAM_BASE_URL"] == "http://stt:8701"
    assert env["OPENAI_BASE_URL"] == "http://llm:8702/v1"
    assert env["OPENAI_API_KEY"]


def test_what_nobody_serves_does_not_leave_for_the_provider() -> None:
    assert environment_of([STT, LLM])["CARTESIA_BASE_URL"] == "http://stt:8701"


def test_one_mock_for_each_stage() -> None:
    refuse_twins([STT, LLM])
    with pytest.raises(
        UsageError, match="http://llm:8702 and http://b:1 both serve llm"
    ) as refused:
        refuse_twins([STT, LLM, mock("http://b:1", "llm", "tts")])
    assert refused.value.remedy == "name one mock for each stage"


def test_two_ports_of_one_process_are_one_mock() -> None:
    ports = [mock("http://a:8701", "stt", process="p"), mock("http://a:8702", "llm", process="p")]
    with pytest.raises(UsageError, match="are ports of one process") as refused:
        refuse_twins(ports)
    assert refused.value.remedy == "name one of them; its base port serves all"
    refuse_twins([ports[0], mock("http://b:8702", "llm", process="q")])
