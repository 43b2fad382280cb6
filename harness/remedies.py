"""What to do about a call that does not come about, by the step it stuck at and how it ended."""

from __future__ import annotations

from collections.abc import Mapping

_TLS_REMEDIES = {
    "tls_unknown_ca": "give the authority that signed its certificate as agent.ca (--ca FILE)",
    "tls_wrong_host": "put a host of its certificate into the URL, and the address that is to be "
    "called into agent.connect_to (--connect-to HOST:PORT)",
    "tls_expired": "renew its certificate, or name an instance that has a valid one as "
    "agent.connect_to (--connect-to HOST:PORT)",
    "tls": "see that it speaks TLS at that port, and give it the certificate that it asks for, if "
    "it does, as agent.client_cert (--client-cert FILE)",
}
_CLIENT_CERT = (
    "if it asks for a client's certificate, give one as agent.client_cert (--client-cert FILE)"
)
_STREAM_REMEDY = (
    "let <Stream url=…> name a WebSocket of the agent that this machine can reach, or name one "
    "in its place as agent.stream (--stream-url URL)"
)
_HEADERS = "what a gateway before it wants as agent.headers (--header 'NAME: VALUE')"
_TOKEN = "give what it checks signatures with as agent.auth_token"
_STREAM_DOOR = (
    f"{_TOKEN}, and {_HEADERS}; these go only to hosts that the agent's own URLs name: if this is "
    "none of them, name it as agent.stream (--stream-url URL)"
)
_STREAM_REMEDIES = {
    **_TLS_REMEDIES,
    "upgrade_401": _STREAM_DOOR,
    "upgrade_403": _STREAM_DOOR,
    "reset": f"look into the agent's log; {_CLIENT_CERT}",
}
_WEBHOOK_REMEDIES = {
    **_STREAM_REMEDIES,
    "unreachable": "start the agent, or name the URL of its voice webhook with --agent",
    "no_answer": "answer the voice webhook at once and do the rest of the work after it",
    "http_401": f"{_TOKEN}, and {_HEADERS}",
    "http_403": f"{_TOKEN}, the URL it believes to have as agent.signed_as, and {_HEADERS}",
    "http_404": "name the whole URL of the voice webhook, path included",
    "http_405": "let the voice webhook take POST",
    "garbage": "answer TwiML: <Response><Connect><Stream url=…/></Connect></Response>",
    "closed": "answer TwiML with <Connect><Stream url=…/>",
    "reject": "raise the agent's limit of calls: it refuses the first one",
    "spoken_refusal": "raise the agent's limit of calls: it refuses the first one",
}
_DIAL_OUT_REMEDIES = {
    **_TLS_REMEDIES,
    "unreachable": "start the agent, or name the URL where it is told to call as agent.dial_out "
    "(--dial-out URL)",
    "no_order": "have it order the call at TWILIO_BASE_URL, which `fastbusy env` prints, from "
    "POST …/Calls.json, to the number that it is told",
    "dial_out_404": "name the whole URL where it is told to call, path included",
    "dial_out_405": "let it take POST",
    "dial_out_400": "give the body that it wants as agent.dial_out.body",
    "dial_out_422": "give the body that it wants as agent.dial_out.body",
    "dial_out_429": "raise the agent's limit of calls: it refuses the first one",
    "dial_out_503": "raise the agent's limit of calls: it refuses the first one",
    "rang_out": "let it ring for longer (Timeout)",
}
_DIRECT_REMEDY = "let the agent take Twilio's media stream at that URL"
_DIRECT_REMEDIES = {
    **_TLS_REMEDIES,
    "reset": f"{_DIRECT_REMEDY}; {_CLIENT_CERT}",
    "unreachable": "start the agent, or name the URL of its media stream with --agent",
    "upgrade_401": f"{_TOKEN}, and {_HEADERS}",
    "upgrade_403": f"{_TOKEN}, the URL it believes to have as agent.signed_as, and {_HEADERS}",
    "upgrade_404": "name the whole URL of the media stream, path included",
}
_LOG_REMEDY = "look into the agent's log for its error"
_REMEDIES: Mapping[str, tuple[Mapping[str, str], str]] = {
    "direct": (_DIRECT_REMEDIES, _DIRECT_REMEDY),
    "dial_out": (_DIAL_OUT_REMEDIES, _LOG_REMEDY),
    "stream": (_STREAM_REMEDIES, _STREAM_REMEDY),
}


def setup_remedy(step: str, how: str) -> str:
    """One thing to do. `step` is that of `transports.link.Refused`, or `direct` for a stream that
    is dialled without a webhook; `how` is that of `records.Call`.
    """
    remedies, other = _REMEDIES.get(step, (_WEBHOOK_REMEDIES, _LOG_REMEDY))
    return remedies.get(how, other)
