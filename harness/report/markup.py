"""HTML that is safe by construction: every text is escaped unless it is markup already."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

_VOID = frozenset(("br", "meta"))
# XML 1.0 has no way to write these, not even escaped, and UTF-8 none for lone surrogates.
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Attribute = str | int | float | bool | None


class Html(str):
    """Markup, to be taken as it is."""

    __slots__ = ()


def writable(text: str) -> str:
    """The text with what XML and UTF-8 cannot hold replaced by U+FFFD."""
    return _UNWRITABLE.sub("\ufffd", text)


def tag(name: str, /, *content: str, **attributes: Attribute) -> Html:
    """An element. `class_` and `data_fate` become `class` and `data-fate`; None and False leave an
    attribute out, True gives it no value.
    """
    told = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _VOID:
        return Html(f"<{name}{told}>")
    return Html(f"<{name}{told}>{joined(content)}</{name}>")


def joined(parts: Iterable[str], between: str = "") -> Html:
    return Html(_text(between).join(map(_text, parts)))


def raw_element(name: str, content: str, /, **attributes: Attribute) -> Html:
    """A `style` or `script`, whose text no parser unescapes; it must not hold its own end tag."""
    if f"</{name}" in content.lower():
        raise ValueError(f"the content of <{name}> holds </{name}: it would end there")
    told = "".join(_attribute(key, value) for key, value in attributes.items())
    return Html(f"<{name}{told}>{content}</{name}>")


def data_element(value: Mapping[str, Any], **attributes: Attribute) -> Html:
    """JSON for the page's script. A transcript may hold `</script>` or `<!--`: no `<` survives."""
    data = json.dumps(value, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
    return raw_element("script", data, type="application/json", **attributes)


def _attribute(name: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    name = name.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{_text(str(value))}"'


def _text(text: str) -> str:
    return text if isinstance(text, Html) else escape(writable(text))
