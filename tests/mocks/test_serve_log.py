import logging

import pytest
from aiohttp.http_exceptions import BadStatusLine
from aiohttp.web import RequestPayloadError

from mocks.serve_log import LOG


def test_a_clients_mistake_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise BadStatusLine("garbage\r\n  ^")
    except BadStatusLine as error:
        LOG.error("Error handling request from %s", "127.0.0.1", exc_info=error)
    (record,) = caplog.records
    assert record.getMessage().startswith("127.0.0.1: answered 400: Bad status line ")
    assert "\n" not in logging.Formatter().format(record)


def test_a_body_that_cannot_be_read_is_one_line_too(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise RequestPayloadError("400, message:\n  Can not decode content-encoding: gzip")
    except RequestPayloadError as error:
        LOG.exception("Unhandled exception", exc_info=error)
    told = "a client: answered 400: Can not decode content-encoding: gzip"
    assert [record.getMessage() for record in caplog.records] == [told]
    assert "Traceback" not in caplog.text


def test_a_mistake_of_ours_keeps_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise KeyError("ours")
    except KeyError as error:
        LOG.error("Error handling request", exc_info=error)
    assert "Traceback" in caplog.text
