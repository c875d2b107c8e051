"""How records read: a session's state, a message's content, a call and its result."""

from __future__ import annotations

from collections.abc import Mapping

from agentstore.cli.output import is_terminal
from agentstore.records import JSONValue, Message, Session, ToolCall
from agentstore.transfer.json_text import compact

_SHORTENED = 160
"""The room that a terminal's line has left for a text."""

_NOTED = 40
"""A part's values up to this length stand in its note."""


def state_of(session: Session) -> str:
    """One word for what a session is: ``trashed``, ``archived``, ``active`` or ``closed``."""
    if session.trashed_at is not None:
        return "trashed"
    if session.archived_at is not None:
        return "archived"
    return "active" if session.active else "closed"


def content_of(message: Message, *, full: bool = False) -> str:
    """A message's text, with a short note in the place of each other part.

    Args:
        message: the message.
        full: write the parts out, as JSON.
    """
    if message.parts is None:
        return message.content
    if full:
        return compact(message.parts)
    return "\n".join(_part(part) for part in message.parts)


def _part(part: Mapping[str, JSONValue]) -> str:
    text = part.get("text")
    if isinstance(text, str) and str(part.get("type", "text")).endswith("text"):
        return text
    size = len(compact(part))
    known = ", ".join(
        value
        for key, value in part.items()
        if key != "type" and isinstance(value, str) and 0 < len(value) <= _NOTED
    )
    named = f" {known}" if known else ""
    return f"[{part.get('type', 'part')}{named}, {size:,} characters]"


def call_of(call: ToolCall) -> str:
    """A call, and what it gave."""
    asked = f"{call.tool_name}({compact(call.arguments)})"
    return f"{asked} pending" if call.completed_at is None else f"{asked} = {result_of(call)}"


def result_of(call: ToolCall) -> str:
    """What a call gave; ``pending`` where nothing yet."""
    if call.completed_at is None:
        return "pending"
    return call.result if isinstance(call.result, str) else compact(call.result)


def one_line(text: str) -> str:
    """The text as it is in a pipe; its beginning on a terminal."""
    if not is_terminal() or len(text) <= _SHORTENED:
        return text
    return f"{text[:_SHORTENED]}…"
