"""What can be moved, and the module that does it: imported by who needs it alone."""

from __future__ import annotations

from importlib import import_module

from agentstore.errors import ConfigurationError
from agentstore.movers.moving import Mover

KINDS: dict[str, tuple[str, str]] = {
    "adk": ("adk", "Google ADK's DatabaseSessionService"),
    "chainlit": ("chainlit", "Chainlit's SQLAlchemyDataLayer"),
    "langchain-postgres": ("langchain", "LangChain's PostgresChatMessageHistory (chat_history)"),
    "langchain-sql": ("langchain", "LangChain's SQLChatMessageHistory (message_store)"),
    "langgraph": ("langgraph", "LangGraph's PostgresSaver and SqliteSaver"),
    "llm": ("llm", "the logs.db of the command llm"),
    "open-webui": ("open_webui", "Open WebUI"),
    "openai-agents": ("openai_agents", "OpenAI's SQLiteSession and SQLAlchemySession"),
}
"""By the name that the command takes: the module, and whose tables they are."""


def open_mover(kind: str, url: str) -> Mover:
    """A mover of one kind, nothing read yet.

    Args:
        kind: a key of KINDS.
        url: the database's URL.

    Raises:
        ConfigurationError: the URL cannot be used, or the framework is not installed.
    """
    module, _ = KINDS[kind]
    try:
        movers = import_module(f"agentstore.movers.{module}")
    except ImportError as error:
        raise ConfigurationError(str(error)) from error
    mover: Mover = movers.MOVERS[kind](url)
    return mover
