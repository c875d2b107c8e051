"""A message of Strands <-> the messages of a store that keep it; only JSON, no Strands.

A message with tool results is one message of role tool for each result, then one of the user for
the rest. Bytes are in the JSON as Strands writes them.
"""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias, cast

from agentstore.integrations.shared.drafts import Draft, DraftCall, as_text, draft_of, fitting_name
from agentstore.integrations.shared.notes import read_by_note
from agentstore.integrations.shared.reading import Plain, read_messages, texts_and_images
from agentstore.records import JSONValue, Message
from agentstore.transfer import patches
from agentstore.transfer.answer_links import short_id

KEY = "strands"
"""The adapter's key in the metadata of a message or session."""

_NAMESPACE = uuid.UUID("5a0c3a52-7f0b-5d0e-8a55-93c3b1b1f0aa")

_ROLES = ("user", "assistant", "system")
_FIELDS = ("created_at", "updated_at")
"""What `SessionMessage` has beside the message, its id and its redacted form."""

Form: TypeAlias = dict[str, JSONValue]


def store_id(session_id: str, agent_id: str, message_id: int, number: int) -> str:
    """The store's id of the ``number``-th message that keeps a message of Strands."""
    return str(uuid.uuid5(_NAMESPACE, json.dumps([session_id, agent_id, message_id, number])))


@dataclass(frozen=True)
class Chunk:
    """What one message of the store keeps of a message of Strands.

    Attributes:
        agent_id, message_id: of which message.
        role, content: Strands' own.
        note: the adapter's.
    """

    agent_id: str
    message_id: int
    role: str
    content: list[Form]
    note: Mapping[str, JSONValue]

    @property
    def place(self) -> tuple[str, int]:
        """The agent and message_id."""
        return self.agent_id, self.message_id

    @property
    def is_first(self) -> bool:
        """Whether it is the first of its message, which has all that is not content."""
        return "fields" in self.note


def own_chunks(messages: Iterable[Message]) -> dict[str, Chunk]:
    """What messages of the store keep of messages of Strands, by the id of the store's message.

    Args:
        messages: in order; the first of several that keep one message is among them.
    """
    own: dict[str, Chunk] = {}
    roles: dict[tuple[str, int], str] = {}

    def read(message: Message, note: Mapping[str, JSONValue]) -> Chunk:
        agent_id, message_id = note["agent_id"], note["message_id"]
        if not isinstance(agent_id, str) or type(message_id) is not int:
            raise TypeError("an agent_id or message_id is none")
        role = note["message"]["role"] if "fields" in note else roles[agent_id, message_id]
        form = {"content": _form(draft_of(message))}
        content = cast("Form", patches.apply(note, form))["content"]
        return Chunk(agent_id, message_id, role, content, note)

    for message in messages:
        chunk = read_by_note(message, KEY, read, _said)
        if chunk is not None:
            own[message.id] = chunk
            roles.setdefault(chunk.place, chunk.role)
    return own


def _said(chunk: Chunk) -> Draft:
    """What one message of the store says of a message of Strands.

    Raises:
        ValueError: it would be several messages, or Strands could not read it.
    """
    if chunk.role not in _ROLES or not _can_be_read(chunk):
        raise ValueError("this is no message of Strands")
    (blocks,) = _groups(chunk.content)
    return _read_blocks(chunk.role, blocks)


def _can_be_read(chunk: Chunk) -> bool:
    """Whether Strands can read it: a session is not to fail for one message."""
    fields, shown = chunk.note.get("fields", {}), chunk.note.get("message", {})
    original = chunk.note.get("original", {"role": chunk.role, "content": []})
    return (
        fields.keys() <= set(_FIELDS)
        and all(isinstance(fields.get(name), str) for name in _FIELDS if chunk.is_first)
        and isinstance(shown, dict)
        and original.get("role") in _ROLES
        and isinstance(original.get("content"), list)
        and _has_sound_bytes([chunk.content, shown, original])
    )


def _has_sound_bytes(value: JSONValue) -> bool:
    """Whether what stands for bytes, as Strands writes them, is base64."""
    if isinstance(value, dict):
        if value.get("__bytes_encoded__") is True:
            base64.b64decode(value["data"])
        return all(map(_has_sound_bytes, value.values()))
    return all(map(_has_sound_bytes, value)) if isinstance(value, list) else True


def read_session_message(
    session_id: str, agent_id: str, form: Mapping[str, JSONValue]
) -> list[Draft]:
    """The messages that keep a message of Strands.

    Args:
        session_id, agent_id: whose it is.
        form: ``SessionMessage.to_dict()``.
    """
    fields = dict(form)
    original, redacted = fields.pop("message"), fields.pop("redact_message")
    shown = original if redacted is None else redacted
    message_id = fields.pop("message_id")
    first: Form = {
        "fields": fields,
        "message": {key: value for key, value in shown.items() if key != "content"},
    }
    if redacted is not None:
        first["original"] = original
    groups = list(_groups(shown["content"]))
    drafts = []
    for number, blocks in enumerate(groups):
        draft = _read_blocks(shown["role"], blocks)
        draft.id = store_id(session_id, agent_id, message_id, number)
        draft.note = {
            "agent_id": agent_id,
            "message_id": message_id,
            "chunks": len(groups),
            **(first if number == 0 else {}),
            **patches.difference({"content": _form(draft)}, {"content": blocks}),
        }
        drafts.append(draft)
    return drafts


