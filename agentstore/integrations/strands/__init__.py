"""Strands Agents: a session repository that is kept in a store.

manager = RepositorySessionManager("chat-17", AgentstoreSessionRepository(store))
agent = Agent(session_manager=manager)
"""

from agentstore.integrations.strands.messages import KEY
from agentstore.integrations.strands.repository import AgentstoreSessionRepository, load_messages

__all__ = ["KEY", "AgentstoreSessionRepository", "load_messages"]
