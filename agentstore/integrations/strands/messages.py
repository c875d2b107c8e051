"""A message of Strands <-> the messages of a store that keep it; only JSON, no Strands.

A message with tool results is one message of role tool for each result, then one of the user for
the rest. Bytes are in the JSON as Strands writes them.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias, cast

from agentstore.integrations.shared.drafts import Draft, DraftCall, as_text, draft_of, fitting_name
from agentstore.integrations.shared.reading import Plain, read_messages, texts_and_images
from agentstore.records import JSONValue, Message
from agentstore.transfer import patches
from agentstore.transfer.answer_links import short_id

KEY = "strands"
"""The adapter's key in the metadata of a message or session."""

_NAMESPACE = uuid.UUID("5a0c3a52-7f0b-5d0e-8a55-93c3b1b1f0aa")

Form: TypeAlias = dict[str, JSONValue]


def store_id(session_id: str, agent_id: str, message_id: int, number: int) -> str:
    """The store's id of the ``number``-th message that keeps a message of Strands."""
    return str(uuid.uuid5(_NAMESPACE, json.dumps([session_id, agent_id, message_id, number])))


def place_of(message: Message) -> tuple[str, int] | None:
    """The agent and message_id of a message of Strands; None for one of somebody else's."""
    note = message.metadata.get(KEY)
    return None if note is None else (note["agent_id"], note["message_id"])


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
    texts = "\n".join(block["text"] for block in blocks if "text" in block)
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


def _content(message: Message) -> list[Form]:
    form = {"content": _form(draft_of(message))}
    return cast("list[Form]", patches.apply(message.metadata[KEY], form)["content"])


def _shown(message: Message) -> Form:
    """The message of Strands that a first message of the store shows, without what follows."""
    return {**message.metadata[KEY]["message"], "content": _content(message)}


def write_session_message(chunks: Sequence[Message]) -> Form:
    """What `read_session_message` was given, from the messages that keep it."""
    note = chunks[0].metadata[KEY]
    shown = _shown(chunks[0])
    for chunk in chunks[1:]:
        shown["content"] += _content(chunk)
    redacted = "original" in note
    return {
        **note["fields"],
        "message": note["original"] if redacted else shown,
        "redact_message": shown if redacted else None,
        "message_id": note["message_id"],
    }


def write_conversation(messages: Sequence[Message]) -> list[Form]:
    """A session's messages as Strands' own, whoever has saved them."""
    forms: list[Form] = []
    for group in read_messages(messages, KEY):
        if isinstance(group, Plain):
            forms += _plain_messages(group)
        elif "fields" in group.message.metadata[KEY]:
            forms.append(_shown(group.message))
        elif forms:
            forms[-1]["content"] += _content(group.message)
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
