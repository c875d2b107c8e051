"""Any text as it can stand in a key of the database; where adapters find it."""

from agentstore.model.keys import key_of

__all__ = ["key_of"]
