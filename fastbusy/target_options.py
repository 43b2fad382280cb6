"""What the command line says of the agent beside whom to call, and how it is said again."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kernel import redact


@dataclass(frozen=True)
class Aim:
    """In place of the scenario's `agent:`, key by key; what is empty leaves the scenario's.

    headers     as `NAME: VALUE`, parameters as `NAME=VALUE`; both are added to the scenario's
    """

    stream_url: str = ""
    signed_as: str = ""
    connect_to: str = ""
    ca: str = ""
    client_cert: str = ""
    client_key: str = ""
    headers: Sequence[str] = ()
    parameters: Sequence[str] = ()

    def options(self) -> Iterator[tuple[str, str]]:
        """Option → value as it is written, of all that are given."""
        for option, value in (
            ("--stream-url", self.stream_url),
            ("--signed-as", self.signed_as),
            ("--connect-to", self.connect_to),
            ("--ca", self.ca),
            ("--client-cert", self.client_cert),
            ("--client-key", self.client_key),
        ):
            if value:
                yield option, value
        yield from (("--header", header) for header in self.headers)
        yield from (("--parameter", parameter) for parameter in self.parameters)


def arguments(parser: argparse.ArgumentParser) -> None:
    """What every command has that calls an agent."""
    parser.add_argument("--stream-url", default="", metavar="URL",
                        help="media stream to dial in place of what the TwiML names")  # fmt: skip
    parser.add_argument("--signed-as", default="", metavar="URL",
                        help="URL to sign in place of the webhook's")  # fmt: skip
    parser.add_argument("--connect-to", default="", metavar="HOST:PORT",
                        help="where connections go, whatever host the URLs name")  # fmt: skip
    parser.add_argument("--ca", default="", metavar="FILE",
                        help="authorities to trust beside those of this machine (PEM)")  # fmt: skip
    parser.add_argument("--client-cert", default="", metavar="FILE",
                        help="certificate to show, with its key (PEM)")  # fmt: skip
    parser.add_argument("--client-key", default="", metavar="FILE",
                        help="its key, if that is in another file")  # fmt: skip
    parser.add_argument("--header", action="append", default=[], metavar="'NAME: VALUE'",
                        help="on webhook and stream; secrets as ${VARIABLE}")  # fmt: skip
    parser.add_argument("--parameter", action="append", default=[], metavar="NAME=VALUE",
                        help="custom parameter; secrets as ${VARIABLE}")  # fmt: skip


def aim_of(args: argparse.Namespace) -> Aim:
    """From the values of `arguments`."""
    return Aim(
        stream_url=args.stream_url,
        signed_as=args.signed_as,
        connect_to=args.connect_to,
        ca=args.ca,
        client_cert=args.client_cert,
        client_key=args.client_key,
        headers=tuple(args.header),
        parameters=tuple(args.parameter),
    )


def words(aim: Aim) -> list[str]:
    """The words of a command line that say the same, without what nobody is to read."""
    urls = ("--stream-url", "--signed-as")
    return [
        word
        for option, value in aim.options()
        for word in (option, redact.url(value) if option in urls else value)
    ]
