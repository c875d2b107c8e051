"""What all calls of a store share: its repository, and reading page by page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from agentstore.dialects.repository import Repository
from agentstore.model.filters import Page

DEFAULT_BATCH_SIZE = 500
"""Rows that an iterator holds in memory."""


class CallsCore:
    """The repository that the calls go to.

    A call checks and prepares its arguments, and hands them on: nothing is sent before all of them
    are good.

    Args:
        repository: the dialect's, on a pool or on the caller's connection.
    """

    def __init__(self, repository: Repository) -> None:
        self._repository = repository

    @staticmethod
    def _pages(query: Any, filter_: Any, page: Page) -> Iterator[Any]:
        """The rows of page after page, each from behind the last row of the one before."""
        after_key = None
        while True:
            rows = query(filter_, page, after_key)
            yield from rows
            if len(rows) < page.limit:
                return
            after_key = rows[-1]
