"""Whom to call and how: the scenario's agent, and over it what the command line says."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import msgspec

from harness.files.grammar import Filled, Flaw, Loaded, Rule, Secret, Shell
from harness.files.grammar import Path as Key
from harness.files.scenario import Scenario
from harness.files.targets import target_flaws
from harness.media import clips
from harness.planning.plan import Target
from harness.planning.reach import DialOut
from harness.transports import tls
from harness.transports.by_scheme import scheme_of, transports
from kernel.errors import FileProblems, Problem, UsageError, brief
from kernel.redact import NO_SECRETS, Secrets

from . import samples
from .env import environment, ports
from .target_options import Aim, filled_option, overlaid

_SAMPLES = ("reference", "flawed")
_HOST_AND_PORT = re.compile(r"[\w.-]+:\d+(/|$)")
_LATER = {"sip": "SIP", "webrtc+http": "WebRTC", "webrtc+https": "WebRTC"}
_OPTIONS: Mapping[Key, str] = {
    ("webhook",): "--agent",
    ("stream",): "--stream-url",
    ("dial_out", "url"): "--dial-out",
    ("signed_as",): "--signed-as",
    ("connect_to",): "--connect-to",
    ("ca",): "--ca",
    ("client_cert", "cert"): "--client-cert",
    ("client_cert", "key"): "--client-key",
}
"""Key of a target → the option that says it in its place."""


class Said(NamedTuple):
    """What a command line says of the agent: `--agent`, `--agent-command`, and the rest."""

    agent: str = ""
    command: str = ""
    aim: Aim = Aim()


@dataclass(frozen=True)
class Aimed:
    """A target that can be called.

    sample   `reference` or `flawed:FLAW`, empty for any other agent
    command  starts the agent; empty if it runs already, or is a sample
    secrets  of the target, which nobody is to read
    """

    target: Target
    sample: str = ""
    command: str = ""
    secrets: Secrets = NO_SECRETS


def aimed(
    scenario: Loaded[Scenario], said: Said, environ: Mapping[str, str], *, host: str, port_base: int
) -> Aimed:
    """FileProblems or UsageError if there is no such agent, or if what belongs to it is wrong.

    A sample agent is one of `host`, at its port above or below `port_base`.
    """
    target = _beside(scenario.source.file, scenario.value.agent or Target())
    if said.agent:
        agent = filled_option("--agent", said.agent, environ)
        target = msgspec.structs.replace(
            target, webhook=agent, stream=Filled(), command=Shell(), dial_out=_own(target, agent)
        )
    target = overlaid(target, said.aim, environ)
    dial_out = target.dial_out
    wanted = _address(target)
    where = "--agent" if said.agent else scenario.source.file
    scheme = scheme_of(wanted)
    if scheme in _LATER:
        raise UsageError(
            f"agent {brief(wanted.shown)}: {_LATER[scheme]} is not built yet",
            where=where,
            remedy="give the agent's Twilio voice webhook, http(s)://…, or its stream, ws(s)://…",
        )
    secrets = Secrets(target.secrets)
    if scheme in transports():
        _refuse_flaws(target, said, scenario)
        if dial_out:
            dial_out = dial_out.beside(wanted)
            target = msgspec.structs.replace(target, webhook=wanted, dial_out=dial_out)
        elif not target.webhook:
            target = msgspec.structs.replace(target, webhook=target.stream, stream=Filled())
        return Aimed(_signing(target), "", said.command or target.command, secrets)
    _check_sample(wanted.shown, where)
    _refuse_detours(wanted, said.aim)
    said_of_it = Target() if said.agent else target
    webhook = Filled(f"http://{host}:{_sample_port(port_base)}/incoming")
    target = Target(
        webhook=webhook,
        dial_out=dial_out and dial_out.beside(webhook),
        fallback_url=said_of_it.fallback_url,
        status_callback=said_of_it.status_callback,
        auth_token=target.auth_token,
        parameters=target.parameters,
        correlate=target.correlate,
        limit=target.limit,
    )
    return Aimed(_signing(target), str(wanted), said.command, secrets)


def _address(target: Target) -> Filled:
    """Where the agent is, whoever calls whom."""
    dial_out = target.dial_out
    told_at = dial_out.url if dial_out and "://" in dial_out.url else Filled()
    return target.webhook or told_at or target.stream or Filled("reference")


def _own(target: Target, agent: Filled) -> DialOut | None:
    """Where another agent than the scenario's is told to place calls, if that one does."""
    dial_out = target.dial_out
    if dial_out is None or "://" not in dial_out.url:
        return dial_out
    url = agent if "://" in agent else Filled(samples.DIAL_OUT)
    return msgspec.structs.replace(dial_out, url=url)


