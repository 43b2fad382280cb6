"""What the recordings say to a verdict: `python -m bench.second_opinion RUN_FOLDER…`.

For each place that a failed or warned check names: confirmed, contradicted, or not audible. Then
what the recordings show and no check has said. Wants runs made with `--keep all`.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .listening import Listened, listen
from .missed import Missed, completed, missed
from .opinions import CONFIRMED, CONTRADICTED, NOT_AUDIBLE, Opinion, opinion
from .run_folder import Call, RunFolder, read

_REFUSALS = ("reject", "spoken_refusal", "clip_refusal")


def fate(call: Call, listened: Listened | None) -> str:
    """As heard; of a call without a recording as its transport saw it."""
    if listened is not None:
        return listened.fate
    if call.begins_s is not None:
        return "not_recorded"
    return "refused_politely" if call.how in _REFUSALS else "refused_abruptly"


def overheard(run: RunFolder) -> dict[str, Listened]:
    """Every call that has a recording, in order."""
    recorded = {span: run.recording(span) for span in sorted(run.calls)}
    return {span: listen(path) for span, path in recorded.items() if path is not None}


def summed_up(
    run: RunFolder,
    listened: Mapping[str, Listened],
    opinions: Sequence[Opinion],
    others: Sequence[Missed],
) -> dict[str, Any]:
    """One row of the table, and all that stands behind it."""
    findings = run.findings
    outcomes = {check["name"]: check["outcome"] for check in findings["checks"]}
    judged = [call for call in run.calls.values() if not call.warm_up]
    recorded = [call for call in judged if call.span in listened]
    waits = [
        turn.waited_s
        for each in listened.values()
        for turn in each.turns
        if turn.owed and turn.waited_s is not None
    ]
    says = Counter(each.says for each in opinions)
    talked_over = [o for each in listened.values() for o in each.overlaps if o.by_agent]
    holes = [hole.seconds for each in listened.values() for hole in each.gaps]
    return {
        "run": run.path.name,
        "verdict": findings["verdict"],
        "reason": findings["reason"],
        "fates": {name: count for name, count in findings["fates"].items() if count},
        "fates_heard": Counter(fate(c, listened.get(c.span)) for c in run.calls.values()),
        "completed": run.measure("task_completed", "completed"),
        "completed_heard": sum(completed(run, c, listened[c.span]) for c in recorded),
        "recorded": len(recorded),
        "calls": len(judged),
        "answer_p50_s": round(statistics.median(waits), 2) if waits else None,
        "answer_max_s": round(max(waits), 2) if waits else None,
        "talked_over_by_agent": len(talked_over),
        "holes_in_speech": len(holes),
        "longest_hole_s": round(max(holes, default=0.0), 2),
        "instrument": {
            name: outcomes.get(name)
            for name in ("attributed", "script_matched", "harness_on_time", "fault_was_felt")
        },
        "red": {name: what for name, what in outcomes.items() if what in ("warn", "fail")},
        "unknown": [name for name, what in outcomes.items() if what == "unknown"],
        "confirmed": says[CONFIRMED],
        "contradicted": says[CONTRADICTED],
        "not_audible": says[NOT_AUDIBLE],
        "missed": len(others),
        "opinions": [asdict(each) for each in opinions],
        "missed_places": [asdict(each) for each in others],
    }


def show(run: RunFolder, row: Mapping[str, Any], opinions: Sequence[Opinion]) -> None:
    print(f"\n## {row['run']}: {row['verdict']} ({row['reason']})")
    print(f"fates      judge {row['fates']}, heard {dict(row['fates_heard'])}")
    heard = f"{row['completed_heard']} of {row['recorded']} recorded"
    print(f"completed  judge {row['completed']}, heard {heard}")
    print(f"answers    p50 {row['answer_p50_s']} s, at most {row['answer_max_s']} s")
    broken = f"{row['holes_in_speech']} holes in its speech, {row['longest_hole_s']} s at most"
    print(f"besides    talks over the caller {row['talked_over_by_agent']} times; {broken}")
    print(f"instrument {row['instrument']}")
    for each in opinions:
        claim = each.claim
        at_s = run.calls[claim.call].in_recording(claim.at_s) if claim.call in run.calls else 0
        place = f"{claim.outcome:4} {claim.check:21} {claim.call} {at_s:6.1f} s"
        print(f"  {place}  {claim.note} | {each.shown} → {each.says}")
    for place in row["missed_places"]:
        print(f"  missed     {place['call']} {place['at_s']:6.1f} s  {place['what']}")


def table(rows: Sequence[Mapping[str, Any]]) -> None:
    print("\n| run | verdict | fates | completed | confirmed | contradicted | unheard | missed |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for row in rows:
        fates = ", ".join(f"{count} {name}" for name, count in row["fates"].items())
        heard = f"{row['completed_heard']} of {row['recorded']}"
        figures = (row[key] for key in ("confirmed", "contradicted", "not_audible", "missed"))
        cells = (row["run"], row["verdict"], fates, heard, *map(str, figures))
        print(f"| {' | '.join(cells)} |")


def main(argv: Sequence[str]) -> int:
    """1 if a recording contradicts a check, or shows what none has said."""
    options = argparse.ArgumentParser(prog="bench.second_opinion", description=__doc__)
    options.add_argument("folders", nargs="+", type=Path, metavar="RUN_FOLDER")
    options.add_argument("--json", type=Path, help="write everything there as well")
    arguments = options.parse_args(argv)
    rows = []
    for folder in arguments.folders:
        run = read(folder)
        listened = overheard(run)
        opinions = [opinion(run, claim, listened) for claim in run.claims]
        rows.append(summed_up(run, listened, opinions, list(missed(run, listened))))
        show(run, rows[-1], opinions)
    table(rows)
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1, ensure_ascii=False))
    return int(any(row["contradicted"] or row["missed"] for row in rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
