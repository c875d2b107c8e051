"""Threads by Chainlit itself: its SQLAlchemyDataLayer writes the rows.

``python write_chainlit.py URL < DDL``: the tables are made by the statements of its documentation,
since the package has none. The ids of the threads are printed, and what it read back of each.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from chainlit.context import context_var
from chainlit.data.sql_alchemy import SQLAlchemyDataLayer
from chainlit.data.utils import queue_until_user_message  # noqa: F401 - looks at the context
from chainlit.types import Feedback
from chainlit.user import User
from sqlalchemy import text


class _Context:
    """Nobody's web socket: nothing waits for a first message."""

    session = None


async def write(url: str, statements: list[str], steps: list[dict[str, Any]]) -> Any:
    """Make the tables, and a thread of the steps."""
    layer = SQLAlchemyDataLayer(url)
    async with layer.engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    user = await layer.create_user(User(identifier="ann", metadata={"role": "admin"}))
    thread_id = steps[0]["threadId"]
    await layer.update_thread(
        thread_id, name="How windy?", user_id=user.id, metadata={"chat_profile": "fast"}
    )
    for step in steps:
        await layer.create_step(dict(step))
    await layer.update_step({**steps[-1], "output": "It is 8 m/s. é"})
    answer = steps[-1]["id"]
    await layer.upsert_feedback(Feedback(forId=answer, value=1, threadId=thread_id, comment="good"))
    thread = await layer.get_thread(thread_id)
    await layer.engine.dispose()
    return thread


context_var.set(_Context())
given = json.load(sys.stdin)
print(json.dumps(asyncio.run(write(sys.argv[1], given["statements"], given["steps"]))))
