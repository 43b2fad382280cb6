"""What the language model is told of the conversation: what was said, as far as it was heard."""

from __future__ import annotations

from . import phrases
from .openai import Message, Reply


class History:
    """The messages of one call, in the form of chat completions."""

    def __init__(self) -> None:
        self.messages: list[Message] = [{"role": "system", "content": phrases.SYSTEM}]

    def opening(self) -> list[Message]:
        """The request for a greeting; the instruction does not stay in the history."""
        return [*self.messages, {"role": "system", "content": phrases.GREET}]

    def caller(self, text: str) -> None:
        """The caller has said something."""
        self.messages.append({"role": "user", "content": text})

    def agent(self, text: str) -> None:
        """The caller has heard something."""
        if text:
            self.messages.append({"role": "assistant", "content": text})

    def tools(self, reply: Reply, results: list[Message]) -> None:
        """The model has called tools; the calls and all their results go in together."""
        content = reply.text.strip() or None
        self.messages.append(
            {"role": "assistant", "content": content, "tool_calls": reply.tool_calls}
        )
        self.messages += results
