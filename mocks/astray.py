"""Requests that come to no route: whose they seem to be, and what their sender is told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from .provider import Provider, Route
from .wire import Body, Head, Request, json_reply

# Behind the root stands a name: before a parameter anything would seem to be meant.
_ROOTED = re.compile(r"/[^/]+/[^{]")
_SHOWN = 200
_DEEPEST = 5
_Served = tuple[Provider, Route]


@dataclass(frozen=True)
class Astray:
    """What becomes of such a request.

    provider  whose it seems to be, None if nothing tells
    path      of the request, as far as it is shown; remedy: what to ask for in its place
    methods   those that the path is served for
    """

    provider: Provider | None
    request: Request
    remedy: str
    methods: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        return _shown(self.request.path)

    def answer(self) -> tuple[Head, Body]:
        """The provider's own error, or a plain one."""
        status = 405 if self.methods else 404
        told = f"fastbusy serves no {self.request.method} {self.path}: {self.remedy}"
        if self.provider is None:
            return json_reply(status, {"error": {"message": told}})
        return self.provider.no_route(self.request, status, told)


def astray(request: Request, providers: Sequence[Provider]) -> Astray:
    """What to say to a request for which none of the providers of a port has a route."""
    served = [(provider, route) for provider in providers for route in provider.routes]
    if same := _matching(request.path, served):
        methods = tuple(dict.fromkeys(route.method for _, route in same))
        remedy = f"this path is served for {', '.join(methods)}"
        return Astray(_whose(request, same), request, remedy, methods)
    for mistake, path in _mistakes(request.path, served):
        if meant := _matching(path, served):
            whose = _whose(request, meant)
            return Astray(whose, request, f"the base URL{_of(whose)} {mistake}")
    root = _root(request.path)
    whose = _whose(request, [one for one in served if _root(one[1].path) == root] or served)
    routes = ", ".join(route.name for provider, route in served if whose in (None, provider))
    return Astray(whose, request, f"the paths{_of(whose)} here are {routes}")


def _mistakes(path: str, served: Iterable[_Served]) -> Iterator[tuple[str, str]]:
    """What could be wrong with a base URL, and the path that was meant if it is."""
    rooted = (route.path for _, route in served if _ROOTED.match(route.path))
    for root in dict.fromkeys(map(_root, rooted)):
        yield f"lacks {root}", root + path
    _, *segments = path.split("/")
    for cut in range(1, min(len(segments), _DEEPEST)):
        extra, rest = segments[:cut], segments[cut:]
        yield f"has /{_shown('/'.join(extra))} too much", f"/{'/'.join(rest)}"


def _matching(path: str, served: Iterable[_Served]) -> list[_Served]:
    return [one for one in served if one[1].matches(path) is not None]


def _whose(request: Request, near: Sequence[_Served]) -> Provider | None:
    """The one provider of these that knows the credentials, or the only one that there is."""
    candidates = [provider for provider, _ in near]
    known = [one for one in candidates if one.recognises(request)] or candidates
    return known[0] if known and all(one is known[0] for one in known) else None


def _of(provider: Provider | None) -> str:
    return f" of {provider.name}" if provider else ""


def _shown(path: str) -> str:
    return quote(path[:_SHOWN], errors="replace")


def _root(path: str) -> str:
    """The first segment: `/v1` of `/v1/models`."""
    return "/".join(path.split("/")[:2])
