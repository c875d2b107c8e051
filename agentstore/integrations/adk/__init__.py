"""Google ADK: a session service that keeps sessions and events in a store.

    runner = Runner(app_name="shop", agent=agent,
                    session_service=AgentstoreSessionService(agentstore.connect()))

An event is a message of the store with the tool calls that it makes; each answer of a tool in it
is a message of role tool, and the result of its call. The session's id in the store is made of
the three that ADK has for it (`store_session_id`), and they are in its metadata as ``app_name``,
``user_id`` and ``session_id``.
"""

from agentstore.integrations.adk.service import (
    AgentstoreSessionService,
    StaleSessionError,
    store_session_id,
)

__all__ = ["AgentstoreSessionService", "StaleSessionError", "store_session_id"]
