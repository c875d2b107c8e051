"""A sample turn in the forms that the libraries take, and the URLs in their spelling."""

from __future__ import annotations

import json
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from benchmarks.samples import SampleTurn

ITEMS_A_TURN = 6
"""The user's message, two calls, two outputs and the answer."""
LANGCHAIN_MESSAGES_A_TURN = 4
"""The user's message, the answer with its calls, two messages of tools."""


def sqlalchemy_url(url: str, **drivers: str) -> str:
    """agentstore's URL with SQLAlchemy's name of a driver: ``sqlite=``, ``postgresql=``, …"""
    scheme, _, rest = url.partition("://")
    return f"{scheme}+{drivers[scheme]}://{rest}"


def openai_items(turn: SampleTurn) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The items of the user and of the assistant, as the Responses API has them."""
    answer: list[dict[str, Any]] = [
        {
            "type": "function_call",
            "call_id": call.call_id,
            "name": call.tool_name,
            "arguments": json.dumps(call.arguments),
        }
        for call in turn.calls
    ]
    answer += [
        {
            "type": "function_call_output",
            "call_id": call.call_id,
            "output": json.dumps(call.result),
        }
        for call in turn.calls
    ]
    answer.append({"role": "assistant", "content": turn.assistant})
    return [{"role": "user", "content": turn.user}], answer


def langchain_messages(turn: SampleTurn) -> tuple[list[BaseMessage], list[BaseMessage]]:
    """The messages of the user and of the assistant with its tools."""
    answer: list[BaseMessage] = [
        AIMessage(
            content=turn.assistant,
            tool_calls=[
                {"name": call.tool_name, "args": call.arguments, "id": call.call_id}
                for call in turn.calls
            ],
        )
    ]
    answer += [
        ToolMessage(content=json.dumps(call.result), tool_call_id=call.call_id)
        for call in turn.calls
    ]
    return [HumanMessage(content=turn.user)], answer


def count_langchain_messages(messages: list[BaseMessage]) -> int:
    """Those of users and assistants."""
    return sum(message.type in ("human", "ai") for message in messages)
