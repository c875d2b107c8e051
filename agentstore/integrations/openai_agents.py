"""OpenAI Agents SDK: a session whose items are kept in a store.

    session = AgentstoreSession("chat-17", agentstore.connect())
    result = await Runner.run(agent, "Where is my order?", session=session)

An item is a message of the store; what becomes what:

=============================================  ==============================================
item                                           message
=============================================  ==============================================
a message, role user, system, developer or     of that role (developer is system); its content
assistant                                      is text or parts
``function_call``, ``custom_tool_call``,       assistant, with one tool call; of other calls
``computer_call``, ``web_search_call``, …      than functions the type is the response_type
``function_call_output`` and other outputs     tool; its output is the result of the call too
``reasoning`` and whatever else there is       assistant, its type is the response_type; the
                                               content is the summary of the reasoning
=============================================  ==============================================
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from agentstore.errors import InvalidInputError
from agentstore.integrations.shared.drafts import (
    Draft,
    DraftCall,
    as_text,
    attach_results,
    draft_of,
    fitting_name,
    fitting_type,
    pair_answers,
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
from agentstore.integrations.shared.rewriting import (
    as_new,
    lock_session,
    replace_tail,
    with_result,
)
from agentstore.integrations.shared.worker_threads import reading, writing
from agentstore.model.values import dump_json
from agentstore.records import JSONValue, Message, Role
from agentstore.storage import Storage
from agentstore.transfer import patches
from agentstore.transfer.answer_links import short_id
from agentstore.transfer.json_text import compact
from agentstore.transfer.plain_form import is_parts
from agentstore.transfer.roles import ROLES, known_role

try:
    from agents.memory import SessionSettings
except ImportError as error:
    raise ImportError(
        "agentstore.integrations.openai_agents needs the OpenAI Agents SDK: "
        "pip install 'agentstore[openai-agents]'"
    ) from error

if TYPE_CHECKING:
    from agents.items import TResponseInputItem

KEY = "openai_agents"
"""The adapter's key in the metadata of a message."""

_OUTPUTS = ("_call_output", "tool_search_output", "program_output")
_NOT_ARGUMENTS = frozenset(
    {"type", "id", "call_id", "name", "status", "output", "outputs", "result", "results", "caller"}
)

Item: TypeAlias = dict[str, JSONValue]
Content: TypeAlias = "str | list[Item]"


