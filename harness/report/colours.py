"""The colours of fates and stages, the same in plots, bars and lists, on light and dark ground."""

from __future__ import annotations

from collections.abc import Mapping

from ..analysis.fates import Fate

FATE_COLOURS: Mapping[Fate, str] = {
    "served": "#3d9a6a",
    "refused_politely": "#4a90d9",
    "deflected": "#5fa8a8",
    "queued": "#b39b35",
    "transferred": "#7c93b2",
    "cut_by_us": "#868e96",
    "unclear": "#8a63d2",
    "refused_abruptly": "#e8890c",
    "abandoned": "#c2469a",
    "dropped": "#e03131",
}
"""From right to wrong: the order of a stack."""

STAGE_COLOURS: Mapping[str, str] = {
    "stt": "#2f86d6",
    "llm": "#8a63d2",
    "tts": "#159a7c",
    "tools": "#d97706",
    "realtime": "#c2469a",
}
ANSWER_COLOUR = "#6576ea"
_OTHER = "#868e96"


def stage_colour(stage: str) -> str:
    return STAGE_COLOURS.get(stage, _OTHER)


def style_rules() -> str:
    """The colours as CSS: `.fate-served` and `.stage-llm` set `--mark`."""
    named = {f"fate-{fate}": colour for fate, colour in FATE_COLOURS.items()}
    named |= {f"stage-{stage}": colour for stage, colour in STAGE_COLOURS.items()}
    return "".join(f".{name}{{--mark:{colour}}}" for name, colour in named.items())
