"""Pydantic AI: a run's messages into a store, and a session's messages as a history.

    history = load_messages(store, "chat-17")
    result = agent.run_sync("Where is my order?", message_history=history)
    save_messages(store, "chat-17", result.new_messages(), run_id=result.run_id)

A response is one assistant message with its tool calls. A request is one message of the store
for each role in it: system prompts are system, prompts user, and every tool return or retry is a
message of role tool, whose content is the result of its call. Further parts (thinking, files,
instructions) and all else that the messages hold comes back to Pydantic AI alone.
"""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias, cast

from agentstore.errors import InvalidInputError
from agentstore.integrations.shared.drafts import (
    Draft,
    DraftCall,
    as_text,
    draft_of,
    fitting_name,
    read_arguments,
    save_drafts,
)
from agentstore.integrations.shared.notes import read_by_note
from agentstore.integrations.shared.reading import (
    Image,
    Own,
    Plain,
    read_messages,
    texts_and_images,
)
from agentstore.integrations.shared.worker_threads import reading, writing
from agentstore.model.values import check_id
from agentstore.records import JSONValue, Message, Role
from agentstore.storage import Storage
from agentstore.transfer import patches
from agentstore.transfer.answer_links import short_id
from agentstore.transfer.json_text import compact

try:
    from pydantic_ai.messages import ModelMessage, ModelMessagesTypeAdapter
except ImportError as error:
    raise ImportError(
        "agentstore.integrations.pydantic_ai needs Pydantic AI: "
        "pip install 'agentstore[pydantic-ai]'"
    ) from error

KEY = "pydantic_ai"
"""The adapter's key in the metadata of a message."""

_NAMESPACE = uuid.UUID("0d0f5b1e-6a53-5b0c-9a3e-2f0a3b7c61d4")
_ROLES: dict[str, Role] = {
    "system-prompt": "system",
    "user-prompt": "user",
    "tool-return": "tool",
    "retry-prompt": "user",
    "retry-feedback": "user",
}
"""The role of a part of a request; a part of another kind belongs to the one before it."""

_IN_COLUMNS = frozenset({"parts", "instructions"})
"""Keys of a message that its note does not have: people read them too."""

_Dict: TypeAlias = dict[str, JSONValue]


def load_messages(store: Storage, session_id: str) -> list[ModelMessage]:
    """A session as a message history, oldest first.

    Messages that were saved come back equal to what they were. What others have saved to the
    session is read as messages too.

    Args:
        store: where from.
        session_id: the session; an unknown one has no messages.

    Raises:
        StorageError: as ``Storage.get_history``.
    """
    messages = store.get_history(session_id)
    dicts = list(_dicts(read_messages(messages, _own_chunks(messages))))
    return ModelMessagesTypeAdapter.validate_json(json.dumps(dicts))


def save_messages(
    store: Storage, session_id: str, messages: Sequence[ModelMessage], *, run_id: str | None = None
) -> list[str]:
    """Save messages at the end of a session, all or none; those of a run only once.

    Saving a run again, whole or longer than before, adds what is missing: a retry is safe, and
    so is saving ``result.all_messages()`` after every run. (A run is told by its id, and a
    message by its place in the run: pass the messages of a run from its first on.)

    Args:
        store: where to.
        session_id: the session, created where there is none.
        messages: the messages of one run or several, in order.
        run_id: the run of those that do not name it themselves. Messages of no run are added
            each time.

    Returns:
        The ids of the store's messages, in order, also of those that were there.

    Raises:
        MessageExistsError: the run was saved with other messages in these places.
        StorageError: as ``Storage.save_messages``.
    """
    check_id(session_id, "session_id")
    if run_id is not None and not (isinstance(run_id, str) and run_id):
        raise InvalidInputError("run_id is a str that is not empty, or None")
    places: Counter[str] = Counter()
    drafts: list[Draft] = []
    for message in json.loads(ModelMessagesTypeAdapter.dump_json(list(messages))):
        run = message.get("run_id") or run_id
        chunks = _read_message(message)
        for number, chunk in enumerate(chunks):
            if run is not None:
                name = compact([session_id, run, places[run], number])
                chunk.id = str(uuid.uuid5(_NAMESPACE, name))
            drafts.append(chunk)
        places[run or ""] += 1
    return save_drafts(store, session_id, KEY, drafts)


