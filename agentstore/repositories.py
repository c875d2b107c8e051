"""The repositories: one class a dialect, each over the SQL files of its folder."""

from agentstore.dialects.repository import Repository

__all__ = ["Repository"]
