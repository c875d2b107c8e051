"""Where yoyo finds the backend that pyproject.toml registers with it."""

from agentstore.dialects.mysql.yoyo import MariaDBBackend

__all__ = ["MariaDBBackend"]
