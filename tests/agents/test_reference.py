import asyncio

import pytest

import reference
from desk.front import FrontDesk
from desk.settings import Settings


def test_an_application_has_its_routes_and_a_desk() -> None:
    app = reference.build_app(Settings(call_limit=3))
    paths = {route.resource.canonical for route in app.router.routes() if route.resource}
    assert paths == {"/incoming", "/media", "/health", "/dialout", "/over"}
    assert app[reference.DESK].admission.limit == 3


def test_another_desk_can_take_the_calls() -> None:
    class Other(FrontDesk):
        pass

    assert isinstance(reference.build_app(Settings(), Other)[reference.DESK], Other)


def test_the_command_line_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "1")
    monkeypatch.setenv("CALL_LIMIT", "2")
    arguments = reference.parser().parse_args(["--limit", "3", "--verbose"])
    settings = reference.settings_from(arguments)
    assert (settings.port, settings.call_limit) == (1, 3)


def test_building_needs_no_event_loop() -> None:
    with pytest.raises(RuntimeError):
        asyncio.get_running_loop()
    reference.build_app(Settings())
