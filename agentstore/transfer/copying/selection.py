"""Which sessions a copy takes: all, or a tenant's, a user's, those with some metadata."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product

from agentstore.model.metadata_index import metadata_entries
from agentstore.model.values import load_json
from agentstore.records import JSONValue
from agentstore.storage import Storage
from agentstore.transfer.copying.tables import HOLDS, SESSIONS, Values


@dataclass(frozen=True, slots=True)
class Selection:
    """What the sessions that are taken have in common.

    Attributes:
        tenant_id, user_id: whose they are; None takes anybody's.
        metadata: what their metadata has, as in ``Storage.query_sessions``.
        or_metadata: what it may have instead, one of these: no session has two of them.
    """

    tenant_id: str | None = None
    user_id: str | None = None
    metadata: Mapping[str, JSONValue] = field(default_factory=dict)
    or_metadata: tuple[Mapping[str, JSONValue], ...] = ()

    @property
    def is_all(self) -> bool:
        """Whether it is the whole store."""
        return self.tenant_id is None and self.user_id is None and not self.metadata

    @property
    def is_tenant(self) -> bool:
        """Whether it is all that a tenant has."""
        return self.tenant_id is not None and self.user_id is None and not self.metadata

    def session_ids(self, store: Storage) -> Iterator[str]:
        """The ids of the store's sessions, those in the trash too."""
        for metadata, is_in_trash in product((self.metadata, *self.or_metadata), (False, True)):
            for session in store.iter_sessions(
                tenant_id=self.tenant_id,
                user_id=self.user_id,
                metadata=metadata or None,
                trashed=is_in_trash,
            ):
                yield session.id

    def takes_session(self, row: Values) -> bool:
        """Whether a session is one of them, by its row."""
        session = SESSIONS.named(row)
        if self.tenant_id not in (None, session["tenant_id"]):
            return False
        if self.user_id not in (None, session["user_id"]):
            return False
        entries = set(metadata_entries(load_json(str(session["metadata"]))))
        return any(
            set(metadata_entries(wanted)) <= entries
            for wanted in (self.metadata, *self.or_metadata)
        )

    def takes_hold(self, row: Values) -> bool:
        """Whether a hold that names no session may hold one of them."""
        hold = HOLDS.named(row)
        return all(
            held is None or wanted is None or held == wanted
            for held, wanted in (
                (hold["tenant_id"], self.tenant_id),
                (hold["user_id"], self.user_id),
            )
        )


EVERYTHING = Selection()
