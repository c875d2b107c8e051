"""A conversation of the store as the writers of forms take it: each call with its answer."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from itertools import takewhile
from typing import Any

from agentstore.errors import InvalidInputError
from agentstore.model.preparing import prepare_message
from agentstore.model.preparing_calls import PreparedCall
from agentstore.model.values import load_json
from agentstore.records import JSONValue, Message, NewMessage, Role, ToolCall
from agentstore.transfer.answer_links import short_id
from agentstore.transfer.forms.building import REASONING, TOOL_STATUS
from agentstore.transfer.forms.media import Media, media_of
from agentstore.transfer.forms.parts import part_values, read_parts
from agentstore.transfer.json_text import compact
from agentstore.transfer.plain_form import FORM_KEY, TEXT_PARTS, TOOL_CALL_ID, text_of_parts
from agentstore.transfer.waiting_calls import Origin, WaitingCalls

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


@dataclass(frozen=True)
class Reply:
    """What a tool answered: text, parts or any JSON, and whether it failed."""

    result: JSONValue
    failed: bool = False


@dataclass
class TurnCall:
    """A call, with an id that its provider takes; without a reply it is pending."""

    name: str
    arguments: JSONValue
    id: str
    has_own_id: bool
    reply: Reply | None = None


@dataclass
class Turn:
    """A message and the calls it makes, or answers that stand behind it.

    Attributes:
        place: where it stands among the messages, for errors.
        role: who speaks; 'tool' does not come up, as answers stand with their calls.
        content: text or parts, as OpenAI's chat-completions has them.
        calls: the calls that it makes.
        thoughts: the model's reasoning before it, as the form that it came in has it.
        metadata: the message's.
    """

    place: int
    role: Role
    content: str | list[dict[str, JSONValue]]
    calls: list[TurnCall] = field(default_factory=list)
    thoughts: list[JSONValue] = field(default_factory=list)
    metadata: Mapping[str, JSONValue] = field(default_factory=dict)

    @property
    def parts(self) -> list[dict[str, JSONValue]]:
        """The content as parts; none where it is empty."""
        if isinstance(self.content, str):
            return [{"type": "text", "text": self.content}] if self.content else []
        return self.content

    def said_of(self, key: str) -> dict[str, JSONValue]:
        """A text of the metadata under its key; nothing where there is none."""
        value = self.metadata.get(key)
        return {key: value} if isinstance(value, str) and value else {}


@dataclass(frozen=True)
class Writing:
    """How a form is written.

    Attributes:
        title: whose form it is, for errors.
        tool_name: what its provider takes as a tool's name.
        call_id: what it takes as the id of a call; another one is respelled.
        pending_result: the answer of a call that has none while others speak; None refuses it.
    """

    title: str
    tool_name: re.Pattern[str]
    call_id: re.Pattern[str]
    pending_result: str | None = None

    def refuse(self, place: int, what: str) -> InvalidInputError:
        """The error of something that cannot be said."""
        return InvalidInputError(f"messages[{place}]: {what} cannot be said in {self.title}")

    def media_of(self, place: int, part: Mapping[str, JSONValue]) -> Media:
        """The image, sound or file that a part is.

        Raises:
            InvalidInputError: it is none.
        """
        media = media_of(part)
        if media is None:
            raise self.refuse(place, f"a part of type {str(part['type'])[:40]!r}")
        return media

    def arguments(self, place: int, call: TurnCall) -> dict[str, JSONValue]:
        """A call's arguments, where the form takes an object only."""
        if not isinstance(call.arguments, dict):
            raise self.refuse(place, f"arguments of {call.name!r} that are no object")
        return call.arguments


def part_system(turns: list[Turn], writing: Writing) -> tuple[list[Turn], list[Turn]]:
    """What is said as the system, which stands apart in some forms, and the rest.

    Raises:
        InvalidInputError: a system message stands behind what others say.
    """
    leading = list(takewhile(lambda turn: turn.role == "system", turns))
    others = turns[len(leading) :]
    for turn in others:
        if turn.role == "system":
            raise writing.refuse(turn.place, "a system message behind what others say")
    return leading, others


def said_by(part: Mapping[str, JSONValue]) -> str | None:
    """The text of a part that is one, or a refusal; None for any other."""
    text = part.get("text" if part["type"] in TEXT_PARTS else "refusal")
    return text if isinstance(text, str) else None


def result_parts(result: JSONValue) -> list[dict[str, JSONValue]] | None:
    """The parts of a result that consists of some; None where it is text or other JSON."""
    if not isinstance(result, list) or not result:
        return None
    if not all(isinstance(part, dict) and isinstance(part.get("type"), str) for part in result):
        return None
    return part_values(read_parts(result))


def result_text(result: JSONValue) -> str:
    """A result that is no parts as the text that a model reads."""
    if isinstance(result, str):
        return result
    return "" if result is None else text_of_parts(result) or compact(result)


def arguments_text(arguments: JSONValue) -> str:
    """A call's arguments as JSON text; what was no JSON when it was read stays as it was."""
    if isinstance(arguments, str):
        try:
            load_json(arguments)
        except ValueError:
            return arguments
    return compact(arguments)


