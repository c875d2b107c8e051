"""LangChain: a chat message history that is kept in a store.

    history = AgentstoreChatMessageHistory("chat-17", agentstore.connect())
    RunnableWithMessageHistory(chain, lambda id: AgentstoreChatMessageHistory(id, store), …)

A LangChain message is a message of the store: human is user, ai assistant, system system, tool
and function tool, chat what its role says. Tool calls are tool calls, and a tool message's
content is the result of the call that it answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from agentstore.errors import InvalidInputError
from agentstore.integrations.shared.drafts import (
    Draft,
    DraftCall,
    draft_of,
    fitting_name,
    read_arguments,
    save_drafts,
)
from agentstore.integrations.shared.notes import read_by_note
from agentstore.integrations.shared.reading import Image, Own, read_messages, texts_and_images
from agentstore.integrations.shared.worker_threads import reading, writing
from agentstore.model.values import dump_json
from agentstore.records import JSONValue, Message, Role
from agentstore.storage import Storage
from agentstore.transfer import patches
from agentstore.transfer.answer_links import short_id
from agentstore.transfer.plain_form import is_parts
from agentstore.transfer.roles import ROLES

try:
    from langchain_core.chat_history import BaseChatMessageHistory
    from langchain_core.documents import Document
    from langchain_core.messages import (
        AIMessage,
        BaseMessage,
        ChatMessage,
        FunctionMessage,
        HumanMessage,
        RemoveMessage,
        SystemMessage,
        ToolMessage,
        messages_from_dict,
    )
except ImportError as error:
    raise ImportError(
        "agentstore.integrations.langchain needs LangChain: pip install 'agentstore[langchain]'"
    ) from error

KEY = "langchain"
"""The adapter's key in the metadata of a message."""

_CHAT_ROLES: dict[str, Role] = {**ROLES, "human": "user", "ai": "assistant"}
_TYPES: dict[Role, str] = {"user": "human", "assistant": "ai", "system": "system", "tool": "tool"}


class AgentstoreChatMessageHistory(BaseChatMessageHistory):
    """A `BaseChatMessageHistory` over a store.

    The session is made by the first message that is added. The asynchronous forms run the
    store's calls in worker threads; a cancelled one that writes ends before the cancellation
    goes on, whole or undone.

    Args:
        session_id: the store's id of the session.
        store: where the messages are kept; it stays the caller's to close.

    Raises:
        InvalidInputError: from every method, where the session_id is none.
    """

    def __init__(self, session_id: str, store: Storage) -> None:
        self.session_id = session_id
        self.store = store

    @property
    def messages(self) -> list[BaseMessage]:  # type: ignore[override]
        """The messages of the conversation, oldest first.

        Messages that were added come back equal to what they were. What others have saved to
        the session is read as messages too.

        Raises:
            StorageError: as ``Storage.get_history``.
        """
        return _read(self.store.get_history(self.session_id))

    async def aget_messages(self) -> list[BaseMessage]:
        """As `messages`."""
        return await reading(lambda: self.messages)

    def add_messages(self, messages: Sequence[BaseMessage]) -> None:
        """Add messages at the end of the conversation, all or none.

        Args:
            messages: of LangChain's own types. All they hold is JSON, but for the artifact of
                a tool message, which may have `Document` objects in it too. Tuples come back
                as lists.

        Raises:
            InvalidInputError: a message is of another type or holds something else.
            StorageError: as ``Storage.save_messages``.
        """
        drafts = [message_draft(message, f"messages[{n}]") for n, message in enumerate(messages)]
        save_drafts(self.store, self.session_id, KEY, drafts)

    async def aadd_messages(self, messages: Sequence[BaseMessage]) -> None:
        """As `add_messages`."""
        await writing(self.add_messages, messages)

    def clear(self) -> None:
        """Remove all messages. The session stays, with its metadata.

        Raises:
            StorageError: as ``Storage.delete_session_messages``.
        """
        self.store.delete_session_messages(self.session_id)

    async def aclear(self) -> None:
        """As `clear`."""
        await writing(self.clear)


def _read(messages: Sequence[Message]) -> list[BaseMessage]:
    own = {
        message.id: read
        for message in messages
        if (read := read_by_note(message, KEY, _own_message, _said)) is not None
    }
    return [
        message
        for group in read_messages(messages, own)
        for message in (
            [group.value] if isinstance(group, Own) else map(_plain_message, group.drafts)
        )
    ]


def _own_message(message: Message, note: Mapping[str, JSONValue]) -> BaseMessage:
    (read,) = messages_from_dict([patches.apply(note, _form(draft_of(message)))])
    if isinstance(read, ToolMessage) and "artifact" in note:
        read.artifact = _with_documents(note["artifact"], note.get("documents", []))
    return read


