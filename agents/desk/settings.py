"""What can be set: every field is the environment variable of the same name in capitals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the agent listens, how many calls it takes, and where its providers are.

    Base URLs are `http(s)://` origins; OpenAI's ends in `/v1`, the tools' in `/tools`. The defaults
    are the port on which one local process plays all providers.
    """

    host: str = "127.0.0.1"
    port: int = 8650
    call_limit: int = 20
    twilio_base_url: str = "http://127.0.0.1:8700"
    twilio_account_sid: str = "AC00000000000000000000000000000000"
    twilio_auth_token: str = ""
    twilio_phone_number: str = "+14155550100"
    deepgram_base_url: str = "http://127.0.0.1:8700"
    deepgram_api_key: str = "none"
    openai_base_url: str = "http://127.0.0.1:8700/v1"
    openai_api_key: str = "none"
    openai_model: str = "gpt-4.1"
    cartesia_base_url: str = "http://127.0.0.1:8700"
    cartesia_api_key: str = "none"
    cartesia_model: str = "sonic-3"
    cartesia_voice: str = "694f9389-aac1-45b6-b726-9d9369183238"
    tools_base_url: str = "http://127.0.0.1:8700/tools"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """Settings with every variable that is set and not empty.

        Raises ValueError for a number that is none.
        """
        values: dict[str, str | int] = {}
        for field in fields(cls):
            name = field.name.upper()
            if not (text := environ.get(name, "")):
                continue
            if isinstance(field.default, int):
                if not text.isdecimal():
                    raise ValueError(
                        f"{name}={text!r} is not a whole number; set it to digits only"
                    )
                values[field.name] = int(text)
            else:
                values[field.name] = text.rstrip("/")
        return cls(**values)  # type: ignore[arg-type]
