"""New conversations into a store, many at once: a statement a table instead of some for each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

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
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.copying.stored import METADATA_INDEX, StoredRows
from agentstore.transfer.copying.tables import MESSAGES, SESSIONS, TOOL_CALLS
from agentstore.transfer.storing import Stored


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
        try:
            prepared = [PreparedConversation(*each) for each in conversations]
        except InvalidInputError:
            return None
        return None if any(each.has_own_ids for each in prepared) else prepared

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
                lambda: self._store_new(rows, prepared), is_repeatable=True
            )
        except InvalidInputError:
            return None
        except DatabaseError as error:
            if fault_of(error) is not Fault.DUPLICATE:
                raise
            return None

    def _store_new(
        self, rows: StoredRows, prepared: Sequence[PreparedConversation]
    ) -> list[Stored]:
        there = rows.find(SESSIONS, [(each.session.id,) for each in prepared])
        new = [each for each in prepared if (each.session.id,) not in there]
        repository = self._store._repository
        time = repository.write_time
        rows.insert_named(SESSIONS, [each.row(time) for each in new])
        rows.insert_named(
            METADATA_INDEX,
            [
                {
                    "session_id": each.session.id,
                    "entry": entry,
                    "created_at": time(each.session.created_at),
                }
                for each in new
                for entry in each.session.entries
            ],
        )
        placed = [
            (each.session.id, position, turn)
            for each in new
            for position, turn in enumerate(each.turns)
        ]
        rows.insert_named(
            MESSAGES,
            [
                repository.write_message(turn, session_id=session_id, position=position)
                for session_id, position, turn in placed
            ],
        )
        rows.insert_named(
            TOOL_CALLS,
            [
                repository.write_call(
                    turn, call, position=place, session_id=session_id, message_position=position
                )
                for session_id, position, turn in placed
                for place, call in enumerate(turn.calls)
            ],
        )
        return [
            Stored() if (each.session.id,) in there else Stored(True, len(each.turns), each.calls)
            for each in prepared
        ]


class PreparedConversation:
    """A conversation, checked, ready to be stored."""

    def __init__(self, session_id: str, conversation: Conversation) -> None:
        self.now = values.now()
        self.state = conversation.state
        self.session: PreparedSession = prepare_session(
            values.check_id(session_id, "id"),
            conversation.metadata,
            None,
            self.now if conversation.created_at is None else conversation.created_at,
            title=conversation.title,
        )
        self.turns: list[PreparedMessage] = prepare_messages(conversation.messages, self.now)
        self.has_own_ids = any(turn.uses_own_ids for turn in self.turns)
        self.calls = sum(len(turn.calls) for turn in self.turns)

    def row(self, time: Any) -> dict[str, Any]:
        """The session's row, as creating it and saving its messages leave it."""
        created_at = self.session.created_at
        said_at: Iterable[Any] = (turn.timestamp for turn in self.turns)
        return {
            "id": self.session.id,
            "created_at": time(created_at),
            "updated_at": time(max(self.now, created_at)),
            "active": self.state != "closed",
            "next_position": len(self.turns),
            "metadata": self.session.metadata,
            "tenant_id": "",
            "user_id": "",
            "title": self.session.title,
            "archived_at": time(self.now) if self.state == "archived" else None,
            "pinned_at": None,
            "last_message_at": time(max([created_at, *said_at])),
            "trashed_at": None,
            "creation_token": new_id(),
            "holds": 0,
        }


def _rows_of(store: Storage) -> StoredRows | None:
    """A store's tables; None where sessions are a scope's, or a block of the caller's is open."""
    repository = store._repository
    if repository.scope is not None or repository.executor.in_transaction():
        return None
    try:
        return StoredRows(store)
    except ConfigurationError:
        return None  # a dialect without the statements of copies
