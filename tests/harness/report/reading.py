"""Reads a report as a browser would: what is text is text, what is an element is balanced."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any

_VOID = ("br", "meta")


class Page(HTMLParser):
    """`ids`, `hrefs` and `text` of a document; `elements` as (name, attributes); `data` by plot."""

    def __init__(self, document: str) -> None:
        super().__init__(convert_charrefs=True)
        self.ids: list[str] = []
        self.hrefs: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.data: dict[str, Any] = {}
        self._open: list[str] = []
        self._texts: list[str] = []
        self.feed(document)
        self.close()
        assert not self._open, f"never closed: {self._open}"

    @property
    def text(self) -> str:
        return " ".join(" ".join(self._texts).split())

    def named(self, name: str, **wanted: str) -> list[dict[str, str | None]]:
        """The attributes of the elements of a name that have the wanted ones."""
        return [
            attributes
            for found, attributes in self.elements
            if found == name and wanted.items() <= attributes.items()
        ]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        assert len(attributes) == len(attrs), f"an attribute twice: {attrs}"
        self.elements.append((tag, attributes))
        self.ids += [value for value in [attributes.get("id")] if value]
        self.hrefs += [value for value in [attributes.get("href")] if value]
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open[-1:] == ["script"]:
            plot = self.elements[-1][1].get("data-plot")
            if plot:
                self.data[plot] = json.loads(data)
            else:
                self.scripts.append(data)
        elif self._open[-1:] != ["style"]:
            self._texts.append(data)