def _plain_message(draft: Draft) -> BaseMessage:
    """A message that others have saved."""
    parts = texts_and_images(draft.content)
    if any(isinstance(part, Image) for part in parts):
        draft.content = [_block(part) for part in parts]
    else:
        draft.content = "\n".join(cast("list[str]", parts))
    (read,) = messages_from_dict([_form(draft)])
    return read


def _block(part: str | Image) -> dict[str, JSONValue]:
    if isinstance(part, str):
        return {"type": "text", "text": part}
    return {"type": "image_url", "image_url": {"url": part.url}}


def message_draft(message: BaseMessage, name: str) -> Draft:
    """The message that keeps a LangChain message.

    Args:
        message: of one of LangChain's own types.
        name: what errors call it.

    Raises:
        InvalidInputError: it is of another type, or holds what is no JSON.
    """
    draft = _said(message, name)
    data = message.model_dump(exclude={"artifact"}, exclude_defaults=True)
    data["content"] = message.content
    form = {"type": message.type, "data": data}
    dump_json(form, name)
    draft.note = patches.difference(_form(draft), form)
    if isinstance(message, ToolMessage) and message.artifact is not None:
        documents: list[list[str | int]] = []
        artifact = _without_documents(message.artifact, [], documents)
        dump_json(artifact, f"{name}.artifact")
        draft.note |= {"artifact": artifact, "documents": documents}
    return draft


def _said(message: BaseMessage, name: str = "message") -> Draft:
    """What a message says, without what only LangChain knows of it."""
    role, response_type = _role(message, name)
    draft = Draft(role, _content(message), response_type=response_type)
    if isinstance(message, AIMessage):
        draft.calls = [
            DraftCall(
                fitting_name(call["name"]),
                call["args"],
                None if call["id"] is None else short_id(call["id"]),
            )
            for call in message.tool_calls
        ]
        legacy = message.additional_kwargs.get("function_call")
        if isinstance(legacy, dict):  # a provider's model gets it as a call
            arguments = read_arguments(legacy.get("arguments"))
            draft.calls.append(DraftCall(fitting_name(legacy.get("name")), arguments, None))
    elif isinstance(message, ToolMessage):
        draft.answers = message.tool_call_id
        draft.failed = message.status == "error"
        draft.result = message.content
    return draft


def _role(message: BaseMessage, name: str) -> tuple[Role, str | None]:
    """The role of a message, and the response_type of one that nobody says."""
    match message:
        case HumanMessage():
            return "user", None
        case AIMessage():
            return "assistant", None
        case SystemMessage():
            return "system", None
        case ToolMessage() | FunctionMessage():
            return "tool", None
        case ChatMessage():
            return _CHAT_ROLES.get(message.role.strip().lower(), "user"), None
        case RemoveMessage():
            return "assistant", "remove"
    raise InvalidInputError(f"{name} is of no type of LangChain's own: {type(message).__name__}")


def _content(message: BaseMessage) -> str | list[dict[str, JSONValue]]:
    if isinstance(message.content, str):
        return message.content
    parts = [
        {"type": "text", "text": part} if isinstance(part, str) else part
        for part in message.content
    ]
    return cast("list[dict[str, JSONValue]]", parts) if is_parts(parts) else str(message.text)


def _form(draft: Draft) -> dict[str, Any]:
    """LangChain's dict of a message without its note; what is stored depends on it."""
    data: dict[str, JSONValue] = {"content": draft.content}
    if draft.role == "assistant" and draft.calls:
        data["tool_calls"] = [_call(call) for call in draft.calls]
    if draft.role == "tool":
        data["tool_call_id"] = draft.answers
        if draft.failed:
            data["status"] = "error"
    return {"type": _TYPES[draft.role], "data": data}


def _call(call: DraftCall) -> dict[str, JSONValue]:
    arguments = call.arguments if isinstance(call.arguments, dict) else {"input": call.arguments}
    return {"name": call.tool_name, "args": arguments, "id": call.call_id, "type": "tool_call"}


def _without_documents(value: Any, path: list[str | int], found: list[list[str | int]]) -> Any:
    """An artifact with dicts in the place of documents, whose paths are added to ``found``."""
    if type(value) is Document:
        found.append(path)
        return value.model_dump()
    if isinstance(value, dict):
        return {key: _without_documents(item, [*path, key], found) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_documents(item, [*path, n], found) for n, item in enumerate(value)]
    return value


def _with_documents(artifact: Any, paths: Sequence[Sequence[str | int]]) -> Any:
    """The artifact that `_without_documents` has taken apart."""
    root = [artifact]
    for path in paths:
        place: Any = root
        *before, last = [0, *path]
        for step in before:
            place = place[step]
        place[last] = Document(**place[last])
    return root[0]
