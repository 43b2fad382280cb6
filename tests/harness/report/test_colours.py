import re

from harness.report.colours import FATE_COLOURS, STAGE_COLOURS, stage_colour, style_rules
from harness.verdict import judge
from kernel.history import History


def test_every_fate_has_a_colour_of_its_own() -> None:
    fates = judge(History([]), {}).fates
    assert set(FATE_COLOURS) == set(fates)
    assert len(set(FATE_COLOURS.values())) == len(fates)


def test_a_stage_without_a_colour_is_grey() -> None:
    assert stage_colour("llm") == STAGE_COLOURS["llm"]
    assert stage_colour("telephony") == "#868e96"


def test_every_colour_can_be_told_from_white_and_from_nearly_black() -> None:
    for colour in (*FATE_COLOURS.values(), *STAGE_COLOURS.values()):
        assert contrast(colour, "#ffffff") > 2.4, colour
        assert contrast(colour, "#14171b") > 3, colour


def test_the_style_sheet_knows_them_all() -> None:
    rules = dict(re.findall(r"\.([\w-]+)\{--mark:(#\w+)\}", style_rules()))
    assert rules["fate-dropped"] == FATE_COLOURS["dropped"]
    assert rules["stage-tts"] == STAGE_COLOURS["tts"]
    assert len(rules) == len(FATE_COLOURS) + len(STAGE_COLOURS)


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
