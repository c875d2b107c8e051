"""The sessions that a command line chooses: one list, or several merged into one.

A bare ``--metadata user_id=123`` means the number and the text. A session has one value of a key,
so no session is in two of these lists: counts add up, and lists in order are merged, each read
through its index.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import merge
from operator import attrgetter
from typing import Any

import click

from agentstore.errors import InvalidInputError
from agentstore.records import Page, Session
from agentstore.shapes import Order, OrderBy
from agentstore.storage import Storage

_MOST_A_PAGE = 1000
_AT_ITS_START = ""
_AT_ITS_END = "."
_BETWEEN = ","


@dataclass(frozen=True)
class ChosenSessions:
    """The filters of a list of sessions, and what the metadata of each may be.

    Attributes:
        filters: as for ``Storage.query_sessions``, but for ``metadata``.
        choices: a session's metadata has what one of these has; ``[{}]``: whatever it has.
    """

    filters: Mapping[str, Any]
    choices: Sequence[Mapping[str, Any]]

    @property
    def is_narrow(self) -> bool:
        """Whether any filter is given."""
        is_filtered = any(value is not None for value in self.filters.values())
        return is_filtered or list(self.choices) != [{}]

    def with_filters(self, **more: Any) -> ChosenSessions:
        """The same, and some filters more."""
        return ChosenSessions({**self.filters, **more}, self.choices)

    def count(self, store: Storage) -> int:
        """How many there are."""
        return sum(store.count_sessions(**self.filters, metadata=m or None) for m in self.choices)

    def oldest_first(self, store: Storage) -> Iterator[Session]:
        """All of them, those created first coming first."""
        lists = [
            store.iter_sessions(**self.filters, metadata=metadata or None, order="asc")
            for metadata in self.choices
        ]
        return merge(*lists, key=attrgetter("created_at", "id"))

    def page(
        self, store: Storage, *, order_by: OrderBy, order: Order, limit: int, token: str | None
    ) -> Page[Session]:
        """So many of them, from where a token says, and the token of what comes next.

        Raises:
            click.UsageError: the token is none of this list, or sessions are not found by that.
        """
        found: list[Session] = []
        while len(found) < limit:
            most = min(limit - len(found), _MOST_A_PAGE)
            try:
                items, token = self._page(store, order_by, order, most, token)
            except InvalidInputError as exc:
                if token is None:
                    raise click.UsageError(str(exc)) from exc
                raise click.BadParameter(str(exc), param_hint="--page-token") from exc
            found += items
            if token is None:
                break
        return Page(found, token)

    def _page(
        self, store: Storage, order_by: OrderBy, order: Order, limit: int, token: str | None
    ) -> tuple[list[Session], str | None]:
        places = [_AT_ITS_START] * len(self.choices) if token is None else token.split(_BETWEEN)
        if len(places) != len(self.choices):
            raise InvalidInputError("page_token is of a list with other filters")

        def read(place: int, most: int) -> Page[Session]:
            if places[place] == _AT_ITS_END:
                return Page([], None)
            return store.page_sessions(
                **self.filters,
                metadata=self.choices[place] or None,
                order_by=order_by,
                order=order,
                limit=most,
                page_token=places[place] or None,
            )

        pages = [read(place, limit) for place in range(len(places))]
        in_order = merge(
            *([(session, place) for session in page.items] for place, page in enumerate(pages)),
            key=lambda item: (getattr(item[0], order_by), item[0].id),
            reverse=order == "desc",
        )
        taken = [item for item, _ in zip(in_order, range(limit), strict=False)]
        after = []
        for place, page in enumerate(pages):
            count = sum(of == place for _, of in taken)
            if count == len(page.items):
                after.append(page.next_page_token or _AT_ITS_END)
            elif count:
                # A token stands behind the last row of its page: so that page is read again.
                after.append(read(place, count).next_page_token or _AT_ITS_END)
            else:
                after.append(places[place])
        is_over = all(place == _AT_ITS_END for place in after)
        return [session for session, _ in taken], None if is_over else _BETWEEN.join(after)
