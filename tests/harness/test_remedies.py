"""Every step that a call can stick at has a remedy, and some ends have one of their own."""

from __future__ import annotations

import pytest

from harness.remedies import setup_remedy


@pytest.mark.parametrize(
    ("step", "how", "remedy"),
    [
        ("webhook", "unreachable", "voice webhook"),
        ("stream", "unreachable", "<Stream url=…>"),
        ("direct", "unreachable", "media stream"),
        ("dial_out", "unreachable", "--dial-out URL"),
        ("dial_out", "dial_out_500", "log"),
        ("webhook", "http_500", "log"),
        ("stream", "upgrade_500", "<Stream url=…>"),
        ("direct", "upgrade_500", "media stream"),
    ],
)
def test_the_same_end_wants_another_remedy_at_another_step(
    step: str, how: str, remedy: str
) -> None:
    assert remedy in setup_remedy(step, how)


@pytest.mark.parametrize("step", ["webhook", "stream", "direct", "dial_out"])
def test_tls_is_mended_alike_everywhere(step: str) -> None:
    assert "--ca FILE" in setup_remedy(step, "tls_unknown_ca")