def file_rules(scenario: str) -> Mapping[Rule, Collection[str]]:
    """Rules about the files that the target of a scenario file names, with the keys they ask."""

    def certificates(target: Target) -> Iterator[Flaw]:
        return tls.flaws(_beside(scenario, target))

    def recordings(target: Target) -> Iterator[Flaw]:
        return clips.flaws(_beside(scenario, target).clips)

    return {certificates: ("ca", "client_cert"), recordings: ("clips",)}


def _signing(target: Target) -> Target:
    """An agent has the token that `fastbusy env` prints, unless the scenario has another."""
    token = target.auth_token or Secret(environment()["TWILIO_AUTH_TOKEN"])
    return msgspec.structs.replace(target, auth_token=token)


def _beside(file: str, target: Target) -> Target:
    """Files that a scenario names are looked for beside it."""

    def found(name: str) -> str:
        return str(Path(file).parent / name) if name else ""

    shown = target.client_cert
    if shown:
        shown = msgspec.structs.replace(shown, cert=found(shown.cert), key=found(shown.key))
    recorded = {found(name): purpose for name, purpose in target.clips.items()}
    return msgspec.structs.replace(target, ca=found(target.ca), client_cert=shown, clips=recorded)


def _check_sample(wanted: str, where: str) -> None:
    name, _, flaw = wanted.partition(":")
    if name not in _SAMPLES or (name == "flawed") != bool(flaw):
        kinds = (
            "write reference, flawed:FLAW, the http(s):// URL of a voice webhook, "
            "or the ws(s):// URL of a media stream"
        )
        meant = f"did you mean http://{wanted}?" if _HOST_AND_PORT.match(wanted) else kinds
        raise UsageError(f"{brief(wanted)} is no agent", where=where, remedy=meant)
    flaws = samples.flaws()
    if flaw and flaw not in flaws:
        raise UsageError(
            f"there is no flaw {brief(flaw)}", where=where, remedy=f"one of: {', '.join(flaws)}"
        )


def _sample_port(port_base: int) -> int:
    port = ports(port_base)["a sample agent"]
    if port < 1:
        raise UsageError(
            f"{port_base} leaves no port for the sample agent, which listens at {port}",
            where="--port-base",
            remedy="give a higher one, such as 8700",
        )
    return port


def _refuse_detours(sample: str, aim: Aim) -> None:
    """A sample agent is reached directly; what a scenario says of another one is left out."""
    for option, _ in aim.options:
        if option not in ("--parameter", "--dial-out"):
            raise UsageError(
                f"means nothing to the sample agent {sample}",
                where=option,
                remedy="name your own agent with --agent, or leave it out",
            )


def _refuse_flaws(target: Target, said: Said, scenario: Loaded[Scenario]) -> None:
    """FileProblems with all that is wrong, each at the option or in the line that says it."""
    given = {option for option, _ in said.aim.options} | ({"--agent"} if said.agent else set())
    named = {("headers", text.partition(":")[0].strip()): "--header" for text in said.aim.headers}
    for text in said.aim.parameters:
        named["parameters", text.partition("=")[0].strip()] = "--parameter"

    def problem(flaw: Flaw) -> Problem:
        if option := named.get((str(flaw.path[0]), str(flaw.path[-1]))):
            return Problem(option, 0, flaw.what, flaw.remedy)
        if (option := _OPTIONS.get(flaw.path, "")) in given:
            # Who is told of the option needs no name of the key.
            return Problem(option, 0, flaw.what.removeprefix(f"{flaw.path[0]}: "), flaw.remedy)
        return scenario.source.problem(("agent", *flaw.path), flaw.what, flaw.remedy)

    if problems := [
        problem(flaw)
        for flaw in (*target_flaws(target), *tls.flaws(target), *clips.flaws(target.clips))
    ]:
        raise FileProblems(problems)
