"""Messages: saved as turns, with their tool calls, and read back in order."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeAlias

from agentstore.engine.batch import Parameters, Step
from agentstore.engine.connection import Connection
from agentstore.engine.faults import Fault, fault_of
from agentstore.errors import DatabaseError, MessageExistsError, SessionNotFoundError
from agentstore.model.filters import Filter, PageRequest
from agentstore.model.preparing import PreparedMessage
from agentstore.model.preparing_calls import PreparedCall
from agentstore.model.values import MAX_ROWS, load_json
from agentstore.operations.core import LARGE, shares_deadline
from agentstore.operations.holding import TRASHED
from agentstore.operations.rows import read_messages, read_text
from agentstore.operations.sessions import SessionOperations
from agentstore.records import Message

_MOST_COLLISIONS = 20

MessageKey: TypeAlias = "tuple[datetime, str, int]"
"""Where a message stands in a list: its timestamp, its session's id and its position."""


def message_key(message: Message) -> MessageKey:
    """Where a message stands in a list."""
    return message.timestamp, message.session_id, message.position


class MessageOperations(SessionOperations):
    """The message operations of a dialect."""

    @shares_deadline
    def save_turns(self, session_id: str, turns: list[PreparedMessage], now: datetime) -> None:
        """Save turns, all or none, in order; those that are saved already are passed over.

        Raises:
            SessionNotFoundError: there is no such session.
            MessageExistsError: an id is in use for something else.
        """
        remaining = turns
        uses_own_ids, is_large = _what_may_fail(turns)
        if uses_own_ids:
            remaining = self._without_repeats(session_id, turns)
        undoable = uses_own_ids or is_large
        for _ in range(_MOST_COLLISIONS):
            if not remaining or self._try_to_save(session_id, remaining, now, undoable=undoable):
                return
            remaining = self._not_yet_saved(session_id, remaining)
        raise DatabaseError("the ids of these messages are in use, and yet not to be found")

    def _without_repeats(
        self, session_id: str, turns: list[PreparedMessage]
    ) -> list[PreparedMessage]:
        """Turns with the second of two equal ones left out.

        Raises:
            SessionNotFoundError: there is no such session.
            MessageExistsError: two different ones, or two calls, have the same id.
        """
        remaining, repeated = _without_equal_ones(turns)
        if repeated is not None:
            self._check_session(session_id)
            raise MessageExistsError(f"there are two messages with the id {repeated!r}")
        if _repeated_call(remaining) is not None:
            # One that is stored already is passed over, whatever calls it is given with now.
            remaining = self._not_yet_saved(session_id, remaining)
            repeated_call = _repeated_call(remaining)
            if repeated_call is not None:
                raise MessageExistsError(f"there are two tool calls with the id {repeated_call!r}")
        return remaining

    def _try_to_save(
        self, session_id: str, turns: list[PreparedMessage], now: datetime, *, undoable: bool
    ) -> bool:
        """Save turns; False where the session is missing or an id is in use."""
        try:
            return self._insert_turns(session_id, turns, now, undoable=undoable)
        except DatabaseError as error:
            if fault_of(error) is not Fault.DUPLICATE:
                raise
            return False

    def _not_yet_saved(
        self, session_id: str, turns: list[PreparedMessage]
    ) -> list[PreparedMessage]:
        """Those of some turns that are not stored, for they could not all be saved.

        Raises:
            SessionNotFoundError: there is no such session.
            MessageExistsError: an id is in use for something else.
        """
        self._check_session(session_id)
        by_id = {turn.id: turn for turn in turns}
        for row in self.read("messages/find_messages", {"ids": self.write_list(list(by_id))}):
            turn = by_id.pop(row[0])
            content = read_text(row[3], row[4])
            parts = None if row[5] is None else load_json(row[5])
            if row[1] != session_id or not turn.is_same_as(row[2], content, parts):
                raise MessageExistsError(f"there is another message with the id {turn.id!r}")
        remaining = [turn for turn in turns if turn.id in by_id]
        call_ids = [call.id for turn in remaining for call in turn.calls]
        if call_ids:
            used = self.read("tool_calls/find_tool_calls", {"ids": self.write_list(call_ids)})
            if used:
                raise MessageExistsError(f"there is a tool call with the id {used[0][0]!r}")
        return remaining

    def _check_session(self, session_id: str) -> None:
        """Raises SessionNotFoundError where there is no such session now."""
        if self.get_session_now(session_id) is None:
            raise SessionNotFoundError(f"there is no session {session_id!r}")

    def find_present(self, session_id: str, message_ids: list[str]) -> set[str]:
        """Those of some ids that a session's messages have."""
        rows = self.read("messages/find_messages", {"ids": self.write_list(message_ids)})
        return {row[0] for row in rows if row[1] == session_id}

    def _insert_turns(
        self, session_id: str, turns: list[PreparedMessage], now: datetime, *, undoable: bool
    ) -> bool:
        """Insert turns; False, or a duplicate, where the session is missing or an id in use."""
        return self.executor.write(
            lambda connection: self._reserve_and_insert(connection, session_id, turns, now),
            undoable=undoable,
        )

    def _reserve_and_insert(
        self, connection: Connection, session_id: str, turns: list[PreparedMessage], now: datetime
    ) -> bool:
        reservation = self.write_reservation(session_id, turns, now)
        first_position = self._reserve_positions(connection, reservation)
        if first_position is None:
            return False
        messages: list[Parameters] = []
        calls: list[Parameters] = []
        for position, turn in enumerate(turns, first_position):
            messages.append(self.write_message(turn, session_id=session_id, position=position))
            for place, call in enumerate(turn.calls):
                calls.append(
                    self.write_call(
                        turn, call, position=place, session_id=session_id, message_position=position
                    )
                )
        connection.run_many("messages/insert_messages", messages)
        if calls:
            connection.run_many("tool_calls/insert_tool_calls", calls)
        return True

    def write_reservation(
        self, session_id: str, turns: list[PreparedMessage], now: datetime
    ) -> dict[str, Any]:
        """What takes the next positions of a session, as parameters."""
        last_timestamp = turns[0].timestamp
        if len(turns) > 1:
            last_timestamp = max(turn.timestamp for turn in turns)
        return {
            "session_id": session_id,
            "count": len(turns),
            "now": self.write_time(now),
            "last_timestamp": self.write_time(last_timestamp),
        }

    def _reserve_positions(self, connection: Connection, parameters: dict[str, Any]) -> int | None:
        """Take the next positions of a session; the first of them, None without a session."""
        if not connection.count("messages/reserve_positions", parameters):
            return None
        ((first_position,),) = connection.rows(
            "messages/get_first_position",
            {"session_id": parameters["session_id"], "count": parameters["count"]},
        )
        return int(first_position)

    def write_call(self, turn: PreparedMessage, call: PreparedCall, **place: Any) -> dict[str, Any]:
        """A turn's tool call as parameters, added to those that say where it goes."""
        completed_at = call.completed_at
        return {
            **place,
            "id": call.id,
            "message_id": turn.id,
            "call_id": call.call_id,
            "tool_name": call.tool_name,
            "arguments": call.arguments,
            "result": call.result,
            "success": call.success,
            "timestamp": self.write_time(call.timestamp),
            "completed_at": None if completed_at is None else self.write_time(completed_at),
        }

    def get_history(
        self, session_id: str, filter_: Filter, limit: int, *, trashed: bool = False
    ) -> list[Message]:
        """The last messages of a session, oldest first; with ``trashed`` in the trash, too."""
        parameters = self.write_filter(filter_, session_id=session_id)
        name = "messages/get_history"
        if limit != MAX_ROWS:
            name, parameters["limit"] = "messages/get_recent_history", limit
        blocks = filter_.blocks | TRASHED if trashed else filter_.blocks
        return read_messages(self.read(name, parameters, blocks))

    def get_message(self, message_id: str) -> Message | None:
        """One message."""
        messages = read_messages(self.read("messages/get_message", {"message_id": message_id}))
        return messages[0] if messages else None

    def query_messages(
        self, filter_: Filter, page: PageRequest, after_key: MessageKey | None = None
    ) -> list[Message]:
        """A page of messages.

        Args:
            filter_: which.
            page: how many, in which order.
            after_key: the last of the page before, where pages follow each other.
        """
        in_session = filter_.has("session_id")
        if after_key is not None:
            timestamp, session_id, position = after_key
            place: dict[str, Any] = {"after_key_position": position}
            if not in_session:
                place["after_key_timestamp"] = timestamp
                place["after_key_session_id"] = session_id
            filter_ = filter_.with_block("after_key", place)
        name = "query_messages_in_session" if in_session else "query_messages"
        rows = self.read(
            f"messages/{name}_{page.order}",
            self.write_filter(filter_, limit=page.limit, offset=page.offset),
            filter_.blocks,
        )
        return read_messages(rows)

    def count_messages(self, filter_: Filter) -> int:
        """How many messages a filter keeps."""
        name = "count_messages_in_session" if filter_.has("session_id") else "count_messages"
        rows = self.read(f"messages/{name}", self.write_filter(filter_), filter_.blocks)
        return int(rows[0][0])

    def delete_message(self, message_id: str) -> bool:
        """Delete a message with its tool calls; False where there is none.

        Raises:
            HeldError: a hold keeps its session.
        """

        def delete(connection: Connection) -> bool:
            if not self.check_message_not_held(connection, message_id):
                return False
            return connection.run_steps(self.steps_of_message_deletion(message_id))[-1] > 0

        return self.executor.write(delete)

    def steps_of_message_deletion(self, message_id: str) -> list[Step]:
        """What deletes a message; the last step is its own."""
        return [Step("messages/delete_message", {"message_id": message_id})]

    def delete_session_messages(self, session_id: str) -> int:
        """Delete a session's messages with their tool calls; says how many messages.

        Raises:
            HeldError: a hold keeps the session.
        """

        def delete(connection: Connection) -> int:
            if not self.check_not_held(connection, session_id):
                return 0
            return connection.run_steps(self.steps_of_messages_deletion(session_id))[-1]

        return self.executor.write(delete)

    def steps_of_messages_deletion(self, session_id: str) -> list[Step]:
        """What deletes a session's messages; the last step is their own."""
        return [Step("messages/delete_session_messages", {"session_id": session_id})]


def _what_may_fail(turns: list[PreparedMessage]) -> tuple[bool, bool]:
    """Whether one has an id of the caller's, and whether one may be too large."""
    uses_own_ids = is_large = False
    for turn in turns:
        uses_own_ids |= turn.uses_own_ids
        is_large |= turn.size > LARGE
    return uses_own_ids, is_large


def _without_equal_ones(
    turns: list[PreparedMessage],
) -> tuple[list[PreparedMessage], str | None]:
    """Turns with the second of two equal ones left out; and an id that two different ones have."""
    seen: dict[str, PreparedMessage] = {}
    for turn in turns:
        first = seen.setdefault(turn.id, turn)
        if first is not turn:
            parts = None if first.parts is None else load_json(first.parts)
            if not turn.is_same_as(first.role, first.content, parts):
                return turns, turn.id
    return list(seen.values()), None


def _repeated_call(turns: list[PreparedMessage]) -> str | None:
    """The id that two tool calls of some turns have; None where each has its own."""
    call_ids: set[str] = set()
    for turn in turns:
        for call in turn.calls if turn.uses_own_ids else ():
            if call.id in call_ids:
                return call.id
            call_ids.add(call.id)
    return None
