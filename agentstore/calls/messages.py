"""Messages: saved at the end of a session, read, and deleted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from agentstore.calls.core import DEFAULT_BATCH_SIZE, CallsCore, check_page_limit
from agentstore.model import values
from agentstore.model.filters import PageRequest, history_filter, message_filter
from agentstore.model.preparing import prepare_message, prepare_messages, prepare_turn
from agentstore.model.responses import read_response
from agentstore.operations.messages import message_key
from agentstore.records import AgentResponse, Content, JSONValue, Message, NewMessage, Page, Role
from agentstore.shapes import Order, ResponseDict


class MessageCalls(CallsCore):
    """The calls of `agentstore.Storage` on messages."""

    def save_user_message(
        self,
        session_id: str,
        content: Content,
        metadata: Mapping[str, JSONValue] | None = None,
        *,
        id: str | None = None,
    ) -> str:
        """Save a message of role 'user' at the end of a session.

        Args:
            session_id: the session.
            content: its text, or a list of parts (mappings with a ``type``).
            metadata: a JSON object of the caller's own.
            id: the message's id; a new UUIDv7 where None. The same id saved again with the
                same role, content and parts changes nothing, so a retry is safe.

        Returns:
            The message's id.

        Raises:
            SessionNotFoundError: there is no such session; nothing is stored.
            MessageExistsError: the id is in use for something else.
        """
        return self._save_text(session_id, "user", content, metadata, id)

    def save_assistant_message(
        self,
        session_id: str,
        response: str | AgentResponse | ResponseDict | Mapping[str, JSONValue],
        metadata: Mapping[str, JSONValue] | None = None,
        *,
        id: str | None = None,
    ) -> str:
        """Save what the agent answered, with its tool calls, at the end of a session.

        Args:
            session_id: the session.
            response: text; or an `AgentResponse`; or a mapping with ``type``, ``message``,
                ``tool_calls`` (or ``toolCalls``) and whatever else, which comes back in
                ``Message.response``. A call is a `ToolCall`, or a mapping with
                ``tool_name``, ``arguments`` and optionally ``result``, ``call_id``, ``id``,
                ``timestamp``, ``completed_at`` (or these in camelCase).
            metadata, id: as `save_user_message`.

        Returns, Raises:
            As `save_user_message`; MessageExistsError also where a call's own id is in use.
        """
        message = read_response(response, metadata, id)
        values.check_id(session_id, "session_id")
        now = values.now()
        turn = prepare_message(message, now)
        self._repository.save_turns(session_id, [turn], now)
        return turn.id

    def save_system_message(
        self,
        session_id: str,
        content: Content,
        metadata: Mapping[str, JSONValue] | None = None,
        *,
        id: str | None = None,
    ) -> str:
        """Save a message of role 'system'; as `save_user_message`."""
        return self._save_text(session_id, "system", content, metadata, id)

    def save_tool_message(
        self,
        session_id: str,
        content: Content,
        metadata: Mapping[str, JSONValue] | None = None,
        *,
        id: str | None = None,
    ) -> str:
        """Save a message of role 'tool'; as `save_user_message`."""
        return self._save_text(session_id, "tool", content, metadata, id)

    def save_messages(self, session_id: str, messages: Sequence[NewMessage]) -> list[str]:
        """Save many messages at the end of a session, all or none, in order.

        Args:
            session_id: the session.
            messages: `NewMessage` records; none at all touches nothing.

        Returns:
            The ids of the messages, in order.

        Raises:
            As `save_user_message`.
        """
        values.check_id(session_id, "session_id")
        now = values.now()
        turns = prepare_messages(messages, now)
        if turns:
            self._repository.save_turns(session_id, turns, now)
        else:
            self._check_open()
        return [turn.id for turn in turns]

    def _save_text(
        self,
        session_id: str,
        role: Role,
        content: Content,
        metadata: Mapping[str, JSONValue] | None,
        own_id: str | None,
    ) -> str:
        values.check_id(session_id, "session_id")
        now = values.now()
        turn = prepare_turn(role, content, now, own_id=own_id, metadata=metadata)
        self._repository.save_turns(session_id, [turn], now)
        return turn.id

    def get_history(
        self,
        session_id: str,
        *,
        limit: int | None = None,
        before: int | None = None,
        roles: Iterable[Role] | None = None,
        trashed: bool = False,
    ) -> list[Message]:
        """A session's messages with their tool calls, oldest first.

        Args:
            session_id: the session; an unknown one has no messages.
            limit: only the last so many.
            before: only those before this position.
            roles: only those of these roles.
            trashed: also where the session is in the trash.
        """
        values.check_id(session_id, "session_id")
        values.check_flag(trashed, "trashed")
        checked_limit = values.check_limit(limit)
        filter_ = history_filter(before=before, roles=roles)
        if not checked_limit or (roles is not None and not filter_.parameters["roles"]):
            self._check_open()
            return []
        return self._repository.get_history(session_id, filter_, checked_limit, trashed=trashed)

    def get_message(self, message_id: str) -> Message | None:
        """One message with its tool calls; None where there is none."""
        return self._repository.get_message(values.check_id(message_id, "message_id"))

    def query_messages(
        self,
        *,
        session_id: str | None = None,
        role: Role | None = None,
        response_type: str | None = None,
        after: datetime | None = None,
        before: datetime | None = None,
        limit: int | None = None,
        offset: int = 0,
        order: Order = "asc",
    ) -> list[Message]:
        """Messages with their tool calls: of a session by position, of all by timestamp.

        Args:
            session_id: only those of this session.
            role: only those of this role.
            response_type: only those saved from a response of this type.
            after, before: bounds of the timestamp, inclusive.
            limit: how many at most.
            offset: how many to pass over first.
            order: 'asc' or 'desc'.
        """
        page = PageRequest.read(order, limit, offset)
        filter_ = message_filter(
            session_id=session_id,
            role=role,
            response_type=response_type,
            after=after,
            before=before,
        )
        if not page.limit:
            self._check_open()
            return []
        return self._repository.query_messages(filter_, page)

    def iter_messages(
        self,
        *,
        session_id: str | None = None,
        role: Role | None = None,
        response_type: str | None = None,
        after: datetime | None = None,
        before: datetime | None = None,
        order: Order = "asc",
        batch_size: int = DEFAULT_BATCH_SIZE,
    ) -> Iterator[Message]:
        """All messages that `query_messages` would find, page by page.

        One page is held in memory, and the last page costs what the first does. A message
        that is there all the while comes exactly once.

        Args:
            batch_size: messages a page; the rest as `query_messages`.
        """
        page = PageRequest.read(order, values.check_number(batch_size, "batch_size", least=1))
        filter_ = message_filter(
            session_id=session_id,
            role=role,
            response_type=response_type,
            after=after,
            before=before,
        )
        return self._pages(self._repository.query_messages, filter_, page, message_key)

    def page_messages(
        self,
        *,
        session_id: str | None = None,
        role: Role | None = None,
        response_type: str | None = None,
        after: datetime | None = None,
        before: datetime | None = None,
        order: Order = "asc",
        limit: int = 50,
        page_token: str | None = None,
    ) -> Page[Message]:
        """A page of the messages that `query_messages` would find, and a token of the next page.

        Args:
            limit: messages a page, 1 to 1000; it may differ from page to page.
            page_token: the token that came with the page before, of the same filters, order and
                scope; good in any process. None for the first page.

        Raises:
            InvalidInputError: also for a token of another list, or a text that is none.
        """
        page = PageRequest.read(order, check_page_limit(limit))
        filter_ = message_filter(
            session_id=session_id,
            role=role,
            response_type=response_type,
            after=after,
            before=before,
        )
        query = self._repository.query_messages
        return self._page(query, filter_, page, message_key, of="messages", page_token=page_token)

    def count_messages(
        self,
        *,
        session_id: str | None = None,
        role: Role | None = None,
        response_type: str | None = None,
        after: datetime | None = None,
        before: datetime | None = None,
    ) -> int:
        """How many messages `query_messages` would find."""
        filter_ = message_filter(
            session_id=session_id,
            role=role,
            response_type=response_type,
            after=after,
            before=before,
        )
        return self._repository.count_messages(filter_)

    def get_message_count(self, session_id: str) -> int:
        """How many messages a session has; an unknown one has 0."""
        return self.count_messages(session_id=values.check_id(session_id, "session_id"))

    def delete_message(self, message_id: str) -> bool:
        """Delete a message with its tool calls; the other positions stay as they are.

        Returns:
            False where there is no such message.

        Raises:
            HeldError: a hold keeps its session.
        """
        return self._repository.delete_message(values.check_id(message_id, "message_id"))

    def delete_session_messages(self, session_id: str) -> int:
        """Delete all messages of a session; their positions are not given out again.

        Returns:
            How many messages were deleted.

        Raises:
            HeldError: a hold keeps the session.
        """
        values.check_id(session_id, "session_id")
        return self._repository.delete_session_messages(session_id)
