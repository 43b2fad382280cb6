"""What an AssemblyAI session is asked to be, when it is opened and in its midst."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec

from kernel.clock import MILLISECOND_NS
from speech.encoding import Encoding

from ...hearing import hearable
from ...wire import Request
from ._assemblyai import INVALID, Failure

_Milliseconds = Annotated[int, msgspec.Meta(ge=0)]
_Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
_ENCODINGS = {"pcm_s16le": Encoding.LINEAR16, "pcm_mulaw": Encoding.MULAW}
# The names that parameters had before, and still have in many agents.
_FORMERLY = {"min_end_of_turn_silence_when_confident": "min_turn_silence"}


class Parameters(msgspec.Struct, frozen=True):
    """What the client asks for, by the names of the query of `/v3/ws`; what is not here is ignored.

    *_silence            milliseconds; None is the model's own
    interruption_delay   milliseconds of speech before a pro model's first partial of a turn
    inactivity_timeout   seconds without a message that end the session; None never does
    """

    sample_rate: int
    encoding: Literal["pcm_s16le", "pcm_mulaw"] = "pcm_s16le"
    speech_model: str = "universal-streaming-english"
    mode: str = "balanced"
    format_turns: bool = False
    end_of_turn_confidence_threshold: _Share = 0.4
    min_turn_silence: _Milliseconds | None = None
    max_turn_silence: _Milliseconds | None = None
    interruption_delay: _Milliseconds = 750
    continuous_partials: bool | None = None
    language_detection: bool = False
    speaker_labels: bool = False
    inactivity_timeout: Annotated[int, msgspec.Meta(ge=5, le=3600)] | None = None

    @classmethod
    def of(cls, request: Request) -> Parameters:
        """Failure if a value is none, or the sound could not be heard."""
        asked = _converted({name: values[0] for name, values in request.query.items()})
        if not hearable(asked.sample_rate):
            raise Failure(INVALID, f"Invalid sample_rate: {asked.sample_rate}")
        return asked

    def changed(self, told: Mapping[str, Any]) -> Parameters:
        """After an `UpdateConfiguration`, which leaves the sound as it is; Failure as above."""
        fixed = {"sample_rate": self.sample_rate, "encoding": self.encoding}
        return _converted({**msgspec.structs.asdict(self), **told, **fixed})

    @property
    def sound(self) -> Encoding:
        return _ENCODINGS[self.encoding]

    @property
    def pro(self) -> bool:
        """A model of the Universal-3 family: it formats every turn, and tells few partials."""
        return self.speech_model.startswith(("universal-3", "u3"))

    @property
    def partials_go_on(self) -> bool:
        """They do by default, except where speakers are told apart."""
        asked = self.continuous_partials
        return not self.speaker_labels if asked is None else asked

    def silence_ns(self, end_of_turn_confidence: float) -> int:
        """The silence after which a turn ends."""
        threshold = 0.5 if self.pro else self.end_of_turn_confidence_threshold
        if end_of_turn_confidence > threshold:
            return self.pause_ns
        asked, own = self.max_turn_silence, 1000 if self.pro else 1280
        return max(self.pause_ns, (own if asked is None else asked) * MILLISECOND_NS)

    @property
    def pause_ns(self) -> int:
        """The silence that is a pause, and the end of a turn that seems complete."""
        asked, own = self.min_turn_silence, 100 if self.pro else 400
        return (own if asked is None else asked) * MILLISECOND_NS


def _converted(told: Mapping[str, Any]) -> Parameters:
    named = {_FORMERLY.get(name, name): value for name, value in told.items()}
    try:
        # Booleans come as `True` from the SDK, as `true` from others.
        return msgspec.convert(named, Parameters, strict=False)
    except msgspec.ValidationError as problem:
        raise Failure(INVALID, f"Invalid Message: {problem}") from problem
