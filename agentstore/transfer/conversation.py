"""The one form inside, into which a reader of every other form turns a conversation."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from agentstore.records import JSONValue, NewMessage

State: TypeAlias = Literal["open", "closed", "archived"]


@dataclass(frozen=True)
class Conversation:
    """A conversation, ready to be saved.

    Attributes:
        metadata: for ``create_session``.
        messages: for ``save_messages``.
        form: the whole in OpenAI's form as it will be written again, ``{…, "messages": […]}``.
        id: what the form has as the conversation's id.
        created_at: when it began, where the form says so.
        state: whether it goes on.
        title: what a list shows of it; None where the form has none that fits.
        remarks: what of it was not understood, and how often.
        passed_over: what was understood, but is no part of it, and how often.
        is_none: whether there is no conversation, and what is passed over is all.
    """

    metadata: dict[str, JSONValue]
    messages: list[NewMessage]
    form: dict[str, JSONValue]
    id: str | None = None
    created_at: datetime | None = None
    state: State = "open"
    title: str | None = None
    remarks: Counter[str] = field(default_factory=Counter)
    passed_over: Counter[str] = field(default_factory=Counter)
    is_none: bool = False

    @property
    def tool_call_count(self) -> int:
        """How many tool calls its messages have."""
        return sum(len(message.tool_calls) for message in self.messages)


def nothing_but(what: str) -> Conversation:
    """No conversation, but something that is passed over."""
    return Conversation({}, [], {}, passed_over=Counter([what]), is_none=True)