def _groups(content: Sequence[Form]) -> Iterator[list[Form]]:
    """The blocks of a message by who speaks: each tool's result alone, the rest together."""
    group: list[Form] = []
    for block in content:
        if group and ("toolResult" in block or "toolResult" in group[-1]):
            yield group
            group = []
        group.append(block)
    if group or not content:
        yield group


def _read_blocks(role: str, blocks: Sequence[Form]) -> Draft:
    if blocks and "toolResult" in blocks[0]:
        result = blocks[0]["toolResult"]
        value = _result(result["content"])
        return Draft(
            "tool",
            as_text(value),
            answers=result["toolUseId"],
            failed=result.get("status") == "error",
            result=value,
        )
    texts = "\n".join(text for block in blocks for text in _texts(block))
    if role != "assistant":
        return Draft("system" if role == "system" else "user", texts)
    calls = [block["toolUse"] for block in blocks if "toolUse" in block]
    return Draft(
        "assistant",
        texts,
        calls=[
            DraftCall(fitting_name(call["name"]), call["input"], short_id(call["toolUseId"]))
            for call in calls
        ],
    )


def _texts(block: Form) -> Iterator[str]:
    """The texts of a block, in the three places where a model gets some."""
    if "text" in block:
        yield block["text"]
    if "guardContent" in block:
        yield block["guardContent"]["text"]["text"]
    if "citationsContent" in block:
        yield from (part["text"] for part in block["citationsContent"]["content"])


def _result(content: Sequence[Form]) -> JSONValue:
    """A tool's result: its text or JSON where it is one of these, else its blocks."""
    if len(content) == 1:
        (block,) = content
        if "text" in block:
            return block["text"]
        if "json" in block:
            return block["json"]
    if content and all("text" in block for block in content):
        return "\n".join(block["text"] for block in content)
    return list(content)


def _form(draft: Draft) -> list[Form]:
    """The blocks that a message is without its note; what is stored depends on it."""
    if draft.role == "tool":
        return [_result_block(draft, [{"text": draft.content}])]
    blocks: list[Form] = [{"text": draft.content}] if draft.content else []
    return blocks + [
        {
            "toolUse": {
                "toolUseId": call.call_id,
                "name": call.tool_name,
                "input": call.arguments,
            }
        }
        for call in draft.calls
    ]


def _result_block(draft: Draft, content: list[Form]) -> Form:
    status = "error" if draft.failed else "success"
    return {"toolResult": {"toolUseId": draft.answers, "status": status, "content": content}}


def _shown(chunk: Chunk) -> Form:
    """The message of Strands that a first chunk shows, without what follows."""
    return {**chunk.note["message"], "content": list(chunk.content)}


def write_session_message(chunks: Sequence[Chunk]) -> Form:
    """What `read_session_message` was given, from what keeps it."""
    note = chunks[0].note
    shown = _shown(chunks[0])
    for chunk in chunks[1:]:
        shown["content"] += chunk.content
    redacted = "original" in note
    return {
        **note["fields"],
        "message": note["original"] if redacted else shown,
        "redact_message": shown if redacted else None,
        "message_id": chunks[0].message_id,
    }


def write_conversation(messages: Sequence[Message]) -> list[Form]:
    """A session's messages as Strands' own, whoever has saved them."""
    forms: list[Form] = []
    for group in read_messages(messages, own_chunks(messages)):
        if isinstance(group, Plain):
            forms += _plain_messages(group)
        elif group.value.is_first:
            forms.append(_shown(group.value))
        else:
            forms[-1]["content"] += group.value.content
    return _joined(forms)


def _plain_messages(group: Plain) -> Iterator[Form]:
    """The messages that others have saved, as far as Strands has a form for them."""
    for draft in group.drafts:
        if draft.role == "tool":
            content = [_result_block(draft, _result_blocks(draft.result))]
        elif draft.role == "system":
            continue  # an agent of Strands has its system prompt to itself
        else:
            parts = texts_and_images(draft.content)
            text = "\n".join(part for part in parts if isinstance(part, str))
            content = _form(replace(draft, content=text))
        if content:
            role = "assistant" if draft.role == "assistant" else "user"
            yield {"role": role, "content": content}


def _result_blocks(result: JSONValue) -> list[Form]:
    return [{"json": result}] if isinstance(result, dict) else [{"text": as_text(result)}]


def _joined(messages: Iterable[Form]) -> list[Form]:
    """Messages with the results that follow each other in one, as Strands wants them."""
    joined: list[Form] = []
    for message in messages:
        if joined and _has_results(joined[-1]) and _has_results(message):
            joined[-1] = {**joined[-1], "content": [*joined[-1]["content"], *message["content"]]}
        else:
            joined.append(message)
    return joined


def _has_results(message: Form) -> bool:
    return bool(message["content"]) and all("toolResult" in block for block in message["content"])
