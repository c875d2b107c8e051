"""Prove a dialect: the contract as tests, over a `Backend` that its author writes.

CONTRIBUTING.md has the guide. In short: a `Backend`, a conftest.py with a fixture ``backend``
and ``pytest_plugins = ["agentstore.testing.fixtures"]``, and a test module that says
``from agentstore.testing.suite import *``.
"""

import pytest

# Before the suite is imported, so that its asserts show their values to a stranger too.
pytest.register_assert_rewrite("agentstore.testing.suite")

from agentstore.testing.backend import Backend  # noqa: E402
from agentstore.testing.programs import ServerError  # noqa: E402
from agentstore.testing.proxy import Proxy  # noqa: E402
from agentstore.testing.server import Server, ServerAddress  # noqa: E402
from agentstore.testing.servers import MariaDBServer, MySQLServer, PostgresServer  # noqa: E402

__all__ = [
    "Backend",
    "MariaDBServer",
    "MySQLServer",
    "PostgresServer",
    "Proxy",
    "Server",
    "ServerAddress",
    "ServerError",
]
