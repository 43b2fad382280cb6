"""Reading a scenario and the fault profiles that it needs: the only part that opens files."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Literal, NamedTuple

from kernel.errors import FileProblems, Problem, brief
from kernel.fault import STAGES, FaultKind, Unit

from . import profile as profile_file
from . import scenario as scenario_file
from .grammar import Loaded, Rule, Source, suggestion
from .grammar import Path as Place
from .nodes import MAX_BYTES
from .profile import FaultProfile
from .scenario import CheckKind, Scenario
from .strict import parse


class Known(NamedTuple):
    """What the composition root tells: fault kinds, targets that have a mock, checks, and what
    a fault can count at each target."""

    kinds: Mapping[str, FaultKind]
    checks: Mapping[str, type[CheckKind]]
    targets: Collection[str] = STAGES
    units: Mapping[str, Collection[Unit]] = MappingProxyType({})


class Files(NamedTuple):
    """A scenario, and every profile that it or the command line names, by the name used there."""

    scenario: Loaded[Scenario]
    profiles: Mapping[str, Loaded[FaultProfile]]


def read_files(
    path: Path,
    *,
    known: Known,
    folders: Sequence[Path],
    environment: Mapping[str, str],
    more_profiles: Sequence[str] = (),
    target_files: Mapping[Rule, Collection[str]] = MappingProxyType({}),
) -> Files:
    """Read a scenario and its profiles. FileProblems with what is wrong in any of them.

    folders        where `NAME.yaml` of a profile is looked for, in this order
    more_profiles  names or paths of profiles that the command line adds
    target_files   rules of a target that look at the files which it names, with the keys that must
                   be readable. They are asked only beside other mistakes: the command line may put
                   other files in their place
    """
    problems: list[Problem] = []
    scenario: Loaded[Scenario] | None = None
    try:
        scenario = _read_scenario(path, known, environment, target_files)
        wanted = [(name, scenario.source, place) for name, place in _named(scenario.value)]
    except FileProblems as error:
        problems += error.problems
        wanted = []
    wanted += [(name, Source("--profile"), ()) for name in more_profiles]
    profiles: dict[str, Loaded[FaultProfile]] = {}
    for name, source, place in wanted:
        try:
            if name not in profiles:
                profiles[name] = read_profile(_find(name, folders, source, place), known)
        except FileProblems as error:
            problems += [problem for problem in error.problems if problem not in problems]
    if problems or scenario is None:
        raise FileProblems(problems)
    return Files(scenario, profiles)


def _read_scenario(
    path: Path,
    known: Known,
    environment: Mapping[str, str],
    target_files: Mapping[Rule, Collection[str]],
) -> Loaded[Scenario]:
    text = read_text(path)
    if looks_like(text) == "fault profile":
        raise _refusal(
            path, "a fault profile is no scenario", f"run a scenario with --profile {path}"
        )

    def read(**more: Mapping[Rule, Collection[str]]) -> Loaded[Scenario]:
        grammar = scenario_file.grammar(known.checks, **more)
        return parse(text, Scenario, file=str(path), grammar=grammar, environment=environment)

    try:
        return read()
    except FileProblems:
        return read(target_files=target_files)


def read_profile(path: Path, known: Known) -> Loaded[FaultProfile]:
    text = read_text(path)
    if looks_like(text) == "scenario":
        raise _refusal(
            path, "a scenario is no fault profile", "name a file whose chief key is faults"
        )
    grammar = profile_file.grammar(known.kinds, known.targets, known.units, called=path.stem)
    return parse(text, FaultProfile, file=str(path), grammar=grammar)


def looks_like(text: str) -> Literal["scenario", "fault profile", ""]:
    """What a file is likely to be, by the keys that only one of them has; empty if nobody knows."""
    keys = {line.partition(":")[0] for line in text.splitlines() if ":" in line}
    faulty, loaded = "faults" in keys, bool({"load", "dialogues"} & keys)
    if faulty == loaded:
        return ""
    return "fault profile" if faulty else "scenario"


def _refusal(path: Path, what: str, remedy: str) -> FileProblems:
    return FileProblems([Problem(str(path), 0, what, remedy)])


def read_text(path: Path) -> str:
    """The text of a file of at most `MAX_BYTES`. FileProblems if there is none, or if it is PEM."""
    text = _text_of(path)
    if text.startswith("-----BEGIN "):
        raise _refusal(path, "a certificate or key (PEM) is no YAML", "name another file")
    return text


def _text_of(path: Path) -> str:
    try:
        # Who opens a pipe waits for somebody to write into it.
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise _refusal(path, "a pipe or a device is no file", "copy it into one")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        # One byte too many is enough for `compose` to refuse it; it may end within a character.
        return data.decode(errors="replace" if len(data) > MAX_BYTES else "strict")
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
        raise _refusal(path, what, "check the path") from None
    except UnicodeDecodeError as error:
        what = f"not UTF-8 text: {error.reason} at byte {error.start}"
        raise _refusal(path, what, "save it as UTF-8") from None
    except ValueError as error:
        raise _refusal(path, f"cannot be read: {error}", "check the path") from None


def _named(scenario: Scenario) -> Iterator[tuple[str, Place]]:
    """The profiles that a scenario names, and where."""
    for at, phase in enumerate(scenario.load):
        for nth, name in enumerate(phase.faults):
            yield name, ("load", at, "faults", nth)
    for at, name in enumerate(scenario.profiles):
        yield name, ("profiles", at)


def _find(name: str, folders: Sequence[Path], source: Source, place: Place) -> Path:
    if name.endswith((".yaml", ".yml")):
        return Path(name)
    for folder in folders:
        if os.path.isfile(path := folder / f"{name}.yaml"):
            return path
    files = (path for folder in folders for path in folder.glob("*.yaml"))
    known = sorted({path.stem for path in files if _has_faults(path)})
    remedy = suggestion(name, known, "profiles")
    raise FileProblems([source.problem(place, f"no fault profile {brief(name)}", remedy)])


def _has_faults(path: Path) -> bool:
    """Whether a file looks like a fault profile; scenarios may lie beside it."""
    try:
        return looks_like(read_text(path)) == "fault profile"
    except FileProblems:
        return False
