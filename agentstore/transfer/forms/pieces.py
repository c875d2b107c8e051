"""What a message of any form consists of, once its form is out of the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from agentstore.records import JSONValue


@dataclass(frozen=True)
class Part:
    """Something said or shown: a content part of OpenAI's chat-completions, or one of its own."""

    value: dict[str, JSONValue]


@dataclass(frozen=True)
class Call:
    """A call of a tool. ``arguments`` as JSON text are parsed; answers may name ``alias`` too."""

    tool_name: JSONValue
    arguments: JSONValue
    call_id: JSONValue = None
    alias: JSONValue = None


@dataclass(frozen=True)
class Answer:
    """What a tool answered. Without an id it answers the calls that it stands behind.

    ``keeps_parts``: where the result is parts that are all texts, it stays parts, since these have
    more than their texts.
    """

    result: JSONValue
    call_id: JSONValue = None
    tool_name: JSONValue = None
    failed: bool = False
    keeps_parts: bool = False


@dataclass(frozen=True)
class Thought:
    """A model's reasoning, as the form has it."""

    value: JSONValue


@dataclass(frozen=True)
class Break:
    """Where one message of the form has what elsewhere is the next message."""


@dataclass(frozen=True)
class Unknown:
    """Something that is passed over, by the words for it."""

    what: str


Piece: TypeAlias = Part | Call | Answer | Thought | Break | Unknown
