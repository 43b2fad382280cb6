from __future__ import annotations

import json
import re
from uuid import UUID

from mocks.wire import Body, Head, Request, id_of, json_reply, json_text, uuid_of


def test_a_request_answers_for_what_is_missing() -> None:
    request = Request("GET", "/x")
    assert request.argument("model") == ""
    assert request.argument("model", "nova") == "nova"
    assert request.header("X-Key", "none") == "none"
    assert request.credential("Bearer") == ""
    assert request.key == ""
    assert not request.upgrades


def test_a_request_finds_arguments_headers_and_credentials() -> None:
    request = Request("WS", "/x", query={"k": ["1", "2"]}, headers={"authorization": "token  abc "})
    assert request.argument("k") == "1"
    assert request.header("Authorization") == "token  abc "
    assert request.credential("Token") == "abc"
    assert request.credential("Bearer") == ""
    assert request.upgrades


def test_a_key_names_the_credential_without_showing_it() -> None:
    one = Request("GET", "/", headers={"x-api-key": "sk-secret"})
    other = Request("GET", "/", headers={"x-api-key": "sk-other"})
    assert one.key
    assert one.key != other.key
    assert "secret" not in one.key
    assert Request("WS", "/", query={"api_key": ["sk-secret"]}).key == one.key


def test_a_json_reply_says_how_long_it_is() -> None:
    head, body = json_reply(429, {"a": "é"}, {"Retry-After": "1"})
    assert isinstance(head, Head)
    assert isinstance(body, Body)
    assert head.status == 429
    assert head.headers["Content-Length"] == str(len(body.data))
    assert head.headers["Retry-After"] == "1"
    assert json.loads(body.data) == {"a": "é"}


def test_json_text_is_compact() -> None:
    assert json_text({"a": [1, 2]}) == '{"a":[1,2]}'


def test_an_id_is_the_same_for_the_same_names() -> None:
    assert uuid_of("a", 1) == uuid_of("a", 1) != uuid_of("a", 2)
    assert UUID(uuid_of("\ud800")).version == 4
    assert id_of("req_", "a", 1) == id_of("req_", "a", 1) != id_of("req_", "a", 2)
    assert re.fullmatch("req_[0-9a-f]{24}", id_of("req_", "\ud800"))