class AgentstoreSession:
    """A `Session` of the OpenAI Agents SDK over a store.

    Sessions are made by the first item that is added; any number of them, in any number of
    processes, may be open on one conversation. The store's calls run in worker threads. A
    cancelled call that writes ends before the cancellation goes on, whole or undone.

    Args:
        session_id: the store's id of the session.
        store: where the items are kept; it stays the caller's to close.
        session_settings: the SDK's `SessionSettings`, or their fields; ``limit`` is how many
            items `get_items` returns where it is not told.

    Raises:
        TypeError: the settings have a field that the SDK does not know.
        InvalidInputError: from every method, where the session_id is none.
    """

    session_settings: SessionSettings | None = None

    def __init__(
        self,
        session_id: str,
        store: Storage,
        *,
        session_settings: SessionSettings | Mapping[str, Any] | None = None,
    ) -> None:
        self.session_id = session_id
        self.store = store
        self.session_settings = _settings(session_settings)

    async def get_items(self, limit: int | None = None) -> list[TResponseInputItem]:
        """The items of the conversation, oldest first.

        Items that were added come back as they were. What others have saved to the session is
        read as items too.

        Args:
            limit: only the last so many, none for 0 and less; None is what the session
                settings say, which is all unless they were given a limit.

        Raises:
            StorageError: as ``Storage.get_history``.
        """
        if limit is None and self.session_settings is not None:
            limit = self.session_settings.limit
        items = await reading(self._read, limit)
        return cast("list[TResponseInputItem]", items)

    async def add_items(self, items: list[TResponseInputItem]) -> None:
        """Add items at the end of the conversation, all or none.

        Args:
            items: any dicts of JSON values.

        Raises:
            InvalidInputError: an item is no such dict.
            StorageError: as ``Storage.save_messages``.
        """
        drafts = _read_items(cast("list[Item]", items))
        await writing(save_drafts, self.store, self.session_id, KEY, drafts)

    async def pop_item(self) -> TResponseInputItem | None:
        """Remove the last item.

        The call that a removed output has answered is pending again.

        Returns:
            The item; None where there is none.

        Raises:
            StorageError: as ``Storage.delete_message``.
        """
        item = await writing(self.store.run_in_transaction, self._pop)
        return cast("TResponseInputItem | None", item)

    async def clear_session(self) -> None:
        """Remove all items. The session stays, with its metadata.

        Raises:
            StorageError: as ``Storage.delete_session_messages``.
        """
        await writing(self.store.delete_session_messages, self.session_id)

    def _read(self, limit: int | None) -> list[Item]:
        if limit is None:
            return _items(self.store.get_history(self.session_id))
        window = limit
        while limit > 0:
            messages = self.store.get_history(self.session_id, limit=window)
            items = _items(messages)
            if len(items) >= limit or len(messages) < window:
                return items[-limit:]
            window *= 2  # some of what others save is no item
        return []

    def _pop(self) -> Item | None:
        if not lock_session(self.store, self.session_id):
            return None
        last = self.store.get_history(self.session_id, limit=1)
        if last and last[0].role != "tool":
            item = _own_item(last[0])
            if item is not None:
                self.store.delete_message(last[0].id)
                return item
        messages = self.store.get_history(self.session_id)
        groups = list(_groups(messages))
        if not groups:
            return None
        items = _items_of(groups[-1])
        self._cut(messages, groups[-1], items[:-1])
        return items[-1]

    def _cut(
        self, messages: Sequence[Message], group: Own[Item] | Plain, kept: Sequence[Item]
    ) -> None:
        """Put items in the place of the last group; the calls that it answered wait again."""
        sources = [group.message] if isinstance(group, Own) else group.sources
        pairs = pair_answers(messages)
        waiting = {pairs[source.id].id for source in sources if source.id in pairs}
        start = next(
            place
            for place, message in enumerate(messages)
            if message.id == sources[0].id or any(call.id in waiting for call in message.tool_calls)
        )
        stop = messages.index(sources[0])
        replacement = [
            as_new(
                message,
                [
                    with_result(call, answered=False) if call.id in waiting else call
                    for call in message.tool_calls
                ],
            )
            for message in messages[start:stop]
        ]
        drafts = [_read_item(item) for item in kept]
        attach_results(drafts)
        replacement += [draft.new_message(KEY) for draft in drafts]
        replace_tail(self.store, self.session_id, messages[start:], replacement)


def _settings(given: SessionSettings | Mapping[str, Any] | None) -> SessionSettings:
    if isinstance(given, SessionSettings):
        return given
    unknown = set(given or {}) - {field.name for field in fields(SessionSettings)}
    if unknown:
        raise TypeError(f"Unknown session settings: {', '.join(sorted(unknown))}")
    return SessionSettings(**(given or {}))


def _items(messages: Sequence[Message]) -> list[Item]:
    return [item for group in _groups(messages) for item in _items_of(group)]


def _groups(messages: Sequence[Message]) -> Iterator[Own[Item] | Plain]:
    own = {message.id: item for message in messages if (item := _own_item(message)) is not None}
    return read_messages(messages, own)


def _items_of(group: Own[Item] | Plain) -> list[Item]:
    if isinstance(group, Own):
        return [group.value]
    return [item for draft in group.drafts for item in _plain_items(draft)]


def _own_item(message: Message) -> Item | None:
    """The item that was saved as a message; None for a message that is none of ours."""
    return read_by_note(message, KEY, _noted_item, _said)


def _noted_item(message: Message, note: Mapping[str, JSONValue]) -> Item:
    item = cast("Item", patches.apply(note, _form(draft_of(message))))
    # An item of a tool's role, which no provider takes, is kept as the user's.
    known = {None, "tool", "user"} if message.role == "user" else {None, message.role}
    if known_role(item.get("role")) not in known:
        raise ValueError("the note gives another role")
    return item


def _read_item(item: Item) -> Draft:
    """The message that keeps an item."""
    draft = _said(item)
    draft.note = patches.difference(_form(draft), item)
    return draft


def _said(item: Item) -> Draft:
    """What an item says, without what only the SDK knows of it."""
    kind = item.get("type")
    draft = _read_message(item)
    if draft is None and isinstance(kind, str):
        draft = _read_output(item, kind) or _read_call(item, kind)
    if draft is None:
        draft = Draft("assistant", _summary(item), response_type=fitting_type(kind) or "item")
    return draft


