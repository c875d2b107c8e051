"""The storage interface: every call that a store answers, with its contract."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from types import TracebackType
from typing import Any, TypeVar

from agentstore.dialects.repository import Repository
from agentstore.engine.rerun import run_in_transaction
from agentstore.errors import InvalidInputError, SessionExistsError, UnavailableError
from agentstore.model import values
from agentstore.model.filters import (
    Page,
    history_filter,
    message_filter,
    session_filter,
    tool_call_filter,
)
from agentstore.model.identifiers import new_id
from agentstore.model.preparing import (
    prepare_confirmation,
    prepare_message,
    prepare_messages,
    prepare_session,
)
from agentstore.model.responses import read_response
from agentstore.operations.extension import Extension
from agentstore.records import (
    AgentResponse,
    Content,
    JSONValue,
    Message,
    NewMessage,
    PendingConfirmation,
    Role,
    SchemaStatus,
    Session,
    ToolCall,
)

T = TypeVar("T")

DEFAULT_BATCH_SIZE = 500


class Storage:
    """Agents' conversations in a database; made by `agentstore.connect` or `agentstore.bind`.

    One store is shared by all threads of a process. What a call has returned for is committed.
    Every method raises InvalidInputError for a bad argument before anything is sent,
    SchemaError where migrations are missing, UnavailableError and DatabaseError where the
    database fails, and StorageError once the store is closed; only what is special to a
    method is named with it. Times are timezone-aware datetimes, time limits are seconds.
    """

    def __init__(self, repository: Repository) -> None:
        self._repository = repository

    def __enter__(self) -> Storage:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<agentstore.Storage {self._repository.url or 'bound'!s} ({self.dialect})>"

    @property
    def dialect(self) -> str:
        """The name of the dialect: 'sqlite', 'postgresql', 'mysql', or a third party's."""
        return self._repository.dialect

    def create_session(
        self,
        *,
        id: str | None = None,
        metadata: Mapping[str, JSONValue] | None = None,
        system_message: Content | None = None,
    ) -> str:
        """Create a session, together with its system message where one is given.

        Args:
            id: its id (1 to 191 characters); a new UUIDv7 where None.
            metadata: a JSON object of the caller's own.
            system_message: text or parts of a message of role 'system' at position 0.

        Returns:
            The session's id.

        Raises:
            SessionExistsError: the id is in use.
        """
        session_id = new_id() if id is None else values.check_id(id, "id")
        session = prepare_session(session_id, metadata, system_message, values.now())
        if not self._repository.create_session(session):
            raise SessionExistsError(f"there is a session {session_id!r} already")
        return session_id

    def get_session(self, session_id: str) -> Session | None:
        """One session; None where there is none."""
        return self._repository.get_session(values.check_id(session_id, "session_id"))

    def get_or_create_session(
        self, session_id: str, *, metadata: Mapping[str, JSONValue] | None = None
    ) -> Session:
        """The session with this id, created where there is none; safe among many callers.

        Args:
            session_id: its id.
            metadata: for a new session only.
        """
        values.check_id(session_id, "session_id")
        session = prepare_session(session_id, metadata, None, values.now())
        return self._repository.get_or_create_session(session)

    def query_sessions(
        self,
        *,
        active: bool | None = None,
        metadata: Mapping[str, JSONValue] | None = None,
        created_after: datetime | None = None,
        created_before: datetime | None = None,
        updated_after: datetime | None = None,
        updated_before: datetime | None = None,
        limit: int | None = None,
        offset: int = 0,
        order: str = "desc",
    ) -> list[Session]:
        """Sessions by created_at, the newest first unless ``order='asc'``.

        Args:
            active: only those that are open (True) or closed (False).
            metadata: only those with these values at the top level of their metadata:
                strings, numbers (by value), booleans, None. Found through an index.
            created_after, created_before, updated_after, updated_before: bounds, inclusive.
            limit: how many at most.
            offset: how many to pass over first.
            order: 'asc' or 'desc'.
        """
        page = Page.read(order, limit, offset)
        filter_ = session_filter(
            active=active,
            metadata=metadata,
            created_after=created_after,
            created_before=created_before,
            updated_after=updated_after,
            updated_before=updated_before,
        )
        return self._repository.query_sessions(filter_, page) if page.limit else []

    def iter_sessions(
        self,
        *,
        active: bool | None = None,
        metadata: Mapping[str, JSONValue] | None = None,
        created_after: datetime | None = None,
        created_before: datetime | None = None,
        updated_after: datetime | None = None,
        updated_before: datetime | None = None,
        order: str = "desc",
        batch_size: int = DEFAULT_BATCH_SIZE,
    ) -> Iterator[Session]:
        """All sessions that `query_sessions` would find, page by page.

        One page is held in memory, and the last page costs what the first does. A session
        that is there all the while comes exactly once.

        Args:
            batch_size: sessions a page; the rest as `query_sessions`.
        """
        page = Page.read(order, values.check_number(batch_size, "batch_size", least=1))
        filter_ = session_filter(
            active=active,
            metadata=metadata,
            created_after=created_after,
            created_before=created_before,
            updated_after=updated_after,
            updated_before=updated_before,
        )
        return self._pages(self._repository.query_sessions, filter_, page)

    def count_sessions(
        self,
        *,
        active: bool | None = None,
        metadata: Mapping[str, JSONValue] | None = None,
        created_after: datetime | None = None,
        created_before: datetime | None = None,
        updated_after: datetime | None = None,
        updated_before: datetime | None = None,
    ) -> int:
        """How many sessions `query_sessions` would find."""
        filter_ = session_filter(
            active=active,
            metadata=metadata,
            created_after=created_after,
            created_before=created_before,
            updated_after=updated_after,
            updated_before=updated_before,
        )
        return self._repository.count_sessions(filter_)

    def update_session_metadata(
        self,
        session_id: str,
        metadata: Mapping[str, JSONValue],
        *,
        remove: Iterable[str] = (),
    ) -> bool:
        """Merge keys into a session's metadata, at its top level, in one step.

        Args:
            session_id: the session.
            metadata: keys to set.
            remove: keys to drop.

        Returns:
            False where there is no such session.

        Raises:
            InvalidInputError: also where a key is both set and removed.
        """
        values.check_id(session_id, "session_id")
        if metadata is None:
            raise InvalidInputError("metadata is a mapping, not None")
        changes = values.check_mapping(metadata, "metadata")
        values.dump_json(changes, "metadata")
        if isinstance(remove, str) or not isinstance(remove, Iterable):
            raise InvalidInputError("remove is a list of keys")
        removed = [values.check_text(key, "remove") for key in remove]
        both = changes.keys() & set(removed)
        if both:
            raise InvalidInputError(f"the key {sorted(both)[0]!r} is both set and removed")
        return self._repository.update_session_metadata(session_id, changes, removed, values.now())

    def close_session(self, session_id: str) -> bool:
        """Mark a session as closed (it still takes messages); False where there is none."""
        values.check_id(session_id, "session_id")
        return self._repository.set_session_active(session_id, False, values.now())

    def reopen_session(self, session_id: str) -> bool:
        """Mark a session as active again; False where there is none."""
        values.check_id(session_id, "session_id")
        return self._repository.set_session_active(session_id, True, values.now())

    def delete_session(self, session_id: str) -> bool:
        """Delete a session with its messages, tool calls and confirmation.

        Returns:
            False where there is no such session.
        """
        return self._repository.delete_session(values.check_id(session_id, "session_id"))

    def delete_sessions(
        self, *, inactive_only: bool = True, updated_before: datetime, limit: int | None = None
    ) -> int:
        """Delete old sessions in batches, the least recently updated first.

        Args:
            inactive_only: leave those that were not closed.
            updated_before: delete what was last updated then or earlier.
            limit: how many at most.

        Returns:
            How many sessions were deleted.
        """
        return self._repository.delete_sessions(
            inactive_only=values.check_flag(inactive_only, "inactive_only"),
            updated_before=values.check_datetime(updated_before, "updated_before"),
            limit=values.check_limit(limit),
        )

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
        return self._save(session_id, NewMessage("user", content, id=id, metadata=metadata))

    def save_assistant_message(
        self,
        session_id: str,
        response: str | AgentResponse | Mapping[str, JSONValue],
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
        return self._save(session_id, read_response(response, metadata, id))

    def save_system_message(
        self,
        session_id: str,
        content: Content,
        metadata: Mapping[str, JSONValue] | None = None,
        *,
        id: str | None = None,
    ) -> str:
        """Save a message of role 'system'; as `save_user_message`."""
        return self._save(session_id, NewMessage("system", content, id=id, metadata=metadata))

    def save_tool_message(
        self,
        session_id: str,
        content: Content,
        metadata: Mapping[str, JSONValue] | None = None,
        *,
        id: str | None = None,
    ) -> str:
        """Save a message of role 'tool'; as `save_user_message`."""
        return self._save(session_id, NewMessage("tool", content, id=id, metadata=metadata))

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
        return [turn.id for turn in turns]

    def _save(self, session_id: str, message: NewMessage) -> str:
        values.check_id(session_id, "session_id")
        now = values.now()
        turn = prepare_message(message, now)
        self._repository.save_turns(session_id, [turn], now)
        return turn.id

    def get_history(
        self,
        session_id: str,
        *,
        limit: int | None = None,
        before: int | None = None,
        roles: Iterable[Role] | None = None,
    ) -> list[Message]:
        """A session's messages with their tool calls, oldest first.

        Args:
            session_id: the session; an unknown one has no messages.
            limit: only the last so many.
            before: only those before this position.
            roles: only those of these roles.
        """
        values.check_id(session_id, "session_id")
        checked_limit = values.check_limit(limit)
        filter_ = history_filter(before=before, roles=roles)
        if not checked_limit or (roles is not None and not filter_.parameters["roles"]):
            return []
        return self._repository.get_history(session_id, filter_, checked_limit)

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
        order: str = "asc",
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
        page = Page.read(order, limit, offset)
        filter_ = message_filter(
            session_id=session_id,
            role=role,
            response_type=response_type,
            after=after,
            before=before,
        )
        return self._repository.query_messages(filter_, page) if page.limit else []

    def iter_messages(
        self,
        *,
        session_id: str | None = None,
        role: Role | None = None,
        response_type: str | None = None,
        after: datetime | None = None,
        before: datetime | None = None,
        order: str = "asc",
        batch_size: int = DEFAULT_BATCH_SIZE,
    ) -> Iterator[Message]:
        """All messages that `query_messages` would find, page by page.

        One page is held in memory, and the last page costs what the first does. A message
        that is there all the while comes exactly once.

        Args:
            batch_size: messages a page; the rest as `query_messages`.
        """
        page = Page.read(order, values.check_number(batch_size, "batch_size", least=1))
        filter_ = message_filter(
            session_id=session_id,
            role=role,
            response_type=response_type,
            after=after,
            before=before,
        )
        return self._pages(self._repository.query_messages, filter_, page)

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
        """
        return self._repository.delete_message(values.check_id(message_id, "message_id"))

    def delete_session_messages(self, session_id: str) -> int:
        """Delete all messages of a session; their positions are not given out again.

        Returns:
            How many messages were deleted.
        """
        values.check_id(session_id, "session_id")
        return self._repository.delete_session_messages(session_id)

    def query_tool_calls(
        self,
        *,
        session_id: str | None = None,
        tool_name: str | None = None,
        success: bool | None = None,
        pending: bool | None = None,
        after: datetime | None = None,
        before: datetime | None = None,
        limit: int | None = None,
        offset: int = 0,
        order: str = "desc",
    ) -> list[ToolCall]:
        """Tool calls: of a session in the order they were made, of all by timestamp.

        Args:
            session_id: only those of this session.
            tool_name: only those of this tool.
            success: only those whose result says so.
            pending: only those without a result (True) or with one (False).
            after, before: bounds of the timestamp, inclusive.
            limit: how many at most.
            offset: how many to pass over first.
            order: 'asc' or 'desc'.
        """
        page = Page.read(order, limit, offset)
        filter_ = tool_call_filter(
            session_id=session_id,
            tool_name=tool_name,
            success=success,
            pending=pending,
            after=after,
            before=before,
        )
        return self._repository.query_tool_calls(filter_, page) if page.limit else []

    def get_tool_calls_for_message(self, message_id: str) -> list[ToolCall]:
        """A message's tool calls in order; of an unknown message none."""
        return self._repository.get_tool_calls_for_message(
            values.check_id(message_id, "message_id")
        )

    def save_tool_result(self, tool_call_id: str, result: JSONValue) -> bool:
        """Give a pending tool call its result; the same result again changes nothing.

        Args:
            tool_call_id: the store's id of the call (``ToolCall.id``).
            result: any JSON value; None is a result too.

        Returns:
            False where there is no such call.

        Raises:
            ToolResultExistsError: the call has another result.
        """
        values.check_id(tool_call_id, "tool_call_id")
        return self._repository.save_tool_result(tool_call_id, result, values.now())

    def save_pending_confirmation(
        self, session_id: str, confirmation: PendingConfirmation | Mapping[str, JSONValue]
    ) -> None:
        """Save a session's pending confirmation in place of the one before.

        Args:
            session_id: the session.
            confirmation: a `PendingConfirmation`, or a mapping with ``tool_name``,
                ``arguments``, ``user_message`` and optionally ``timestamp`` (or these in
                camelCase).

        Raises:
            SessionNotFoundError: there is no such session.
        """
        values.check_id(session_id, "session_id")
        prepared = prepare_confirmation(confirmation, session_id, values.now())
        self._repository.save_pending_confirmation(prepared)

    def get_pending_confirmation(self, session_id: str) -> PendingConfirmation | None:
        """A session's pending confirmation; None where there is none."""
        values.check_id(session_id, "session_id")
        return self._repository.get_pending_confirmation(session_id)

    def clear_pending_confirmation(self, session_id: str) -> bool:
        """Drop a session's pending confirmation; False where there is none."""
        values.check_id(session_id, "session_id")
        return self._repository.clear_pending_confirmation(session_id)

    def take_pending_confirmation(self, session_id: str) -> PendingConfirmation | None:
        """Get a session's pending confirmation and drop it, in one step.

        Of many callers at once exactly one receives it, the others None.
        """
        values.check_id(session_id, "session_id")
        return self._repository.take_pending_confirmation(session_id)

    def extension(self, folder: str) -> Extension:
        """The seam for what keeps tables of its own beside the store's conversations.

        Args:
            folder: the folder of its statements in the dialect's folder: ``checkpoints``.

        Raises:
            ConfigurationError: the dialect does not have such statements.
        """
        return Extension(self._repository, folder, dialect=self.dialect)

    def transaction(self) -> AbstractContextManager[None]:
        """Make the calls of this thread atomic: ``with store.transaction(): …``.

        A block inside a block is a savepoint. An exception undoes just its own block and
        goes on up. Nothing in it is retried: after DatabaseError or UnavailableError the
        block can only be left.

        Raises:
            TransactionConflictError: on a deadlock or serialisation failure; run the block
                again.
        """
        return contextmanager(self._repository.executor.transaction)()

    def run_in_transaction(self, work: Callable[[], T], *, is_repeatable: bool = False) -> T:
        """Run some work in a `transaction`, again where it was in conflict with another one.

        Args:
            work: what to do; it is done anew each time.
            is_repeatable: whether it may be done again where it may have taken effect: then it
                is also run again after a lost connection.

        Returns:
            What the work returns.

        Raises:
            TransactionConflictError: each attempt met a conflict until retry_timeout was over;
                or the first did, where an outer block is open, which alone can be run again.
        """
        executor, url = self._repository.executor, self._repository.url
        is_outermost = url is not None and not executor.in_transaction()
        return run_in_transaction(
            self.transaction,
            work,
            timeout=url.options.retry_timeout if url is not None and is_outermost else 0.0,
            also_after=(UnavailableError,) if is_repeatable else (),
        )

    def migrate(self) -> list[str]:
        """Bring the database's schema up to date; the same as ``yoyo apply``.

        Returns:
            The names of the migrations that were applied now.
        """
        return self._repository.migrate()

    def schema_status(self) -> SchemaStatus:
        """Which migrations the database has, lacks, and has from a newer version."""
        return self._repository.schema_status()

    def ping(self) -> None:
        """One round trip to the database.

        Raises:
            UnavailableError: it cannot be reached.
            ConfigurationError: it does not let us in.
        """
        self._repository.ping()

    def close(self) -> None:
        """Close the store's connections. Idempotent; later calls raise StorageError."""
        self._repository.close()

    disconnect = close

    @staticmethod
    def _pages(query: Any, filter_: Any, page: Page) -> Iterator[Any]:
        """The rows of page after page, each from behind the last row of the one before."""
        after_key = None
        while True:
            rows = query(filter_, page, after_key)
            yield from rows
            if len(rows) < page.limit:
                return
            after_key = rows[-1]
