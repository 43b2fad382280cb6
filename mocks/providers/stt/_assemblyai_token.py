"""AssemblyAI's temporary tokens, for clients that shall not have the key: `GET /v3/token`.

Source: assemblyai.com/docs/streaming/authenticate-with-a-temporary-token.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Annotated, Any

import msgspec

from kernel.actor import Emit, End, Instruction

from ...wire import Request, json_reply
from ...work import Admitted, Begin, Opened
from ...world import World
from ._assemblyai import UNAUTHORIZED, Failure

_LONGEST_SESSION_S = 3 * 3600
_NO_KEY = "Unauthorized Connection: Missing Authorization header"
_TOKEN = re.compile(r"fastbusy\.(\d{1,12})\.(\d{1,5})\.[0-9a-f]{16}", re.ASCII)


class Terms(msgspec.Struct, frozen=True):
    """The query of `GET /v3/token`: how soon the token must be used, how long its session is."""

    expires_in_seconds: Annotated[int, msgspec.Meta(ge=1, le=600)]
    max_session_duration_seconds: Annotated[int, msgspec.Meta(ge=60, le=_LONGEST_SESSION_S)] = (
        _LONGEST_SESSION_S
    )

    @classmethod
    def of(cls, request: Request) -> Terms:
        """msgspec.ValidationError says what is wrong with the request."""
        asked = {name: values[0] for name, values in request.query.items()}
        return msgspec.convert(asked, cls, strict=False)


class Tokens:
    """Temporary tokens. One carries its own terms, so that every process of a run knows them."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._redeemed: set[str] = set()

    def issue(self, serial: str, terms: Terms, now_s: int) -> str:
        """A token that may open one session until `now_s + terms.expires_in_seconds`."""
        digest = blake2b(f"{self._seed}/{serial}".encode(), digest_size=8).hexdigest()
        expires_s = now_s + terms.expires_in_seconds
        return f"fastbusy.{expires_s}.{terms.max_session_duration_seconds}.{digest}"

    def redeem(self, token: str, now_s: int) -> int:
        """Seconds that the session may last; Failure if the token is used up or too old.

        A token that none of us has issued is taken as any key is.
        """
        known = _TOKEN.fullmatch(token)
        if known is None:
            return _LONGEST_SESSION_S
        if token in self._redeemed or now_s > int(known[1]):
            raise Failure(UNAUTHORIZED, "Unauthorized Connection: Invalid or expired token")
        self._redeemed.add(token)
        return int(known[2])


def session_s(request: Request, world: World, now_ns: int) -> int:
    """How long the session may last; Failure if nobody is known to ask for it."""
    # A token comes in the query, and from the SDK in the place of the key.
    credential = request.argument("token") or request.header("authorization")
    if not credential:
        raise Failure(UNAUTHORIZED, _NO_KEY)
    return world.state(Tokens).redeem(credential, world.wall_s(now_ns))


class Token:
    """One request for a token, which opens one session."""

    def __init__(self, request: Request, world: World) -> None:
        self._request, self._world = request, world

    def receive(self, message: Any, now_ns: int) -> Iterator[Instruction]:
        match message:
            case Opened() if self._request.header("authorization"):
                yield Emit(Begin(purpose="prewarm", counted=False))
            case Opened():
                yield from _reply(401, {"error": _NO_KEY})
            case Admitted():
                yield from self._answer(now_ns)

    def _answer(self, now_ns: int) -> Iterable[Instruction]:
        try:
            terms = Terms.of(self._request)
        except msgspec.ValidationError as problem:
            return _reply(400, {"error": str(problem)})
        issued = self._world.state(Tokens)
        token = issued.issue(self._world.serial(), terms, self._world.wall_s(now_ns))
        return _reply(200, {"token": token, "expires_in_seconds": terms.expires_in_seconds})


def _reply(status: int, value: Any) -> Iterator[Instruction]:
    yield from (Emit(wire) for wire in json_reply(status, value))
    yield End()