def _read_items(items: Sequence[Item]) -> list[Draft]:
    """The messages that keep some items.

    Raises:
        InvalidInputError: an item is no dict of JSON values.
    """
    return [item_draft(item, f"items[{index}]") for index, item in enumerate(items)]


def item_draft(item: JSONValue, name: str) -> Draft:
    """The message that keeps an item.

    Args:
        item: the item.
        name: what errors call it.

    Raises:
        InvalidInputError: it is no dict of JSON values.
    """
    if not isinstance(item, dict):
        raise InvalidInputError(f"{name} is a dict, not {type(item).__name__}")
    dump_json(item, name)
    return _read_item(item)


def _read_message(item: Item) -> Draft | None:
    role = item.get("role")
    if item.get("type", "message") != "message" or not isinstance(role, str):
        return None
    content: JSONValue = item.get("content")
    if not isinstance(content, str) and not is_parts(content):
        content = ""
    store_role: Role = ROLES.get(role, "user")
    return Draft("user" if store_role == "tool" else store_role, cast("Content", content))


def _read_output(item: Item, kind: str) -> Draft | None:
    call_id = item.get("call_id")
    if not kind.endswith(_OUTPUTS) or not isinstance(call_id, str):
        return None
    output = item.get("output")
    return Draft(
        "tool",
        cast("Content", output if is_parts(output) else as_text(output)),
        answers=call_id,
        result=output,
        response_type=None if kind == "function_call_output" else fitting_type(kind),
    )


def _read_call(item: Item, kind: str) -> Draft | None:
    call_id = item.get("call_id", item.get("id"))
    if not kind.endswith("_call") or not isinstance(call_id, str):
        return None
    call = DraftCall(
        fitting_name(item.get("name"), fitting_name(kind.removesuffix("_call"))),
        _arguments(item, kind),
        short_id(call_id),
    )
    if "call_id" not in item:
        # The model's provider has run it: no output will come.
        call.answered = True
        call.result = item.get("output", item.get("results", item.get("status")))
    is_function = kind == "function_call"
    return Draft(
        "assistant", calls=[call], response_type=None if is_function else fitting_type(kind)
    )


def _arguments(item: Item, kind: str) -> JSONValue:
    if "arguments" in item and kind != "custom_tool_call":
        return read_arguments(item["arguments"])
    if "input" in item:
        return item["input"]
    return {key: value for key, value in item.items() if key not in _NOT_ARGUMENTS}


def _summary(item: Item) -> str:
    summary = item.get("summary")
    texts = [part.get("text") for part in summary if isinstance(part, dict)] if summary else []
    return "\n".join(text for text in texts if isinstance(text, str))


def _form(draft: Draft) -> Item:
    """The item that a message is without its note; what is stored depends on it."""
    if draft.role == "tool":
        return {
            "type": "function_call_output",
            "call_id": draft.answers,
            "output": draft.content,
        }
    if draft.calls:
        return _call_item(draft.calls[0])
    return {"role": draft.role, "content": draft.content}


def _call_item(call: DraftCall) -> Item:
    return {
        "type": "function_call",
        "call_id": call.call_id,
        "name": call.tool_name,
        "arguments": call.arguments if isinstance(call.arguments, str) else compact(call.arguments),
    }


def _plain_items(draft: Draft) -> Iterable[Item]:
    """The items of a message that others have saved."""
    parts = texts_and_images(draft.content)
    content: JSONValue = "\n".join(part for part in parts if isinstance(part, str))
    if draft.role != "assistant" and any(isinstance(part, Image) for part in parts):
        content = _input_parts(parts)
    if draft.role == "tool":
        yield {"type": "function_call_output", "call_id": draft.answers, "output": content}
        return
    if content or not draft.calls:
        yield {"role": draft.role, "content": content}
    if draft.role == "assistant":
        yield from map(_call_item, draft.calls)


def _input_parts(parts: Sequence[str | Image]) -> list[Item]:
    return [
        {"type": "input_image", "image_url": part.url, "detail": "auto"}
        if isinstance(part, Image)
        else {"type": "input_text", "text": part}
        for part in parts
    ]