def turns_of(messages: Iterable[Message | NewMessage], writing: Writing) -> list[Turn]:
    """The turns of a conversation.

    Args:
        messages: a history, or what is to be saved as one.
        writing: how they are to be written.

    Raises:
        InvalidInputError: what is among them is no message; a tool's message answers no call; a
            call has no answer though others speak behind it; a tool's name is none.
    """
    reading = _Reading(writing)
    if isinstance(messages, (str, bytes, Mapping)) or not isinstance(messages, Iterable):
        raise InvalidInputError("messages is a list of Message or NewMessage records")
    for place, message in enumerate(messages):
        reading.add(place, message)
    return reading.finish()


class _Reading:
    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._turns: list[Turn] = []
        self._results: dict[Origin, Reply] = {}
        self._by_id = WaitingCalls()
        self._latest = WaitingCalls()
        self._ids: set[str] = set()

    def add(self, place: int, message: Message | NewMessage) -> None:
        """Take in the next message."""
        if not isinstance(message, (Message, NewMessage)):
            raise InvalidInputError(
                f"messages[{place}] is a Message or NewMessage, not {type(message).__name__}"
            )
        content, metadata, calls = _fields(place, message)
        if message.role == "tool":
            self._answer(place, content, metadata)
            return
        turn = Turn(
            place,
            message.role,
            content if isinstance(content, str) else part_values(read_parts(content)),
            thoughts=_list(metadata.get(REASONING)),
            metadata=metadata,
        )
        self._latest = WaitingCalls()
        for call in calls:
            self._add_call(turn, call)
        self._turns.append(turn)

    def finish(self) -> list[Turn]:
        """All turns."""
        for index, turn in enumerate(self._turns):
            for number, call in enumerate(turn.calls):
                if call.reply is None:
                    call.reply = self._results.get(Origin(index, number))
                if call.reply is None and index + 1 < len(self._turns):
                    if self._writing.pending_result is None:
                        raise self._writing.refuse(
                            turn.place,
                            f"a call of {call.name!r} that has no result while others speak "
                            "behind it (save_tool_result, or pending_result=…)",
                        )
                    call.reply = Reply(self._writing.pending_result)
        return self._turns

    def _add_call(self, turn: Turn, call: _Call) -> None:
        origin = Origin(len(self._turns), len(turn.calls))
        if not self._writing.tool_name.fullmatch(call.tool_name):
            raise self._writing.refuse(turn.place, f"a tool named {call.tool_name[:60]!r}")
        self._by_id.add(origin, call.call_id)
        self._latest.add(origin, None)
        if call.reply is not None:
            self._results[origin] = call.reply
        turn.calls.append(
            TurnCall(
                call.tool_name, call.arguments, self._id(origin, call.call_id), bool(call.call_id)
            )
        )

    def _answer(
        self, place: int, content: str | list[dict[str, JSONValue]], metadata: Mapping[str, Any]
    ) -> None:
        """Give a call the answer that is a message of its own, as adapters keep them."""
        call_id = _answered_id(metadata)
        if call_id is not None:
            origin = self._by_id.find(short_id(call_id))
        else:
            origin = self._latest.find(None)
            if origin in self._results:
                origin = None
        if origin is None or origin.call is None:
            raise self._writing.refuse(place, "a tool's message that answers no call before it")
        self._by_id.take(origin)
        self._latest.take(origin)
        failed = metadata.get(TOOL_STATUS) == "error"
        self._turns[origin.turn].calls[origin.call].reply = Reply(content, failed)

    def _id(self, origin: Origin, call_id: str | None) -> str:
        """An id of the call that its provider takes and no other call has."""
        wanted = call_id or f"call_{origin.turn}_{origin.call}"
        if wanted in self._ids or not self._writing.call_id.fullmatch(wanted):
            name = f"{wanted}\0{origin.turn}\0{origin.call}".encode(errors="surrogatepass")
            wanted = f"call_{hashlib.sha256(name).hexdigest()[:24]}"
        self._ids.add(wanted)
        return wanted


@dataclass(frozen=True)
class _Call:
    tool_name: str
    arguments: JSONValue
    call_id: str | None
    reply: Reply | None


def _fields(
    place: int, message: Message | NewMessage
) -> tuple[str | list[dict[str, JSONValue]], Mapping[str, Any], list[_Call]]:
    """Content, metadata and calls of a message, checked where nobody has yet."""
    if isinstance(message, Message):
        content = message.content if message.parts is None else message.parts
        return content, message.metadata, [_stored_call(call) for call in message.tool_calls]
    try:
        turn = prepare_message(message, _EPOCH)
    except InvalidInputError as error:
        raise InvalidInputError(f"messages[{place}].{error}") from None
    content = turn.content if turn.parts is None else load_json(turn.parts)
    return content, load_json(turn.metadata), [_new_call(call) for call in turn.calls]


def _stored_call(call: ToolCall) -> _Call:
    reply = None if call.completed_at is None else Reply(call.result)
    return _Call(call.tool_name, call.arguments, call.call_id, reply)


def _new_call(call: PreparedCall) -> _Call:
    reply = None if call.result is None else Reply(load_json(call.result))
    return _Call(call.tool_name, load_json(call.arguments), call.call_id, reply)


def _answered_id(metadata: Mapping[str, Any]) -> str | None:
    """The id of the call that a tool's message answers, as adapters or readers of forms note it."""
    note = metadata.get(FORM_KEY)
    noted = note.get("set") if isinstance(note, dict) else None
    for value in (metadata, noted):
        call_id = value.get(TOOL_CALL_ID) if isinstance(value, dict) else None
        if isinstance(call_id, str) and call_id:
            return call_id
    return None


def _list(value: JSONValue) -> list[JSONValue]:
    return value if isinstance(value, list) else []