async def aload_messages(store: Storage, session_id: str) -> list[ModelMessage]:
    """As `load_messages`, in a worker thread."""
    return await reading(load_messages, store, session_id)


async def asave_messages(
    store: Storage, session_id: str, messages: Sequence[ModelMessage], *, run_id: str | None = None
) -> list[str]:
    """As `save_messages`, in a worker thread; where cancelled, it ends before that goes on."""
    return await writing(save_messages, store, session_id, messages, run_id=run_id)


def _read_message(message: _Dict) -> list[Draft]:
    """The messages that keep a request or response, given as Pydantic AI's JSON."""
    parts: list[_Dict] = message["parts"]
    if message["kind"] == "response":
        chunks = [(_read_response(parts), parts)]
    else:
        chunks = [(_read_request(group), group) for group in _groups(parts)]
    for number, (draft, group) in enumerate(chunks):
        rest = {key: value for key, value in message.items() if key not in _IN_COLUMNS}
        if number == 0 and message.get("instructions") is not None:
            draft.response = {"instructions": message["instructions"]}
        draft.note = patches.difference({"parts": _form(draft)}, {"parts": group})
        draft.note |= {"message": rest} if number == 0 else {"continues": True}
    return [draft for draft, _ in chunks]


def _groups(parts: Sequence[_Dict]) -> list[list[_Dict]]:
    """The parts of a request by role: neighbours of one role together, each tool's alone."""
    groups: list[list[_Dict]] = [[]]
    last: Role | None = None
    for part in parts:
        role = _role(part)
        if role is not None:
            if last is not None and (role != last or role == "tool"):
                groups.append([])
            last = role
        groups[-1].append(part)
    return groups


def _role(part: _Dict) -> Role | None:
    if part["part_kind"] == "retry-prompt" and part.get("tool_name") is not None:
        return "tool"
    return _ROLES.get(part["part_kind"])


def _read_request(group: Sequence[_Dict]) -> Draft:
    part = next((part for part in group if _role(part) == "tool"), None)
    if part is not None:
        failed = part["part_kind"] == "retry-prompt"
        failed = failed or part.get("outcome", "success") not in {"success", "interrupted"}
        content = part["content"]
        return Draft(
            "tool", as_text(content), answers=part["tool_call_id"], failed=failed, result=content
        )
    spoken = [part for part in group if _role(part) is not None]
    role = (_role(spoken[0]) if spoken else None) or "system"
    return Draft(role, "\n".join(text for part in spoken for text in _texts(part["content"])))


def _texts(content: JSONValue) -> Iterator[str]:
    """The texts of a prompt, or of the errors that a model is told."""
    for item in [content] if isinstance(content, str) else content:
        if isinstance(item, str):
            yield item
        elif item.get("kind") in {"text-content", "structured-content"}:
            yield item["content"]
        elif "kind" not in item:
            yield compact(item)


def _read_response(parts: Sequence[_Dict]) -> Draft:
    texts = [part["content"] for part in parts if part["part_kind"] == "text"]
    draft = Draft("assistant", "\n".join(texts))
    for part in parts:
        if part["part_kind"] in {"tool-call", "builtin-tool-call"}:
            draft.calls.append(
                DraftCall(
                    fitting_name(part["tool_name"]),
                    read_arguments(part.get("args")),
                    short_id(part["tool_call_id"]),
                )
            )
        elif part["part_kind"] == "builtin-tool-return":
            for call in draft.calls:
                if call.call_id == short_id(part["tool_call_id"]):
                    call.answered, call.result = True, part["content"]
    return draft


def _own_chunks(messages: Sequence[Message]) -> dict[str, _Dict]:
    """The requests and responses, each as far as one message of the store keeps it, by its id."""
    own: dict[str, _Dict] = {}
    follows_request = False
    for message in messages:
        chunk = read_by_note(message, KEY, _noted_chunk, _chunk_draft)
        if chunk is not None and ("message" in message.metadata[KEY] or follows_request):
            own[message.id] = chunk
        follows_request = message.id in own and own[message.id]["kind"] == "request"
    return own


