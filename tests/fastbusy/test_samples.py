"""The sample agents: started as commands, or loaded as applications."""

from __future__ import annotations

import sys
from pathlib import Path

from fastbusy import samples


def test_the_commands_of_sample_agents_exist() -> None:
    python, reference = samples.command("reference")
    assert python == sys.executable
    assert Path(reference).is_file()
    _, flawed, *flaw = samples.command("flawed:silent-drop")
    assert Path(flawed).name == "flawed.py"
    assert flaw == ["--flaw", "silent-drop"]


def test_settings_say_where_it_listens_and_how_many_it_takes() -> None:
    assert samples.settings("127.0.0.1", 8650, None) == {"HOST": "127.0.0.1", "PORT": "8650"}
    assert samples.settings("h", 1, 36)["CALL_LIMIT"] == "36"


def test_sample_agents_are_applications_with_a_webhook() -> None:
    for sample in ("reference", "flawed:retry-storm"):
        app = samples.application(sample, samples.settings("127.0.0.1", 8650, 4))
        assert any(route.resource.canonical == "/incoming" for route in app.router.routes())


def test_every_flaw_says_what_it_breaks() -> None:
    assert {"silent-drop", "retry-storm"} <= samples.flaws().keys()
    for flaw in samples.flaws().values():
        assert flaw.why
        assert flaw.fails
