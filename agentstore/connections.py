"""One class a driver: an open connection, its transactions, and its errors told apart."""

from agentstore.engine.connection import Connection

__all__ = ["Connection"]
