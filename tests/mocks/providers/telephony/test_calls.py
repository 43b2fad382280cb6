from __future__ import annotations

from kernel.control import PhoneCall
from mocks.exchange import Connection
from mocks.providers.telephony._calls import Trouble, not_found, page, resource
from mocks.world import World
from tests.mocks.echo import a_world

S = 1_000_000_000


def connection(number: str = "+14155550101", **times: int | None) -> Connection:
    call = PhoneCall(sid="CA1", account="AC1", status="completed", from_number=number)
    return Connection(call, 0, 0, **times)


def world() -> World:
    return World(a_world().brain)


def test_an_error_has_the_four_fields_that_sdks_read() -> None:
    assert not_found("/x").body == {
        "code": 20404,
        "message": "The requested resource /x was not found",
        "more_info": "https://www.twilio.com/docs/errors/20404",
        "status": 404,
    }
    assert str(Trouble(401, 20003, "Authenticate")) == "Authenticate"


def test_numbers_of_north_america_are_formatted() -> None:
    told = [
        resource(connection(number), world())["from_formatted"]
        for number in ("+14155550101", "+4930901820", "sip:a@b", "")
    ]
    assert told == ["(415) 555-0101", "+4930901820", "sip:a@b", ""]


def test_a_call_lasts_from_its_answer_to_its_end() -> None:
    def duration(**times: int | None) -> object:
        return resource(connection(**times), world())["duration"]

    assert duration(answered_ns=1 * S, ended_ns=3 * S + 1) == "3"
    assert duration(ended_ns=3 * S) == "0"
    assert duration(answered_ns=1 * S) is None


def test_an_empty_page_has_no_neighbours() -> None:
    told = page([], "AC1", 0, 50, world(), {})
    assert (told["calls"], told["next_page_uri"], told["previous_page_uri"]) == ([], None, None)
    assert page([connection()] * 3, "AC1", 1, 1, world(), {})["previous_page_uri"].endswith(
        "&Page=0"
    )