def _noted_chunk(message: Message, note: Mapping[str, JSONValue]) -> _Dict:
    parts = patches.apply(note, {"parts": _form(draft_of(message))})["parts"]
    rest = {key: value for key, value in _rest(note).items() if key not in _IN_COLUMNS}
    instructions = (message.response or {}).get("instructions")
    if instructions is not None:
        rest["instructions"] = instructions
    chunk = {**rest, "parts": parts}
    # What Pydantic AI makes of it counts: it takes more than one spelling.
    text = ModelMessagesTypeAdapter.dump_json(ModelMessagesTypeAdapter.validate_python([chunk]))
    (read,) = json.loads(text)
    return cast("_Dict", read)


def _rest(note: Mapping[str, JSONValue]) -> _Dict:
    """What a note says of the whole message, which only the first message of the store has."""
    return cast("_Dict", note.get("message", {"kind": "request"}))


def _chunk_draft(chunk: _Dict) -> Draft:
    """What one message of the store says of a request or response.

    Raises:
        ValueError: it would be several messages.
    """
    (draft,) = _drafts(chunk)
    return draft


def _drafts(message: _Dict) -> list[Draft]:
    parts: list[_Dict] = message["parts"]
    if message["kind"] == "response":
        return [_read_response(parts)]
    return [_read_request(group) for group in _groups(parts)]


def _dicts(groups: Iterator[Own[_Dict] | Plain]) -> Iterator[_Dict]:
    """The messages that were saved as some messages of the store, as Pydantic AI's JSON."""
    open_message: _Dict | None = None
    for group in groups:
        if isinstance(group, Plain):
            new = list(_plain_messages(group))
        elif open_message is not None and "message" not in group.message.metadata[KEY]:
            open_message["parts"] += group.value["parts"]
            continue
        else:
            new = [group.value]
        if open_message is not None:
            yield open_message
        *whole, open_message = new
        yield from whole
    if open_message is not None:
        yield open_message


def _form(draft: Draft) -> list[_Dict]:
    """The parts that a message is without its note; what is stored depends on it."""
    if draft.role == "tool":
        return [
            {"content": draft.content, "tool_call_id": draft.answers, "part_kind": "tool-return"}
        ]
    if draft.role == "assistant":
        texts = [{"content": draft.content, "part_kind": "text"}] if draft.content else []
        return texts + [_call_part(call) for call in draft.calls]
    return [{"content": draft.content, "part_kind": f"{draft.role}-prompt"}]


def _call_part(call: DraftCall) -> _Dict:
    arguments = call.arguments
    return {
        "tool_name": call.tool_name,
        "args": arguments if isinstance(arguments, (dict, str)) else compact(arguments),
        "tool_call_id": call.call_id,
        "part_kind": "tool-call",
    }


def _plain_messages(group: Plain) -> Iterator[_Dict]:
    """The requests and responses that others have saved."""
    timestamp = group.sources[0].timestamp.isoformat()
    for draft in group.drafts:
        if draft.role == "tool":
            parts = [
                {
                    "tool_name": draft.tool_name or "unknown",
                    "content": draft.result,
                    "tool_call_id": draft.answers,
                    "outcome": "failed" if draft.failed else "success",
                    "part_kind": "tool-return",
                }
            ]
        elif draft.role == "user":
            parts = [{"content": _prompt(draft.content), "part_kind": "user-prompt"}]
        else:
            text = "\n".join(
                part for part in texts_and_images(draft.content) if isinstance(part, str)
            )
            parts = _form(replace(draft, content=text))
        if draft.role == "assistant":
            yield {"kind": "response", "parts": parts, "timestamp": timestamp}
        else:
            stamped = [{**part, "timestamp": timestamp} for part in parts]
            yield {"kind": "request", "parts": stamped}


def _prompt(content: str | list[_Dict]) -> JSONValue:
    """A prompt of a user: text, or texts and images."""
    parts = texts_and_images(content)
    if any(isinstance(part, Image) for part in parts):
        return [_image(part) if isinstance(part, Image) else part for part in parts]
    return "\n".join(part for part in parts if isinstance(part, str))


def _image(image: Image) -> _Dict:
    media_type, mark, data = image.url.removeprefix("data:").partition(";base64,")
    if not image.url.startswith("data:") or not mark:
        return {"kind": "image-url", "url": image.url}
    data = data.replace("+", "-").replace("/", "_")  # as Pydantic spells bytes
    return {"kind": "binary", "data": data, "media_type": media_type}
