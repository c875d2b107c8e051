"""What the tests of movers share: moves, what they bring, and the databases they go between."""

from __future__ import annotations

from typing import Any

import pytest
from backends import SHARED

import agentstore
from agentstore.movers import MoveSummary, open_mover

EACH_TO_ITSELF = [(name, name) for name in SHARED]
FROM_POSTGRESQL = [("postgresql", name) for name in SHARED]
FROM_EITHER = [
    ("sqlite-file", "sqlite-file"),
    ("postgresql", "postgresql"),
    ("postgresql", "mariadb"),
    ("sqlite-file", "mysql"),
]
"""From each database that the other library knows, and into each that agentstore does."""


def between(pairs: list[tuple[str, str]]) -> pytest.MarkDecorator:
    """The databases of the other library and of the store."""
    return pytest.mark.parametrize(("original", "backend"), pairs, indirect=True)


def move(kind: str, url: str, store: agentstore.Storage, **options: Any) -> MoveSummary:
    """Move what there is."""
    with open_mover(kind, url) as mover:
        return mover.move(store, **options)


def moved(summary: MoveSummary) -> tuple[int, int, int]:
    """The sessions and messages that came, and what was there; all of it was taken."""
    assert not summary.not_taken
    return summary.sessions, summary.messages, summary.skipped
