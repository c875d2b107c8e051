"""The tests that prove agentstore's own dialects."""

from agentstore.testing.suite import *  # noqa: F403
