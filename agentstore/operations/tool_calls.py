"""Tool calls: queried, and given the results that were not there yet."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from agentstore.engine.batch import Step
from agentstore.errors import ToolResultExistsError
from agentstore.model.filters import Filter, PageRequest
from agentstore.model.preparing_calls import success_of
from agentstore.model.values import dump_json, load_json, same_json
from agentstore.operations.core import LARGE, OperationsCore, shares_deadline
from agentstore.operations.rows import read_tool_call
from agentstore.records import JSONValue, ToolCall

_MOST_ROUNDS = 3


class ToolCallOperations(OperationsCore):
    """The tool call operations of a dialect."""

    def query_tool_calls(self, filter_: Filter, page: PageRequest) -> list[ToolCall]:
        """A page of tool calls."""
        in_session = filter_.has("session_id")
        name = "query_tool_calls_in_session" if in_session else "query_tool_calls"
        rows = self.read(
            f"tool_calls/{name}_{page.order}",
            self.write_filter(filter_, limit=page.limit, offset=page.offset),
            filter_.blocks,
        )
        return [read_tool_call(row) for row in rows]

    def get_tool_calls_for_message(self, message_id: str) -> list[ToolCall]:
        """A message's tool calls in order."""
        rows = self.read("tool_calls/get_tool_calls_for_message", {"message_id": message_id})
        return [read_tool_call(row) for row in rows]

    @shares_deadline
    def save_tool_result(self, tool_call_id: str, result: JSONValue, now: datetime) -> bool:
        """Give a pending call its result; False where there is no call.

        Raises:
            ToolResultExistsError: it has another one.
        """
        stored_result = dump_json(result, "result")
        completion = {
            "tool_call_id": tool_call_id,
            "result": stored_result,
            "success": success_of(load_json(stored_result)),
            "completed_at": self.write_time(now),
        }
        for _ in range(_MOST_ROUNDS):
            if self._complete_tool_call(completion):
                return True
            rows = self.read("tool_calls/get_tool_call", {"tool_call_id": tool_call_id})
            if not rows:
                return False
            call = read_tool_call(rows[0])
            if call.completed_at is None:
                continue  # it has come meanwhile
            if same_json(call.result, load_json(stored_result)):
                return True
            raise ToolResultExistsError(f"the tool call {tool_call_id!r} has another result")
        return False

    def _complete_tool_call(self, completion: dict[str, Any]) -> bool:
        """Give a call its result where it is pending."""
        touch = {
            "tool_call_id": completion["tool_call_id"],
            "now": completion["completed_at"],
        }
        counts = self.executor.write_batch(
            [
                Step("tool_calls/touch_session", touch, needs_rows=True),
                Step("tool_calls/save_tool_result", completion, needs_rows=True),
            ],
            undoable=len(completion["result"]) > LARGE,
        )
        return all(counts)
