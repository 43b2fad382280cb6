"""Where an agent finds the mocks: the environment that `fastbusy env` prints and `run` exports."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping

from kernel.control import ACCOUNT_SID

DEFAULT_PORT_BASE = 8700
# Offset from the port base, by stage; the base itself serves every provider.
PORT_OFFSETS = {"stt": 1, "llm": 2, "tts": 3, "realtime": 4, "tools": 5, "telephony": 6}
_PROVIDERS = {
    # variable prefix: (stage, path after the origin)
    "OPENAI": ("llm", "/v1"),
    "ANTHROPIC": ("llm", ""),
    "GOOGLE_GEMINI": ("llm", ""),
    "DEEPGRAM": ("stt", ""),
    "ASSEMBLYAI": ("stt", ""),
    "CARTESIA": ("tts", ""),
    "ELEVENLABS": ("tts", ""),
    "TOOLS": ("tools", "/tools"),
    "TWILIO": ("telephony", ""),
}
_KEYS = {
    "OPENAI_API_KEY": "sk-fastbusy",
    "ANTHROPIC_API_KEY": "sk-ant-fastbusy",
    "GOOGLE_API_KEY": "fastbusy",
    "DEEPGRAM_API_KEY": "fastbusy",
    "ASSEMBLYAI_API_KEY": "fastbusy",
    "CARTESIA_API_KEY": "fastbusy",
    "ELEVENLABS_API_KEY": "fastbusy",
    "TOOLS_API_KEY": "fastbusy",
    "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
    "TWILIO_AUTH_TOKEN": "fastbusy",
}


def environment(
    host: str = "127.0.0.1", port_base: int = DEFAULT_PORT_BASE, *, one_port: bool = True
) -> dict[str, str]:
    """Variable → value: base URLs as plain `http://` origins, and a dummy key for each provider.

    With `one_port` all of them use the base port, else each the port of its stage.
    """

    def url(stage: str, path: str) -> str:
        return f"http://{host}:{port_base + (0 if one_port else PORT_OFFSETS[stage])}{path}"

    urls = {f"{name}_BASE_URL": url(stage, path) for name, (stage, path) in _PROVIDERS.items()}
    return {**urls, **_KEYS}


_FENCE = "# Providers without a mock are here too: nothing shall leave this machine.\n"


def _shell(env: Mapping[str, str]) -> str:
    return _FENCE + "".join(f"export {name}={shlex.quote(value)}\n" for name, value in env.items())


def _dotenv(env: Mapping[str, str]) -> str:
    return _FENCE + "".join(f"{name}={value}\n" for name, value in env.items())


def _sdk(env: Mapping[str, str]) -> str:
    deepgram, cartesia = env["DEEPGRAM_BASE_URL"], env["CARTESIA_BASE_URL"]
    return f"""\
# The providers' own SDKs; OPENAI_BASE_URL in the environment does for openai.
openai = AsyncOpenAI(base_url="{env["OPENAI_BASE_URL"]}", api_key="{env["OPENAI_API_KEY"]}")
deepgram = AsyncDeepgramClient(
    api_key="{env["DEEPGRAM_API_KEY"]}",
    environment=DeepgramClientEnvironment(
        base="{deepgram}", production="{_ws(deepgram)}",
        agent="{_ws(deepgram)}", agent_rest="{deepgram}",
    ),
)
cartesia = AsyncCartesia(
    api_key="{env["CARTESIA_API_KEY"]}",
    base_url="{cartesia}", websocket_base_url="{_ws(cartesia)}",
)
"""


def _pipecat(env: Mapping[str, str]) -> str:
    return f"""\
# Keyword arguments for Pipecat's services; a bare host would force TLS, so keep the scheme.
stt = DeepgramSTTService(
    api_key="{env["DEEPGRAM_API_KEY"]}", base_url="{_ws(env["DEEPGRAM_BASE_URL"])}"
)
llm = OpenAILLMService(api_key="{env["OPENAI_API_KEY"]}", base_url="{env["OPENAI_BASE_URL"]}")
tts = CartesiaTTSService(
    api_key="{env["CARTESIA_API_KEY"]}", voice_id="any",
    url="{_ws(env["CARTESIA_BASE_URL"])}/tts/websocket",
)
serializer = TwilioFrameSerializer(
    stream_sid=stream_sid, call_sid=call_sid, base_url="{env["TWILIO_BASE_URL"]}",
    account_sid="{env["TWILIO_ACCOUNT_SID"]}", auth_token="{env["TWILIO_AUTH_TOKEN"]}",
)
"""


def _livekit(env: Mapping[str, str]) -> str:
    return f"""\
# Keyword arguments for LiveKit's plugins; Deepgram wants the full path.
stt = deepgram.STT(
    api_key="{env["DEEPGRAM_API_KEY"]}", base_url="{env["DEEPGRAM_BASE_URL"]}/v1/listen"
)
llm = openai.LLM(api_key="{env["OPENAI_API_KEY"]}", base_url="{env["OPENAI_BASE_URL"]}")
tts = cartesia.TTS(api_key="{env["CARTESIA_API_KEY"]}", base_url="{env["CARTESIA_BASE_URL"]}")
"""


def _ws(url: str) -> str:
    return url.replace("http://", "ws://", 1)


FORMATS: Mapping[str, Callable[[Mapping[str, str]], str]] = {
    "shell": _shell,
    "dotenv": _dotenv,
    "sdk": _sdk,
    "pipecat": _pipecat,
    "livekit": _livekit,
}
