import logging

import pytest
from aiohttp.http_exceptions import BadStatusLine

from mocks.serve_log import LOG


def test_a_clients_mistake_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise BadStatusLine("garbage\r\n  ^")
    except BadStatusLine as error:
        LOG.error("Error handling request from %s", "127.0.0.1", exc_info=error)
    (record,) = caplog.records
    assert record.getMessage().startswith("127.0.0.1: answered 400: ")
    assert "\n" not in logging.Formatter().format(record)


def test_a_mistake_of_ours_keeps_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise KeyError("ours")
    except KeyError as error:
        LOG.error("Error handling request", exc_info=error)
    assert "Traceback" in caplog.text
