"""How failures of providers are told apart, and how long to wait before trying again."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

TEMPORARY_4XX = {408, 429}


class ProviderError(Exception):
    """One attempt failed: an HTTP status, or None for a broken connection or a timeout."""

    def __init__(
        self, provider: str, status: int | None, what: str, retry_after_s: float | None = None
    ) -> None:
        super().__init__(f"{provider}: {status or 'no answer'}: {what}")
        self.provider, self.status, self.retry_after_s = provider, status, retry_after_s

    @property
    def permanent(self) -> bool:
        """The request itself is wrong, and would be refused for ever."""
        refused = self.status is not None and 400 <= self.status < 500
        return refused and self.status not in TEMPORARY_4XX


class ProviderDown(Exception):
    """No attempt succeeded in the time there was: tell the caller."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Exponential back-off with full jitter, never earlier than the provider asks for.

    `tokens` bounds the retries of all calls together, as gRPC's retry throttling does: a failure
    costs one, a success earns half a one, and only the upper half may be spent. So a provider that
    refuses one request in four is retried, and one that is down is left in peace.
    """

    attempts: int = 3
    base_s: float = 0.5
    cap_s: float = 4.0
    longest_retry_after_s: float = 6.0
    tokens: float = 20.0

    def delay_s(self, error: ProviderError, attempt: int) -> float | None:
        """Seconds from the failure of attempt 1, 2, … to the next one; None means give up."""
        if error.permanent or attempt >= self.attempts:
            return None
        jitter_s = random.uniform(0, min(self.cap_s, self.base_s * 2 ** (attempt - 1)))
        if error.retry_after_s is None:
            return jitter_s
        if error.retry_after_s > self.longest_retry_after_s:
            return None
        return error.retry_after_s + jitter_s


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait by `retry-after-ms` or `Retry-After` (RFC 9110 §10.2.3); None without either.

    `headers` looks names up in any case. A date is read against the answer's own `Date`, so
    that the two clocks need not agree.
    """
    try:
        if milliseconds := headers.get("retry-after-ms"):
            return max(0.0, float(milliseconds) / 1000)
        if not (value := headers.get("Retry-After")):
            return None
        if value.strip()[0].isdigit():
            return float(value)
        wait = parsedate_to_datetime(value) - parsedate_to_datetime(headers["Date"])
        return max(0.0, wait.total_seconds())
    except (ValueError, KeyError, TypeError):
        return None
