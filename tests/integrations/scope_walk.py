"""A random walk over all that a store and its adapters do, in several scopes.

Few ids, so that they meet. What a step writes has the mark of its scope in every text; what it
gives back, an error's words too, has no other's, and behind it the rows of the other scopes are
what they were.
"""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from google.adk.errors.already_exists_error import AlreadyExistsError
from strands.types.exceptions import SessionException

import agentstore
from agentstore import NewMessage, Storage, StorageError
from agentstore.transfer.copying.tables import ADK_STATES, SESSIONS, TABLES

Owner = tuple[str, str]
SCOPES: list[Owner] = [("acme", "ann"), ("acme", "bob"), ("umbrella", "ann"), ("globex", "")]
"""The tenants and the users; '' is a store of all of a tenant's."""

MOST_ROWS = 400
"""A store with more is emptied, so that a step's cost does not grow."""

REFUSALS = (StorageError, SessionException, AlreadyExistsError, ValueError, LookupError)
"""What a step may raise."""


class Walker:
    """Walks.

    Args:
        store: the whole store.
        connection: one of the driver's to the same database, which looks at the rows.
        seed: two walks with one seed are the same.
        steps: what may be done.
        often: the names of what is done four times as often.
    """

    def __init__(
        self,
        store: Storage,
        connection: Any,
        seed: int,
        steps: Mapping[str, Callable[[Walker], Any]],
        often: Sequence[str],
    ) -> None:
        self.store = store
        self.connection = connection
        self.random = random.Random(seed)
        self.steps = steps
        self.names = [*sorted(steps), *list(often) * 3]
        self.loop = asyncio.new_event_loop()
        self.views = {
            owner: store.scoped(tenant_id=owner[0], user_id=owner[1] or None) for owner in SCOPES
        }
        self.owner = SCOPES[0]
        self.done: defaultdict[str, int] = defaultdict(int)
        self.rows = self.rows_by_owner()

    def close(self) -> None:
        """Close what belongs to the walker."""
        self.loop.close()

    def walk(self, steps: int) -> None:
        """Take so many steps."""
        for _ in range(steps):
            self.owner = self.random.choice(SCOPES)
            self.step(self.random.choice(self.names))

    def step(self, name: str) -> None:
        """Take one step, and see that nothing has crossed a scope."""
        try:
            found: Any = self.steps[name](self)
        except REFUSALS as exc:
            found = exc
        self.done[name] += 1
        shown = repr(found) if not isinstance(found, Exception) else f"{found} {found!r}"
        for other in SCOPES:
            assert other == self.owner or mark_of(other) not in shown, (name, self.owner, shown)
        before, self.rows = self.rows, self.rows_by_owner()
        for other in before.keys() | self.rows.keys():
            is_inside = other[0] == self.owner[0] and other[1] in {"*", self.owner[1] or other[1]}
            if not is_inside:
                assert before.get(other) == self.rows.get(other), (name, self.owner, other)
        if sum(map(len, self.rows.values())) > MOST_ROWS:
            for trashed in (False, True):
                for session in self.store.query_sessions(trashed=trashed):
                    with suppress(agentstore.HeldError):
                        self.store.delete_session(session.id)
            self.rows = self.rows_by_owner()

    def rows_by_owner(self) -> dict[Owner, list[Any]]:
        """All rows of all tables, by whose they are."""
        owners: dict[str, Owner] = {}
        found: defaultdict[Owner, list[Any]] = defaultdict(list)
        for table in (SESSIONS, *(table for table in TABLES if table is not SESSIONS)):
            for row in self._select(f"agentstore_{table.name}"):
                if table is SESSIONS:
                    owner = owners[row["id"]] = (row["tenant_id"], row["user_id"])
                elif table.session:
                    owner = owners[row[table.session]]
                elif table is ADK_STATES:
                    own_users = [o for o in SCOPES if o[0] == row["app_key"].split('"')[1]]
                    of_user = [o for o in own_users if o[1] and o[1] in row["user_key"]]
                    owner = of_user[0] if of_user else (own_users[0][0], "*")
                else:
                    owner = (row["tenant_id"] or "", "")
                found[owner].append((table.name, *map(str, row.values())))
        for row in self._select("agentstore_session_metadata"):
            found[owners[row["session_id"]]].append(("metadata", *map(str, row.values())))
        return {owner: sorted(rows) for owner, rows in found.items()}

    def _select(self, table: str) -> list[dict[str, Any]]:
        cursor = self.connection.cursor()
        cursor.execute(f"SELECT * FROM {table}")  # noqa: S608 - a name of ours
        names = [column[0] for column in cursor.description]
        rows = cursor.fetchall()
        cursor.close()
        return [dict(zip(names, row, strict=True)) for row in rows]

    # What steps are made of

    @property
    def view(self) -> Storage:
        """The store of the scope that the step is in."""
        return self.views[self.owner]

    @property
    def mark(self) -> str:
        """What tells the scope's texts."""
        return mark_of(self.owner)

    def one(self, *kinds: Any) -> Any:
        """One of some."""
        return self.random.choice(kinds)

    def id(self, kind: str, most: int = 5) -> str:
        """One of a few ids that all scopes use."""
        return f"{kind}{self.random.randrange(most)}"

    def session(self) -> str:
        """An id of a session, or now and then of one of ADK's."""
        own_id = self.id("s")
        return own_id if self.random.randrange(4) else f"adk/shop/u/{own_id}"

    def message(self) -> NewMessage:
        """A message with a call, with ids that others may use."""
        call = {
            "id": self.id("c", 9),
            "tool_name": self.mark,
            "arguments": {self.mark: 1},
            "call_id": self.mark,
        }
        if self.one(True, False):
            call["result"] = {"said": self.mark}
        return NewMessage(
            self.one("user", "assistant"),
            self.mark,
            id=self.id("m", 9),
            metadata={"of": self.mark},
            tool_calls=self.one([], [call]),
        )

    def confirmation(self) -> dict[str, Any]:
        """A confirmation."""
        return {"tool_name": self.mark, "arguments": {"a": self.mark}, "user_message": self.mark}

    def run(self, awaitable: Any) -> Any:
        """What an adapter's coroutine gives."""
        return self.loop.run_until_complete(awaitable)


def mark_of(owner: Owner) -> str:
    """What stands in each text of a scope."""
    return f"<{owner[0]}/{owner[1]}>"
