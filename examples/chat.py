"""A small agent whose conversation lives in a database and so survives a restart.

Talk to it, and stop it whenever you like, even while it waits for your yes to a refund:

    python examples/chat.py
    python examples/chat.py --say "Please refund order 4712" --say "yes"
    echo "Where is order 4711?" | python examples/chat.py

It keeps its conversation in chat.db, or in the database that DATABASE_URL names. The "model" is
a few rules and needs no network; everything else is as it would be with a real one.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterator

import agentstore

ORDERS = {
    "4711": {"article": "red dragon", "status": "on its way", "price": 49.9},
    "4712": {"article": "blue delta", "status": "delivered", "price": 24.9},
}
YES = {"yes", "y", "ok", "sure"}
NO = {"no", "n", "stop"}


# The two tools.


def look_up_order(order_id: str) -> dict[str, object]:
    """What is known of an order."""
    if order_id not in ORDERS:
        return {"success": False, "error": f"there is no order {order_id}"}
    return {"success": True, **ORDERS[order_id]}


def refund_order(order_id: str) -> dict[str, object]:
    """Pay an order's price back."""
    return {"success": True, "refunded": ORDERS[order_id]["price"]}


# The agent: one call answers one message of the user's.


def answer(store: agentstore.Storage, session_id: str, text: str) -> str:
    """Save what the user says, act on it, and save and return the agent's answer."""
    store.save_user_message(session_id, text)
    response = decide(store, session_id, text)
    store.save_assistant_message(session_id, response)
    return str(response["message"])


def decide(store: agentstore.Storage, session_id: str, text: str) -> dict[str, object]:
    """The "model": rules that turn a message into a response, tool calls included."""
    word = text.strip().lower().rstrip(".!")
    if word in YES | NO:
        return settle(store, session_id, word)
    order = re.search(r"\d+", text)
    if order is None:
        return {"type": "clarify", "message": "Which order is it about? I need its number."}
    arguments = {"order_id": order[0]}
    found = look_up_order(**arguments)
    message = f"Sorry, {found.get('error')}."
    if found["success"]:
        message = f"Your {found['article']} is {found['status']}."
    response: dict[str, object] = {
        "type": "execute",
        "message": message,
        "tool_calls": [{"tool_name": "look_up_order", "arguments": arguments, "result": found}],
    }
    if not found["success"] or "refund" not in text.lower():
        return response
    if is_refunded(store, session_id, arguments):
        return {**response, "message": f"Order {order[0]} was refunded already."}
    store.save_pending_confirmation(
        session_id, {"tool_name": "refund_order", "arguments": arguments, "user_message": text}
    )
    return {
        **response,
        "type": "confirm",
        "message": f"Refund {found['price']:.2f} € for your {found['article']}? (yes or no)",
        "action": "refund_order",
        "risk": "it cannot be undone",
    }


def settle(store: agentstore.Storage, session_id: str, word: str) -> dict[str, object]:
    """Act on a yes or a no."""
    # Of several processes that hear this word, exactly one is given the confirmation.
    confirmation = store.take_pending_confirmation(session_id)
    if confirmation is None:
        return {"type": "clarify", "message": "I did not ask you anything."}
    if word in NO:
        return {"type": "cancel", "message": "All right, I leave it as it is."}
    arguments = confirmation.arguments
    result = refund_order(**arguments)
    return {
        "type": "execute",
        "message": f"Done: {result['refunded']:.2f} € are on their way back to you.",
        "tool_calls": [
            {"tool_name": confirmation.tool_name, "arguments": arguments, "result": result}
        ],
    }


def is_refunded(store: agentstore.Storage, session_id: str, arguments: dict[str, str]) -> bool:
    """Whether this conversation has a refund that succeeded."""
    calls = store.query_tool_calls(session_id=session_id, tool_name="refund_order", success=True)
    return any(call.arguments == arguments for call in calls)


# The terminal.


def main() -> int:
    """Pick up the conversation where it was left, and go on with it."""
    parser = argparse.ArgumentParser(description="A small agent whose conversation survives.")
    parser.add_argument("--say", action="append", metavar="TEXT", help="say this; repeatable")
    parser.add_argument("--session", default="chat", help="which conversation (default: chat)")
    options = parser.parse_args()
    try:
        with agentstore.connect(os.environ.get("DATABASE_URL") or "sqlite:///chat.db") as store:
            chat(store, options.session, options.say)
    except agentstore.StorageError as error:
        print(f"chat.py: {error}", file=sys.stderr)
        return 1
    return 0


def chat(store: agentstore.Storage, session_id: str, said: list[str] | None) -> None:
    """Show what was said before, then answer until there is nothing more to answer."""
    store.migrate()  # a service does this when it is deployed: agentstore migrate
    store.get_or_create_session(session_id, metadata={"agent": "kite shop"})
    for message in store.get_history(session_id):
        print(f"  {message.role}: {message.content}")
    confirmation = store.get_pending_confirmation(session_id)
    if confirmation is not None:
        print(f"(still waiting for your yes or no to: {confirmation.user_message})")
    for text in said if said is not None else typed():
        if said is not None or not sys.stdin.isatty():
            print(f"you> {text}")
        print(f"agent> {answer(store, session_id, text)}")


def typed() -> Iterator[str]:
    """What the user types, or what is piped in, line by line."""
    prompt = "you> " if sys.stdin.isatty() else ""
    while True:
        try:
            text = input(prompt)
        except (EOFError, KeyboardInterrupt):
            return
        if text.strip():
            yield text


if __name__ == "__main__":
    sys.exit(main())
