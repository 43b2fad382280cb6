"""From the words of a command line to a plan and a target, before anything is started."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from harness.files.addresses import address_flaw
from harness.files.grammar import Secret
from harness.files.reading import read_files
from harness.planning.plan import Plan, Target
from harness.planning.planning import make_plan
from harness.recorder import Keep
from harness.transports.by_scheme import scheme_of, transports
from kernel import redact
from kernel.errors import UsageError, brief
from kernel.ports import DEFAULT_PORT_BASE

from . import catalogue, samples, shelf
from .env import environment, ports

_SAMPLES = ("reference", "flawed")
_LATER = {"sip": "SIP", "webrtc+http": "WebRTC", "webrtc+https": "WebRTC"}
# Callers wish for dates after this day; fixed, so that a seed means the same run on any day.
TODAY = dt.date(2026, 11, 2)


@dataclass(frozen=True)
class Options:
    """What `fastbusy run` and `fastbusy.run()` take; see `fastbusy run --help`.

    mocks  origins of mocks that somebody else has started; without any the run starts its own
    """

    scenario: str
    agent: str = ""
    agent_command: str = ""
    host: str = "127.0.0.1"
    port_base: int = DEFAULT_PORT_BASE
    profiles: Sequence[str] = ()
    seed: int | None = None
    out: Path | None = None
    keep: Keep = "failed"
    mocks: Sequence[str] = ()


@dataclass(frozen=True)
class Prepared:
    """A plan, whom to call, and how that agent is started if it is ours to start.

    sample  `reference` or `flawed:FLAW`, empty for any other agent
    """

    plan: Plan
    target: Target
    sample: str = ""


def prepare(options: Options, environ: Mapping[str, str]) -> Prepared:
    """Read the files and plan. FileProblems or UsageError, all before anything is started."""
    path = shelf.scenario(options.scenario)
    files = read_files(
        path,
        known=catalogue.known(),
        folders=(path.parent, path.parent / "fault_profiles", shelf.FAULT_PROFILES),
        environment=environ,
        more_profiles=tuple(options.profiles),
    )
    plan = make_plan(
        files.scenario,
        files.profiles,
        catalogue.fault_kinds(),
        today=TODAY,
        voices=catalogue.voices(),
        seed=options.seed,
    )
    target = files.scenario.value.agent or Target()
    return _aimed(plan, target, options, str(path))


def _aimed(plan: Plan, target: Target, options: Options, where: str) -> Prepared:
    wanted = options.agent or target.webhook or "reference"
    scheme = scheme_of(wanted)
    token = target.auth_token or Secret(environment()["TWILIO_AUTH_TOKEN"])
    if scheme in _LATER:
        raise UsageError(
            f"agent {wanted!r}: {_LATER[scheme]} is not built yet",
            where="--agent" if options.agent else where,
            remedy="give the agent's Twilio voice webhook, http(s)://…, or its stream, ws(s)://…",
        )
    if scheme in transports():
        if flaw := address_flaw(wanted):
            raise UsageError(
                f"no agent can be called at {brief(redact.url(wanted))}: {flaw}",
                where="--agent" if options.agent else where,
                remedy="write the whole URL, such as http://127.0.0.1:8080/incoming",
            )
        target = msgspec.structs.replace(target, webhook=wanted, auth_token=token)
        return Prepared(plan, target)
    _check_sample(wanted, where="--agent" if options.agent else where)
    port = ports(options.port_base)["a sample agent"]
    if port < 1:
        raise UsageError(
            f"{options.port_base} leaves no port for the sample agent, which listens at {port}",
            where="--port-base",
            remedy="give a higher one, such as 8700",
        )
    webhook = f"http://{options.host}:{port}/incoming"
    target = msgspec.structs.replace(target, webhook=webhook, signed_as="", auth_token=token)
    return Prepared(plan, target, wanted)


def _check_sample(wanted: str, where: str) -> None:
    name, _, flaw = wanted.partition(":")
    if name not in _SAMPLES or (name == "flawed") != bool(flaw):
        raise UsageError(
            f"{brief(wanted)} is no agent",
            where=where,
            remedy="write reference, flawed:FLAW, the http(s):// URL of a voice webhook, "
            "or the ws(s):// URL of a media stream",
        )
    flaws = samples.flaws()
    if flaw and flaw not in flaws:
        raise UsageError(
            f"there is no flaw {brief(flaw)}", where=where, remedy=f"one of: {', '.join(flaws)}"
        )
