"""Where the mocks of a run are: ours on the base port, or somebody else's at their origins."""

from __future__ import annotations

import argparse

import pytest

from fastbusy.places import mocks_of, origins, place_options
from kernel.errors import UsageError


def placed(*words: str) -> tuple[str, ...]:
    parser = argparse.ArgumentParser()
    place_options(parser)
    return mocks_of(parser.parse_args(words))


def test_a_run_starts_its_own() -> None:
    assert placed() == ()


def test_external_ones_are_where_ours_would_be_or_where_it_is_said() -> None:
    assert placed("--stack", "external") == ("http://127.0.0.1:8700",)
    there = placed("--stack", "external", "--host", "there", "--port-base", "9700")
    assert there == ("http://there:9700",)
    said = placed("--stack", "external", "--mocks", "http://stt:8701, http://llm:8702/")
    assert said == ("http://stt:8701", "http://llm:8702")


def test_nobody_is_to_wonder_whose_mocks_were_used() -> None:
    with pytest.raises(UsageError, match="http://stt:8701: a run uses no such mocks") as refused:
        placed("--mocks", "http://stt:8701")
    assert refused.value.remedy == "add --stack external"


@pytest.mark.parametrize(
    "text",
    ["stt:8701", "localhost", "http://", "http://stt:0", "http://stt:x", "ws://stt:8701",
     "http://stt:8701/v1", "http://stt?x=1", "http://[::1"],
)  # fmt: skip
def test_what_is_no_origin_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        origins(f"http://llm:8702,{text}")
    assert refused.value.what == f"{text!r} is not where a mock can be"


def test_credentials_of_a_proxy_may_stand_in_an_origin() -> None:
    assert origins("https://me:secret@proxy.example") == ("https://me:secret@proxy.example",)
