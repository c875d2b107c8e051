"""Tool calls: found, and given their results."""

from __future__ import annotations

from datetime import datetime

from agentstore.calls.core import CallsCore
from agentstore.model import values
from agentstore.model.filters import PageRequest, tool_call_filter
from agentstore.records import JSONValue, ToolCall
from agentstore.shapes import Order


class ToolCallCalls(CallsCore):
    """The calls of `agentstore.Storage` on tool calls."""

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
        order: Order = "desc",
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
        page = PageRequest.read(order, limit, offset)
        filter_ = tool_call_filter(
            session_id=session_id,
            tool_name=tool_name,
            success=success,
            pending=pending,
            after=after,
            before=before,
        )
        if not page.limit:
            self._check_open()
            return []
        return self._repository.query_tool_calls(filter_, page)

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
