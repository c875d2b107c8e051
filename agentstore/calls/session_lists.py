"""Lists of sessions: filtered, counted, in order, page by page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from agentstore.calls.core import DEFAULT_BATCH_SIZE, CallsCore, check_page_limit
from agentstore.model import values
from agentstore.model.filters import PageRequest, session_filter
from agentstore.operations.session_lists import SessionKey, session_key
from agentstore.records import JSONValue, Page, Session
from agentstore.shapes import Order, OrderBy


class SessionListCalls(CallsCore):
    """The calls of `agentstore.Storage` on lists of sessions."""

    def query_sessions(
        self,
        *,
        active: bool | None = None,
        metadata: Mapping[str, JSONValue] | None = None,
        created_after: datetime | None = None,
        created_before: datetime | None = None,
        updated_after: datetime | None = None,
        updated_before: datetime | None = None,
        limit: int | None = None,
        offset: int = 0,
        order: Order = "desc",
        tenant_id: str | None = None,
        user_id: str | None = None,
        without_tenant: bool = False,
        archived: bool | None = None,
        pinned: bool | None = None,
        trashed: bool = False,
        order_by: OrderBy = "created_at",
    ) -> list[Session]:
        """Sessions in order, the newest first unless ``order='asc'``.

        Args:
            active: only those that are open (True) or closed (False).
            metadata: only those with these values at the top level of their metadata:
                strings, numbers (by value), booleans, None. Found through an index.
            created_after, created_before, updated_after, updated_before: bounds, inclusive.
            limit: how many at most.
            offset: how many to pass over first.
            order: 'asc' or 'desc'.
            tenant_id, user_id: only those of this tenant, of this user.
            without_tenant: only those that have no tenant.
            archived, pinned: only those that are (True) or are not (False).
            trashed: those in the trash, in place of the others.
            order_by: 'created_at' or 'last_message_at'. Lists of all, of a tenant and of a
                tenant's user come from an index in order.
        """
        page = PageRequest.read(order, limit, offset, order_by=order_by)
        filter_ = session_filter(
            active=active,
            metadata=metadata,
            created_after=created_after,
            created_before=created_before,
            updated_after=updated_after,
            updated_before=updated_before,
            tenant_id=tenant_id,
            user_id=user_id,
            without_tenant=without_tenant,
            archived=archived,
            pinned=pinned,
            trashed=trashed,
        )
        if not page.limit or self._is_outside(filter_):
            self._check_open()
            return []
        return self._repository.query_sessions(filter_, page)

    def iter_sessions(
        self,
        *,
        active: bool | None = None,
        metadata: Mapping[str, JSONValue] | None = None,
        created_after: datetime | None = None,
        created_before: datetime | None = None,
        updated_after: datetime | None = None,
        updated_before: datetime | None = None,
        order: Order = "desc",
        batch_size: int = DEFAULT_BATCH_SIZE,
        tenant_id: str | None = None,
        user_id: str | None = None,
        without_tenant: bool = False,
        archived: bool | None = None,
        pinned: bool | None = None,
        trashed: bool = False,
        order_by: OrderBy = "created_at",
    ) -> Iterator[Session]:
        """All sessions that `query_sessions` would find, page by page.

        One page is held in memory, and the last page costs what the first does. A session
        that is there all the while, and does not move, comes exactly once.

        Args:
            batch_size: sessions a page; the rest as `query_sessions`.
        """
        size = values.check_number(batch_size, "batch_size", least=1)
        page = PageRequest.read(order, size, order_by=order_by)
        filter_ = session_filter(
            active=active,
            metadata=metadata,
            created_after=created_after,
            created_before=created_before,
            updated_after=updated_after,
            updated_before=updated_before,
            tenant_id=tenant_id,
            user_id=user_id,
            without_tenant=without_tenant,
            archived=archived,
            pinned=pinned,
            trashed=trashed,
        )
        if self._is_outside(filter_):
            self._check_open()
            return _none()

        def key_of(session: Session) -> SessionKey:
            return session_key(session, page.order_by)

        return self._pages(self._repository.query_sessions, filter_, page, key_of)

    def page_sessions(
        self,
        *,
        active: bool | None = None,
        metadata: Mapping[str, JSONValue] | None = None,
        created_after: datetime | None = None,
        created_before: datetime | None = None,
        updated_after: datetime | None = None,
        updated_before: datetime | None = None,
        tenant_id: str | None = None,
        user_id: str | None = None,
        without_tenant: bool = False,
        archived: bool | None = None,
        pinned: bool | None = None,
        trashed: bool = False,
        order_by: OrderBy = "created_at",
        order: Order = "desc",
        limit: int = 50,
        page_token: str | None = None,
    ) -> Page[Session]:
        """A page of the sessions that `query_sessions` would find, and a token of the next page.

        Args:
            limit: sessions a page, 1 to 1000; it may differ from page to page.
            page_token: the token that came with the page before, of the same filters, order and
                scope; good in any process. None for the first page.

        Raises:
            InvalidInputError: also for a token of another list, or a text that is none.
        """
        page = PageRequest.read(order, check_page_limit(limit), order_by=order_by)
        filter_ = session_filter(
            active=active,
            metadata=metadata,
            created_after=created_after,
            created_before=created_before,
            updated_after=updated_after,
            updated_before=updated_before,
            tenant_id=tenant_id,
            user_id=user_id,
            without_tenant=without_tenant,
            archived=archived,
            pinned=pinned,
            trashed=trashed,
        )

        def key_of(session: Session) -> SessionKey:
            return session_key(session, page.order_by)

        query = self._repository.query_sessions
        return self._page(query, filter_, page, key_of, of="sessions", page_token=page_token)

    def count_sessions(
        self,
        *,
        active: bool | None = None,
        metadata: Mapping[str, JSONValue] | None = None,
        created_after: datetime | None = None,
        created_before: datetime | None = None,
        updated_after: datetime | None = None,
        updated_before: datetime | None = None,
        tenant_id: str | None = None,
        user_id: str | None = None,
        without_tenant: bool = False,
        archived: bool | None = None,
        pinned: bool | None = None,
        trashed: bool = False,
    ) -> int:
        """How many sessions `query_sessions` would find."""
        filter_ = session_filter(
            active=active,
            metadata=metadata,
            created_after=created_after,
            created_before=created_before,
            updated_after=updated_after,
            updated_before=updated_before,
            tenant_id=tenant_id,
            user_id=user_id,
            without_tenant=without_tenant,
            archived=archived,
            pinned=pinned,
            trashed=trashed,
        )
        if self._is_outside(filter_):
            self._check_open()
            return 0
        return self._repository.count_sessions(filter_)


def _none() -> Iterator[Session]:
    yield from ()
