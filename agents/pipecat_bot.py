"""The appointment desk as a stock Pipecat bot over Twilio, with the framework's own defaults.

    pip install -r agents/requirements-pipecat.txt
    python agents/pipecat_bot.py --port 8651

Only the base URLs are set, from DEEPGRAM_BASE_URL, OPENAI_BASE_URL, CARTESIA_BASE_URL and
TOOLS_BASE_URL.
"""

from __future__ import annotations

import os

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

import argparse
import socket
import sys
from collections.abc import Sequence
from typing import Any

import aiohttp
import uvicorn
from fastapi import FastAPI, Request, Response, WebSocket
from loguru import logger
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.frames.frames import LLMRunFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.runner.utils import parse_telephony_websocket
from pipecat.serializers.twilio import TwilioFrameSerializer
from pipecat.services.cartesia.tts import CartesiaTTSService
from pipecat.services.deepgram.stt import DeepgramSTTService
from pipecat.services.llm_service import FunctionCallParams
from pipecat.services.openai.llm import OpenAILLMService
from pipecat.transports.websocket.fastapi import FastAPIWebsocketParams, FastAPIWebsocketTransport
from pipecat.workers.runner import WorkerRunner

LOCAL = "http://127.0.0.1:8700"
TOOLS = os.environ.get("TOOLS_BASE_URL", f"{LOCAL}/tools")
SYSTEM = """\
You are the appointment desk of a dental clinic, on the telephone. Answer in one or two short spoken
sentences, without lists or symbols. Look free times up before you offer any, and book only after
the caller has agreed to a time and told you a name."""
GREET = "The call has just been answered. Greet the caller and ask how you can help."

Services = tuple[DeepgramSTTService, OpenAILLMService, CartesiaTTSService]

app = FastAPI()


async def lookup_slots(params: FunctionCallParams, date: str) -> None:
    """Free appointments on a day.

    Args:
        date: The day, as the caller says it.
    """
    await params.result_callback(await ask_book("GET", "slots", params={"date": date}))


async def book_appointment(params: FunctionCallParams, date: str, time: str, name: str) -> None:
    """Books a free appointment.

    Args:
        date: The day, as in lookup_slots.
        time: One of the free times.
        name: The caller's full name.
    """
    booking = {"date": date, "time": time, "name": name}
    await params.result_callback(await ask_book("POST", "appointments", json=booking))


async def ask_book(method: str, path: str, **content: Any) -> Any:
    """The answer of the appointment book; raises aiohttp.ClientError for any other than 2xx."""
    async with (
        aiohttp.ClientSession(raise_for_status=True) as session,
        session.request(method, f"{TOOLS}/{path}", **content) as response,
    ):
        return await response.json()


@app.post("/incoming")
async def incoming(request: Request) -> Response:
    """Twilio's voice webhook: answers every call."""
    scheme = "wss" if request.headers.get("x-forwarded-proto") == "https" else "ws"
    url = f"{scheme}://{request.headers['host']}/media"
    twiml = f'<Response><Connect><Stream url="{url}"/></Connect></Response>'
    return Response(twiml, media_type="text/xml")


@app.websocket("/media")
async def media(websocket: WebSocket) -> None:
    """Twilio's media stream: one pipeline per call."""
    await talk(await answered(websocket), services())


async def answered(websocket: WebSocket) -> FastAPIWebsocketTransport:
    """The transport of a call whose stream has begun."""
    await websocket.accept()
    _, call = await parse_telephony_websocket(websocket)
    serializer = TwilioFrameSerializer(
        stream_sid=call.stream_id,
        call_sid=call.call_id,
        params=TwilioFrameSerializer.InputParams(auto_hang_up=False),
    )
    return FastAPIWebsocketTransport(
        websocket=websocket,
        params=FastAPIWebsocketParams(
            audio_in_enabled=True, audio_out_enabled=True, serializer=serializer
        ),
    )


async def talk(
    transport: FastAPIWebsocketTransport, services: Services, *behind_llm: FrameProcessor
) -> None:
    """Hold one conversation, with more processors behind the LLM if there are any."""
    stt, llm, tts = services
    greet_me = {"role": "user", "content": GREET}
    context = LLMContext([greet_me], tools=[lookup_slots, book_appointment])
    aggregators = LLMContextAggregatorPair(
        context, user_params=LLMUserAggregatorParams(vad_analyzer=SileroVADAnalyzer())
    )
    worker = PipelineWorker(
        Pipeline(
            [
                transport.input(),
                stt,
                aggregators.user(),
                llm,
                *behind_llm,
                tts,
                transport.output(),
                aggregators.assistant(),
            ]
        ),
        params=PipelineParams(audio_in_sample_rate=8000, audio_out_sample_rate=8000),
    )

    @transport.event_handler("on_client_connected")
    async def greet(transport: FastAPIWebsocketTransport, client: WebSocket) -> None:
        await worker.queue_frames([LLMRunFrame()])

    @transport.event_handler("on_client_disconnected")
    async def hung_up(transport: FastAPIWebsocketTransport, client: WebSocket) -> None:
        await worker.cancel()

    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    await runner.run()


def services() -> Services:
    """Speech to text, language model and text to speech, at the URLs of the environment."""
    cartesia = os.environ.get("CARTESIA_BASE_URL", LOCAL).replace("http", "ws", 1)
    return (
        DeepgramSTTService(
            api_key=os.environ.get("DEEPGRAM_API_KEY", "none"),
            base_url=os.environ.get("DEEPGRAM_BASE_URL", LOCAL),
        ),
        OpenAILLMService(
            api_key=os.environ.get("OPENAI_API_KEY", "none"),
            base_url=os.environ.get("OPENAI_BASE_URL", f"{LOCAL}/v1"),
            settings=OpenAILLMService.Settings(system_instruction=SYSTEM),
        ),
        CartesiaTTSService(
            api_key=os.environ.get("CARTESIA_API_KEY", "none"),
            url=f"{cartesia}/tts/websocket",
            settings=CartesiaTTSService.Settings(voice="694f9389-aac1-45b6-b726-9d9369183238"),
        ),
    )


class Server(uvicorn.Server):
    """Says when it is ready."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print(f"listening on http://{self.config.host}:{self.config.port}/incoming", flush=True)


def main(argv: Sequence[str] | None = None, *, app: FastAPI = app) -> None:
    """Run the bot."""
    options = argparse.ArgumentParser(description="A Pipecat bot over Twilio.")
    options.add_argument("--host", default="127.0.0.1", help="address to listen on")
    options.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8651")))
    options.add_argument("--verbose", action="store_true", help="the framework's own log")
    arguments = options.parse_args(argv)
    logger.remove()
    logger.add(sys.stderr, level="DEBUG" if arguments.verbose else "WARNING")
    Server(uvicorn.Config(app, host=arguments.host, port=arguments.port, log_level="warning")).run()


if __name__ == "__main__":
    main()
