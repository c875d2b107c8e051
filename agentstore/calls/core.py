"""What all calls of a store share: its repository, its scope, and reading page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

from agentstore.dialects.repository import Repository
from agentstore.errors import InvalidInputError, StorageError
from agentstore.model import values
from agentstore.model.filters import Filter, PageRequest
from agentstore.model.page_tokens import read_token, write_token
from agentstore.model.preparing import Owner
from agentstore.records import Page

R = TypeVar("R")

DEFAULT_BATCH_SIZE = 500
"""Rows that an iterator holds in memory."""

MOST_A_PAGE = 1000


class CallsCore:
    """The repository that the calls go to.

    A call checks and prepares its arguments, and hands them on: nothing is sent before all of them
    are good.

    Args:
        repository: the dialect's, on a pool or on the caller's connection.
    """

    def __init__(self, repository: Repository) -> None:
        self._repository = repository

    def _check_open(self) -> None:
        """Refuse a closed store, where the call sends nothing that would be refused.

        Raises:
            StorageError: it is closed.
        """
        self._repository.executor.check_open()

    def _owner(self, tenant_id: str | None, user_id: str | None) -> Owner:
        """Whose a session is that this store creates.

        Raises:
            InvalidInputError: an id is none, or not one of the store's scope.
        """
        named = Owner(
            None if tenant_id is None else values.check_id(tenant_id, "tenant_id"),
            None if user_id is None else values.check_id(user_id, "user_id"),
        )
        scope = self._repository.scope
        if scope is None:
            return named
        if named.tenant_id not in {None, scope.tenant_id}:
            raise InvalidInputError("tenant_id is not the tenant that the store is scoped to")
        if scope.user_id is None:
            return Owner(scope.tenant_id, named.user_id)
        if named.user_id not in {None, scope.user_id}:
            raise InvalidInputError("user_id is not the user that the store is scoped to")
        return Owner(scope.tenant_id, scope.user_id)

    def _is_outside(self, filter_: Filter) -> bool:
        """Whether a filter asks for another tenant or user than the store is scoped to."""
        scope = self._repository.scope
        if scope is None:
            return False
        wanted = filter_.parameters
        if wanted.get("scope_tenant_id", scope.tenant_id) != scope.tenant_id:
            return True
        user_id = scope.user_id
        return user_id is not None and wanted.get("scope_user_id", user_id) != user_id

    def _refuse_in_transaction(self, call: str) -> None:
        if self._repository.executor.in_transaction():
            raise StorageError(
                f"{call}() works in batches, each a transaction of its own: "
                "it cannot be called inside transaction() or on a bound store"
            )

    def _refuse_in_user_scope(self, call: str) -> None:
        scope = self._repository.scope
        if scope is not None and scope.user_id is not None:
            raise StorageError(f"{call}() is refused on a store that is scoped to a user")

    @staticmethod
    def _pages(
        query: Callable[..., list[R]],
        filter_: Filter,
        page: PageRequest,
        key_of: Callable[[R], Any],
    ) -> Iterator[R]:
        """The rows of page after page, each from behind the last row of the one before."""
        after_key = None
        while True:
            rows = query(filter_, page, after_key)
            yield from rows
            if len(rows) < page.limit:
                return
            after_key = key_of(rows[-1])

    def _page(
        self,
        query: Callable[..., list[R]],
        filter_: Filter,
        page: PageRequest,
        key_of: Callable[[R], tuple[Any, ...]],
        *,
        of: str,
        page_token: str | None,
    ) -> Page[R]:
        """One page, and the token of the next one.

        Raises:
            InvalidInputError: the token is none, or of another list.
        """
        scope = self._repository.scope
        owner = None if scope is None else (scope.tenant_id, scope.user_id)
        after_key = None
        if page_token is not None:
            after_key = read_token(page_token, of, filter_, page, owner)
        if self._is_outside(filter_):
            self._check_open()
            return Page([], None)
        # One row more tells whether there is another page.
        rows = query(filter_, replace(page, limit=page.limit + 1), after_key)
        if len(rows) <= page.limit:
            return Page(rows, None)
        items = rows[: page.limit]
        return Page(items, write_token(key_of(items[-1]), of, filter_, page, owner))


def check_page_limit(limit: int) -> int:
    """How many rows a page has.

    Raises:
        InvalidInputError: it is no integer from 1 to 1000.
    """
    checked = values.check_number(limit, "limit", least=1)
    if checked > MOST_A_PAGE:
        raise InvalidInputError(f"limit is at most {MOST_A_PAGE}, not {limit}")
    return checked
