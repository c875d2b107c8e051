"""The export of LibreChat: a list of messages, or a tree of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from agentstore.records import JSONValue
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.forms.branches import branch
from agentstore.transfer.forms.building import Builder, without
from agentstore.transfer.forms.form import Form, items_of, objects
from agentstore.transfer.forms.parts import image_part, is_link, read_part, read_parts, text_part
from agentstore.transfer.forms.pieces import Answer, Call, Piece, Thought

_READ = (
    *("text", "content", "isCreatedByUser", "createdAt", "children", "parentMessageId"),
    *("conversationId", "updatedAt"),
)
_LISTS = ("messages", "messagesTree")
_SYSTEM = "promptPrefix"


def is_message(value: JSONValue) -> bool:
    """Whether a value is such a message."""
    return isinstance(value, dict) and isinstance(value.get("isCreatedByUser"), bool)


def is_whole(value: JSONValue) -> bool:
    """Whether an object is such a conversation."""
    if not isinstance(value, dict):
        return False
    return any(is_message(message) for key in _LISTS for message in items_of(value, key))


def read(value: JSONValue) -> list[Conversation]:
    """One conversation."""
    builder = Builder()
    if isinstance(value, list):
        value = {"messages": value}
    messages = {
        str(message.get("messageId", number)): message
        for number, message in enumerate(_flat(value))
    }
    parents = {key: message.get("parentMessageId") for key, message in messages.items()}
    path = branch(next(reversed(messages), None), parents)
    if not any(parent in messages for parent in parents.values()):
        path = list(messages)
    options, system = _parted(value)
    if system is not None:
        builder.say("system", read_parts(system))
    for key in path:
        message = messages[key]
        role = "user" if message.get("isCreatedByUser") is True else "assistant"
        builder.say(
            builder.role(role),
            [*_pieces(message), *_images(message)],
            metadata=without(message, *_READ),
            at=message.get("createdAt"),
        )
    builder.pass_over("message on a branch that was not chosen", len(messages) - len(path))
    rest = without({**value, **options}, *_LISTS, "createdAt", _SYSTEM)
    return [
        builder.finish(
            rest,
            id=value.get("conversationId"),
            created_at=value.get("createdAt"),
            title=value.get("title"),
            state="archived" if value.get("isArchived") is True else "open",
        )
    ]


def _parted(value: Mapping[str, JSONValue]) -> tuple[dict[str, JSONValue], JSONValue]:
    """The options without the system prompt, and the prompt; None where there is none."""
    options = value.get("options")
    options = options if isinstance(options, dict) else {}
    system = options.get(_SYSTEM) or value.get(_SYSTEM)
    rest = {"options": without(options, _SYSTEM)} if options else {}
    return rest, system if isinstance(system, str) else None


def _flat(value: JSONValue) -> Iterator[dict[str, JSONValue]]:
    """All messages, parents before children."""
    lists = [objects(value.get(key) or [], key) for key in _LISTS]
    waiting = [message for messages in lists for message in reversed(messages)]
    while waiting:
        message = waiting.pop()
        yield message
        children = [child for child in items_of(message, "children") if isinstance(child, dict)]
        waiting.extend(
            {**child, "parentMessageId": message.get("messageId")} for child in reversed(children)
        )


def _pieces(message: Mapping[str, JSONValue]) -> Iterator[Piece]:
    content = items_of(message, "content")
    if not content:
        if message.get("text"):
            yield text_part(str(message["text"]))
        return
    for part in content:
        kind = part.get("type") if isinstance(part, dict) else None
        if kind == "think":
            yield Thought(part)
        elif kind == "tool_call" and isinstance(part.get("tool_call"), dict):
            call = part["tool_call"]
            function = call.get("function")
            details = function if isinstance(function, dict) else call
            arguments = details.get("args", details.get("arguments"))
            yield Call(details.get("name"), arguments, call.get("id"))
            if details.get("output") is not None:
                yield Answer(details["output"], call.get("id"))
        else:
            yield from read_part(part)


def _images(message: Mapping[str, JSONValue]) -> Iterator[Piece]:
    """What a user shows; where files are on the server only, there is nothing to be seen."""
    files = items_of(message, "files") if message.get("isCreatedByUser") is True else []
    for file in files:
        kind = str(file.get("type")) if isinstance(file, dict) else ""
        if kind.startswith("image/") and is_link(file.get("filepath")):
            yield image_part(file["filepath"])


FORM = Form("librechat", "LibreChat export", is_whole, read, is_message)
