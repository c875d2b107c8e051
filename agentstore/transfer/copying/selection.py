"""Which sessions a copy takes: all, or those with some metadata."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from agentstore.records import JSONValue
from agentstore.storage import Storage


@dataclass(frozen=True, slots=True)
class Selection:
    """What the sessions that are taken have in common.

    Attributes:
        metadata: what their metadata has, as in ``Storage.query_sessions``.
    """

    metadata: Mapping[str, JSONValue] = field(default_factory=dict)

    @property
    def is_all(self) -> bool:
        """Whether it is the whole store."""
        return not self.metadata

    def session_ids(self, store: Storage) -> Iterator[str]:
        """The ids of the store's sessions."""
        for session in store.iter_sessions(metadata=self.metadata or None):
            yield session.id


EVERYTHING = Selection()
