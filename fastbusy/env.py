"""Where an agent finds the mocks: the environment that `fastbusy env` prints and `run` exports."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping

from kernel.control import ACCOUNT_SID
from kernel.fault import Stage
from kernel.ports import DEFAULT_PORT_BASE, PORT_OFFSETS

SAMPLE_AGENT_OFFSET = -50
_PROVIDERS: Mapping[str, tuple[Stage, str]] = {
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
    "ELEVEN_API_KEY": "fastbusy",  # by this name LiveKit looks for it
    "TOOLS_API_KEY": "fastbusy",
    "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
    "TWILIO_AUTH_TOKEN": "fastbusy",
}


def ports(port_base: int = DEFAULT_PORT_BASE) -> dict[str, int]:
    """Who listens on this machine → its port."""
    stages: dict[str, int] = {stage: port_base + offset for stage, offset in PORT_OFFSETS.items()}
    return {
        "every provider": port_base,
        **stages,
        "a sample agent": port_base + SAMPLE_AGENT_OFFSET,
    }


def environment(
    host: str = "127.0.0.1", port_base: int = DEFAULT_PORT_BASE, *, one_port: bool = True
) -> dict[str, str]:
    """Variable → value: base URLs as plain `http://` origins, and a dummy key for each provider.

    With `one_port` all of them use the base port, else each the port of its stage.
    """

    def origin(stage: Stage) -> str:
        return f"http://{host}:{port_base + (0 if one_port else PORT_OFFSETS[stage])}"

    return environment_at(origin)


def told_token(env: Mapping[str, str], auth_token: str) -> dict[str, str]:
    """The environment of an agent that is called with signatures of this token."""
    return {**env, "TWILIO_AUTH_TOKEN": auth_token}


def environment_at(origin: Callable[[Stage], str]) -> dict[str, str]:
    """The same for mocks anywhere: `origin` says at which `http://` origin a stage is served."""
    urls = {f"{name}_BASE_URL": origin(stage) + path for name, (stage, path) in _PROVIDERS.items()}
    return {**urls, **_KEYS}


_FENCE = "# Providers without a mock are here too: nothing shall leave this machine.\n"


def _shell(env: Mapping[str, str]) -> str:
    return _FENCE + "".join(f"export {name}={shlex.quote(value)}\n" for name, value in env.items())


def _dotenv(env: Mapping[str, str]) -> str:
    return _FENCE + "".join(f"{name}={value}\n" for name, value in env.items())


def _sdk(env: Mapping[str, str]) -> str:
    deepgram, cartesia = env["DEEPGRAM_BASE_URL"], env["CARTESIA_BASE_URL"]
    assemblyai = _ws(env["ASSEMBLYAI_BASE_URL"])
    return f"""\
# The providers' own SDKs; openai and anthropic also take their base URL from the environment.
openai = AsyncOpenAI(base_url="{env["OPENAI_BASE_URL"]}", api_key="{env["OPENAI_API_KEY"]}")
{_async_anthropic("anthropic", env)}
deepgram = AsyncDeepgramClient(
    api_key="{env["DEEPGRAM_API_KEY"]}",
    environment=DeepgramClientEnvironment(
        base="{deepgram}", production="{_ws(deepgram)}",
        agent="{_ws(deepgram)}", agent_rest="{deepgram}",
    ),
)
assemblyai = AsyncStreamingClient(
    StreamingClientOptions(api_key="{env["ASSEMBLYAI_API_KEY"]}", api_host="{assemblyai}")
)
cartesia = AsyncCartesia(
    api_key="{env["CARTESIA_API_KEY"]}",
    base_url="{cartesia}", websocket_base_url="{_ws(cartesia)}",
)
# ElevenLabs makes pcm_*, ulaw_8000 and alaw_8000 here, no mp3: give output_format="pcm_16000".
elevenlabs = ElevenLabs(
    api_key="{env["ELEVENLABS_API_KEY"]}", base_url="{env["ELEVENLABS_BASE_URL"]}"
)
elevenlabs.text_to_speech._ws_base_url = "{_ws(env["ELEVENLABS_BASE_URL"])}"  # else always wss
"""


def _pipecat(env: Mapping[str, str]) -> str:
    return f"""\
# Keyword arguments for Pipecat's services; a bare host would force TLS, so keep the scheme.
stt = DeepgramSTTService(
    api_key="{env["DEEPGRAM_API_KEY"]}", base_url="{_ws(env["DEEPGRAM_BASE_URL"])}"
)
# or
stt = AssemblyAISTTService(
    api_key="{env["ASSEMBLYAI_API_KEY"]}",
    api_endpoint_base_url="{_ws(env["ASSEMBLYAI_BASE_URL"])}/v3/ws",
)
llm = OpenAILLMService(api_key="{env["OPENAI_API_KEY"]}", base_url="{env["OPENAI_BASE_URL"]}")
# or, without an argument for it, by its client:
{_async_anthropic("client", env)}
llm = AnthropicLLMService(api_key="{env["ANTHROPIC_API_KEY"]}", client=client)
tts = CartesiaTTSService(
    api_key="{env["CARTESIA_API_KEY"]}", url="{_ws(env["CARTESIA_BASE_URL"])}/tts/websocket",
    settings=CartesiaTTSService.Settings(voice="any"),
)
# or
tts = ElevenLabsTTSService(
    api_key="{env["ELEVENLABS_API_KEY"]}", url="{_ws(env["ELEVENLABS_BASE_URL"])}",
    settings=ElevenLabsTTSService.Settings(voice="any"),
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
# or
stt = assemblyai.STT(
    api_key="{env["ASSEMBLYAI_API_KEY"]}", base_url="{_ws(env["ASSEMBLYAI_BASE_URL"])}"
)
llm = openai.LLM(api_key="{env["OPENAI_API_KEY"]}", base_url="{env["OPENAI_BASE_URL"]}")
# or
llm = anthropic.LLM(
    api_key="{env["ANTHROPIC_API_KEY"]}", base_url="{env["ANTHROPIC_BASE_URL"]}"
)
tts = cartesia.TTS(api_key="{env["CARTESIA_API_KEY"]}", base_url="{env["CARTESIA_BASE_URL"]}")
# or, with an encoding because the plugin's own one is mp3
tts = elevenlabs.TTS(
    api_key="{env["ELEVEN_API_KEY"]}", base_url="{env["ELEVENLABS_BASE_URL"]}/v1",
    encoding="pcm_24000",
)
"""


def _async_anthropic(name: str, env: Mapping[str, str]) -> str:
    url, key = env["ANTHROPIC_BASE_URL"], env["ANTHROPIC_API_KEY"]
    return f'{name} = AsyncAnthropic(base_url="{url}", api_key="{key}")'


def _ws(url: str) -> str:
    return url.replace("http://", "ws://", 1)


FORMATS: Mapping[str, Callable[[Mapping[str, str]], str]] = {
    "shell": _shell,
    "dotenv": _dotenv,
    "sdk": _sdk,
    "pipecat": _pipecat,
    "livekit": _livekit,
}
