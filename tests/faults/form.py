"""How many faults a run makes, and on which backends."""

from __future__ import annotations

import os
from dataclasses import dataclass

import backends
import pytest

NETWORK = pytest.mark.parametrize("backend", backends.NETWORKED, indirect=True)
"""For tests of what lies between a client and a server."""

SHARED = pytest.mark.parametrize("backend", backends.SHARED, indirect=True)
"""For tests whose database several processes reach."""


@dataclass(frozen=True)
class Form:
    """The number of faults, for each dialect."""

    server_kills: int = 3
    cuts: int = 60
    client_kills: int = 15
    deletion_kills: int = 4
    interruptions: int = 600
    requests: int = 60
    fork_rounds: int = 1
    patience: float = 300.0
    """Seconds that a host may take on a busy machine."""

    @classmethod
    def of_this_run(cls) -> Form:
        """The short form, or with ``AGENTSTORE_FAULTS=long`` that of ``make test-faults``."""
        if os.environ.get("AGENTSTORE_FAULTS") == "long":
            return cls(
                server_kills=100,
                cuts=1000,
                client_kills=200,
                deletion_kills=200,
                interruptions=5_000,
                requests=600,
                fork_rounds=10,
                patience=1800.0,
            )
        return cls()
