"""New conversations into a store, many at once: a statement a table instead of some for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from agentstore.dialects.repository import Repository
from agentstore.engine.faults import Fault, fault_of
from agentstore.errors import ConfigurationError, DatabaseError, InvalidInputError
from agentstore.model import values
from agentstore.model.identifiers import new_id
from agentstore.model.preparing import (
    PreparedMessage,
    PreparedSession,
    prepare_messages,
    prepare_session,
)
from agentstore.storage import Storage
from agentstore.transfer.conversation import Conversation, State
from agentstore.transfer.copying.stored import METADATA_INDEX, StoredRows
from agentstore.transfer.copying.tables import MESSAGES, SESSIONS, TOOL_CALLS, Table
from agentstore.transfer.storing import Stored

Row: TypeAlias = "Mapping[str, Any]"
"""A row of a table by column, as the driver takes it."""


@dataclass(frozen=True)
class PreparedConversation:
    """A conversation, checked, as the rows that it becomes.

    Attributes:
        session: the row of agentstore_sessions; the others are those of the tables named so.
    """

    session: Row
    entries: list[Row]
    messages: list[Row]
    tool_calls: list[Row]

    @property
    def id(self) -> str:
        """The id of its session."""
        found: str = self.session["id"]
        return found


class ManyConversations:
    """Stores conversations that are all new sessions of nobody's, or says that it cannot.

    Args:
        store: where to.
    """

    def __init__(self, store: Storage) -> None:
        self._store = store
        self._rows = _rows_of(store)

    def prepare(
        self, conversations: Sequence[tuple[str, Conversation]]
    ) -> list[PreparedConversation] | None:
        """Check conversations; the database is not asked for anything.

        Args:
            conversations: each with the id of its session, no id twice.

        Returns:
            None where they have to be stored one by one: one of them is refused, or has ids of
            its own.
        """
        if self._rows is None:
            return None
        prepared = []
        try:
            for session_id, conversation in conversations:
                now = values.now()
                session = _prepare_session(session_id, conversation, now)
                turns = prepare_messages(conversation.messages, now)
                if any(turn.uses_own_ids for turn in turns):
                    return None
                prepared.append(
                    _as_rows(self._store._repository, session, turns, conversation.state, now)
                )
        except InvalidInputError:
            return None
        return prepared

    def store(self, prepared: Sequence[PreparedConversation]) -> list[Stored] | None:
        """Store conversations in one transaction, all that are not there yet.

        Returns:
            What became of each; None, and nothing stored, where they have to be stored one by
            one: one of them is refused, or comes from elsewhere meanwhile.

        Raises:
            StorageError: as ``Storage.transaction``.
        """
        rows = self._rows
        assert rows is not None
        try:
            return self._store.run_in_transaction(
                lambda: _store_new(rows, prepared), is_repeatable=True
            )
        except InvalidInputError:
            return None
        except DatabaseError as error:
            if fault_of(error) is not Fault.DUPLICATE:
                raise
            return None


def _prepare_session(session_id: str, conversation: Conversation, now: datetime) -> PreparedSession:
    return prepare_session(
        values.check_id(session_id, "id"),
        conversation.metadata,
        None,
        now if conversation.created_at is None else conversation.created_at,
        title=conversation.title,
    )


def _as_rows(
    repository: Repository,
    session: PreparedSession,
    turns: Sequence[PreparedMessage],
    state: State,
    now: datetime,
) -> PreparedConversation:
    """What creating a session and saving its messages leaves of it."""
    time = repository.write_time
    created_at = session.created_at
    said_at: Iterable[datetime] = (turn.timestamp for turn in turns)
    return PreparedConversation(
        {
            "id": session.id,
            "created_at": time(created_at),
            "updated_at": time(max(now, created_at)),
            "active": state != "closed",
            "next_position": len(turns),
            "metadata": session.metadata,
            "tenant_id": "",
            "user_id": "",
            "title": session.title,
            "archived_at": time(now) if state == "archived" else None,
            "pinned_at": None,
            "last_message_at": time(max([created_at, *said_at])),
            "trashed_at": None,
            "creation_token": new_id(),
            "holds": 0,
        },
        [
            {"session_id": session.id, "entry": entry, "created_at": time(created_at)}
            for entry in session.entries
        ],
        [
            repository.write_message(turn, session_id=session.id, position=position)
            for position, turn in enumerate(turns)
        ],
        [
            repository.write_call(
                turn, call, position=place, session_id=session.id, message_position=position
            )
            for position, turn in enumerate(turns)
            for place, call in enumerate(turn.calls)
        ],
    )


def _store_new(rows: StoredRows, prepared: Sequence[PreparedConversation]) -> list[Stored]:
    there = rows.find(SESSIONS, [(each.id,) for each in prepared])
    new = [each for each in prepared if (each.id,) not in there]
    of_tables: tuple[tuple[Table, list[Row]], ...] = (
        (SESSIONS, [each.session for each in new]),
        (METADATA_INDEX, [row for each in new for row in each.entries]),
        (MESSAGES, [row for each in new for row in each.messages]),
        (TOOL_CALLS, [row for each in new for row in each.tool_calls]),
    )
    for table, named in of_tables:
        rows.insert_named(table, named)
    return [
        Stored() if (each.id,) in there else Stored(True, len(each.messages), len(each.tool_calls))
        for each in prepared
    ]


def _rows_of(store: Storage) -> StoredRows | None:
    """A store's tables; None where sessions are a scope's, or a block of the caller's is open."""
    repository = store._repository
    if repository.scope is not None or repository.executor.in_transaction():
        return None
    try:
        return StoredRows(store)
    except ConfigurationError:
        return None  # a dialect without the statements of copies
