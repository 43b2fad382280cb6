"""Run folders for tests, without a run: a history told by hand, and the plan's gates."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kernel.event import to_line
from tests.harness.histories import Story, crowd


def calm_story(calls: int = 30) -> Story:
    """Callers in two phases who are all served."""
    story = Story(scenario="calm", target="http://127.0.0.1:8650/incoming").instrument()
    story.phase("baseline", 0, 40).phase("later", 40, 80)
    crowd(story, calls, at=0, every=80 / calls)
    return story.ends(140)


def run_folder(
    folder: Path, story: Story | None = None, gates: Mapping[str, Any] | None = None
) -> Path:
    """A folder as `fastbusy run` leaves it, before it is judged."""
    (folder / "recordings").mkdir(parents=True)
    lines = map(to_line, (story or calm_story()).history().events)
    (folder / "events.jsonl").write_bytes(b"".join(lines))
    gate = {"no_dropped_calls": 0} if gates is None else gates
    (folder / "plan.json").write_text(json.dumps({"scenario": "calm", "gates": gate}))
    (folder / "command.txt").write_text("fastbusy run calm --seed 7\n")
    return folder
