"""The control API of `kernel.control` over HTTP. No fault reaches it."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec
from aiohttp import web

import fastbusy_version
